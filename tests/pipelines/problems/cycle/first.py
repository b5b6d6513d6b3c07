# %% tags=["parameters"]
upstream = ["second"]

# %%
print(upstream["second"])
