# %% tags=["parameters"]
upstream = None
product = None
day = None

# %%
print(day)
