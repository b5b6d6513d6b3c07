# %% tags=["parameters"]
upstream = None
product = None
n = 1

# %%
print(n)
