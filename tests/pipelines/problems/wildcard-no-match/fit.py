# %% tags=["parameters"]
upstream = ["get-*"]

# %%
print(upstream)
