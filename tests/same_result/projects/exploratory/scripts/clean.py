# %% [markdown]
# # Clean
# Hours without a count are left out; a gap of a few hours does not change the picture.

# %%
import pandas as pd

# %% tags=["parameters"]
upstream = ["load"]
product = None

# %%
rides = pd.read_csv(upstream["load"]["rides"], parse_dates=["hour"])
rides.info()

# %%
missing = rides[rides["rides"].isna()]
print(f"{len(missing)} hours without a count")
missing

# %%
clean = rides.dropna(subset=["rides"]).astype({"rides": int})
clean["weekday"] = clean["hour"].dt.day_name()
clean["weekend"] = clean["hour"].dt.dayofweek >= 5
clean.describe().round(2)

# %%
assert clean["rides"].ge(0).all()
clean.to_csv(product["rides"], index=False)
