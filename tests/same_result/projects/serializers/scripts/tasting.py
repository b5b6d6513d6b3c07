# %% [markdown]
# # Tasting

# %%
import json
import pickle
from pathlib import Path

import pandas as pd

# %% tags=["parameters"]
upstream = ["fermentation", "features", "fit", "grade-*"]
product = None

# %%
sugar = pd.read_csv(upstream["fermentation"])
sugar.pivot(index="day", columns="beer", values="sugar").plot(ylabel="sugar (%)", figsize=(6, 3))

# %%
json.loads(Path(upstream["features"]["about"]).read_text())

# %%
for name, path in sorted(upstream["grade-*"].items()):
    print(f"{name}: {Path(path).read_text()}", end="")

# %%
with open(upstream["fit"], "rb") as file:
    model = pickle.load(file)

f"{model.coef_[0]:.4f} per hop"
