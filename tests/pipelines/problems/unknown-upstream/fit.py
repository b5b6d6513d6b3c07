# %% tags=["parameters"]
upstream = ["laod"]

# %%
print(upstream["laod"])
