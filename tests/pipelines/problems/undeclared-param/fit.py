# %% tags=["parameters"]
upstream = None

# %%
print(depth)
