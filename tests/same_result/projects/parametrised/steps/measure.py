# %% tags=["parameters"]
upstream = None
product = None
station = "nowhere"
years = None
sample = True

# %% [markdown]
# # Measure

# %%
import sys
from pathlib import Path

import pandas as pd

sys.path.insert(0, str(Path.cwd()))
from ice import thickness

# %%
first, last = years
days = range(0, 121, 30 if sample else 5)
table = pd.DataFrame(
    [(year, day, thickness(year, day)) for year in range(first, last + 1) for day in days],
    columns=["year", "day", "cm"],
)
print(f"{station}: {len(table)} measurements, {first} to {last}")
table.sample(5, random_state=1)

# %%
table.to_csv(product["data"], index=False)
