# %% tags=["parameters"]
upstream = None
