# %% tags=["parameters"]
upstream = ["fit"]

# %%
print(upstream["fit"])
