# %% tags=["parameters"]
upstream = None
product = None

# %%
print(f"{{1}}")
