# %% [markdown]
# # Features
#
# Ratios say more about a wine than the measurements themselves: how much of the phenols are
# flavanoids, how strong the colour is for its hue, how much acid there is for the alcohol.

# %%
import matplotlib.pyplot as plt
import pandas as pd

# %% tags=["parameters"]
upstream = ["get"]
product = None

# %%
wines = pd.read_csv(upstream["get"], index_col="bottle")
wines.describe().T[["mean", "std", "min", "max"]].round(2)

# %%
features = pd.DataFrame(
    {
        "flavanoid_share": wines["flavanoids"] / wines["total_phenols"],
        "colour_per_hue": wines["color_intensity"] / wines["hue"],
        "acid_per_alcohol": wines["malic_acid"] / wines["alcohol"],
    }
)

# %% [markdown]
# Do they tell the growers apart?

# %%
figure, axes = plt.subplots(1, 3, figsize=(11, 3), constrained_layout=True)
for axis, name in zip(axes, features.columns):
    axis.boxplot([values for _, values in features[name].groupby(wines["grower"])])
    axis.set_title(name)
    axis.set_xlabel("grower")

# %%
features.to_csv(product["data"])
