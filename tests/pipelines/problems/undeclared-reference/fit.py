# %% tags=["parameters"]
upstream = None

# %%
print(upstream["load"])
