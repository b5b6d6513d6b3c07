# %% tags=["parameters"]
upstream = None
product = None

# %%
from pathlib import Path

# %%
Path(product["data"]).write_text("3 4")
print("measured")
