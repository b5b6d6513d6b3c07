# %% tags=["parameters"]
x = 1; upstream = None
product = None

# %%
print("work")
