# %% [markdown]
# # Comparison
#
# The lower, the better.

# %%
import json
from pathlib import Path

import pandas as pd

# %% tags=["parameters"]
upstream = ["fit-*", "baseline-*"]
product = None

# %%
files = [paths["score"] for paths in upstream["fit-*"].values()] + list(upstream["baseline-*"].values())
scores = [json.loads(Path(file).read_text()) for file in files]
table = pd.DataFrame(scores).sort_values(["error", "model", "seed"], ignore_index=True)
table

# %%
table.to_csv(product["table"], index=False)
