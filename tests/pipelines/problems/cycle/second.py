# %% tags=["parameters"]
upstream = ["first"]

# %%
print(upstream["first"])
