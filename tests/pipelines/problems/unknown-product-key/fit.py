# %% tags=["parameters"]
upstream = ["load"]

# %%
print(upstream["load"]["dta"])
