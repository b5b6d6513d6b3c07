# %% tags=["parameters"]
upstream = ["small", "large"]
product = None

# %%
print(upstream["small"], upstream["large"])
