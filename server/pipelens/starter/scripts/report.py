# %%
"""The year in numbers: the warmest and the coldest day."""

import csv
import json

# %% tags=["parameters"]
# The tasks that this one needs. When it runs, `upstream` holds their products and `product` its own.
upstream = ["smooth"]
product = None

# %%
with open(upstream["smooth"], newline="") as file:
    days = [(int(row["day"]), float(row["temperature"])) for row in csv.DictReader(file)]

# %%
warmest = max(days, key=lambda day: day[1])
coldest = min(days, key=lambda day: day[1])
print(f"warmest: {warmest[1]} degrees on day {warmest[0]}")
print(f"coldest: {coldest[1]} degrees on day {coldest[0]}")

# %%
with open(product["summary"], "w") as file:
    json.dump({"warmest": warmest, "coldest": coldest}, file)
