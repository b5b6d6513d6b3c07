# %% [markdown]
# # Clean
# Orders without a price are left out.

# %%
import csv

# %% tags=["parameters"]
upstream = ["load"]
product = None

# %%
with open(upstream["load"]) as file:
    orders = [row for row in csv.DictReader(file) if row["price"]]
print(f"{len(orders)} orders have a price")

# %%
with open(product["data"], "w", newline="") as file:
    writer = csv.DictWriter(file, ["item", "price"])
    writer.writeheader()
    writer.writerows(orders)
