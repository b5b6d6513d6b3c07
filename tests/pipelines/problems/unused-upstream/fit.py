# %% tags=["parameters"]
upstream = ["load"]

# %%
print(1)
