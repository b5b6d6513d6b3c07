# %% tags=["parameters"]
upstream = None
depth = None

# %%
print(1)
