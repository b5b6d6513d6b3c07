# %% tags=["parameters"]
upstream = None
product = None

# %%
return 1
