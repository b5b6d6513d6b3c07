# %% tags=["parameters"]
upstream = None
product = "out/fit.ipynb"

# %%
print("work")
