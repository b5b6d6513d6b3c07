# %% tags=["parameters"]
upstream = ["数える 🚀"]
product = None

# %%
print(upstream["数える 🚀"], product["ключ"])
