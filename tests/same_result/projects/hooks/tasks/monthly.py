# %% [markdown]
# # Month by month

# %%
import pandas as pd

# %% tags=["parameters"]
upstream = ["load"]
product = None

# %%
invoices = pd.read_csv(upstream["load"], parse_dates=["date"])
monthly = invoices.groupby(invoices["date"].dt.to_period("M"))["amount"].sum().round(2)
monthly

# %%
monthly.to_csv(product["data"])
