# %% tags=["parameters"]
upstream = ["explore"]
product = None

# %%
print(upstream["explore"]["data"])
