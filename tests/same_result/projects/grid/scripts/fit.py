# %% [markdown]
# # Fit

# %%
import importlib
import json
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd

# %% tags=["parameters"]
upstream = ["split"]
product = None
model = None
settings = None
seed = None
label = None

# %%
train = pd.read_csv(upstream["split"]["train"], index_col="house")
test = pd.read_csv(upstream["split"]["test"], index_col="house")
inputs = ["area", "built", "insulated"]

# %%
module, _, name = model.rpartition(".")
kind = getattr(importlib.import_module(module), name)
chosen = dict([settings])
if "random_state" in kind().get_params():
    chosen["random_state"] = seed

fitted = kind(**chosen).fit(train[inputs], train["kwh"])
fitted

# %%
predicted = fitted.predict(test[inputs])
error = abs(test["kwh"] - predicted).mean()
print(f"{label or name}: {error:.0f} kWh off on average")

# %%
plt.figure(figsize=(4, 4))
plt.scatter(test["kwh"], predicted, s=6)
plt.axline((0, 0), slope=1, color="grey")

# %%
Path(product["score"]).write_text(
    json.dumps({"model": name, "settings": settings, "seed": seed, "error": round(error, 3)})
)
