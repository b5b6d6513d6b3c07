# %% tags=["parameters"]
upstream = [f"fit-{i}" for i in range(3)]
product = None

# %%
print("work")
