# %% [markdown]
# # Winters

# %% tags=["parameters"]
upstream = ["measure"]
product = None
threshold = 20
labels = {}

# %%
import pandas as pd

# %%
measured = pd.read_csv(upstream["measure"]["data"])
winters = measured.groupby("year")["cm"].max().to_frame()
winters["ice"] = winters["cm"].ge(threshold).map({True: labels["thick"], False: labels["thin"]})
winters

# %%
winters["ice"].value_counts().sort_index()

# %%
measured.pivot(index="day", columns="year", values="cm").plot(figsize=(8, 3), colormap="Blues", legend=False)

# %%
winters.to_csv(product["data"])
