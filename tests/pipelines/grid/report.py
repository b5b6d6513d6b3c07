# %% tags=["parameters"]
upstream = ["fit-*"]
product = None

# %%
print(upstream["fit-*"]["fit-tree-1"])
