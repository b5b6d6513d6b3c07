# %% tags=["parameters"]
upstream = ["monthly"]
product = None

# %% [markdown]
# # The year so far

# %%
import pandas as pd

# %%
monthly = pd.read_csv(upstream["monthly"]["data"], index_col="date")
monthly.plot.bar(figsize=(6, 3), legend=False, ylabel="€")
