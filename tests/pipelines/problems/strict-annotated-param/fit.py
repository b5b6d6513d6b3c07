# %% tags=["parameters"]
upstream = None
product = None
n: int = 1

# %%
print(n)
