# %% [markdown]
# # Join
#
# Measurements and features side by side, one row per bottle.

# %%
import pandas as pd

# %% tags=["parameters"]
upstream = ["get", "features"]
product = None

# %%
wines = pd.read_csv(upstream["get"], index_col="bottle")
features = pd.read_csv(upstream["features"]["data"], index_col="bottle")

# %%
joined = wines.join(features, how="inner", validate="one_to_one")
print(f"{len(joined)} bottles, {joined.shape[1]} columns")

# %%
joined.to_csv(product["data"])
