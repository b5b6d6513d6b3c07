# %% [markdown]
# # Summary
#
# What was found, for those who read one page.

# %%
import json

import pandas as pd
from IPython.display import Markdown, display

# %% tags=["parameters"]
upstream = ["clean", "weather"]
product = None

# %%
rides = pd.read_csv(upstream["clean"]["rides"], parse_dates=["hour"])
weather = pd.read_csv(upstream["weather"]["table"], index_col=0)

# %%
total = int(rides["rides"].sum())
busiest = rides.loc[rides["rides"].idxmax()]
display(Markdown(f"**{total:,}** rides, most of them on {busiest['hour']:%A, %d %B at %H:%M}."))

# %% [markdown]
# ## Rain

# %%
weather

# %%
rides.set_index("hour")["rides"].resample("D").sum().plot(figsize=(9, 2.5), title="rides per day")

# %%
with open(product["numbers"], "w") as file:
    json.dump({"rides": total, "busiest_hour": str(busiest["hour"])}, file, indent=2)
