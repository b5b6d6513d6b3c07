# %% tags=["parameters"]
upstream = None
depth = None

# %%
print(depth)
