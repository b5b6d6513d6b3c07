# %% [markdown]
# # L'été, à la plage 🏖

# %% tags=["parameters"]
upstream = None
product = None
lieu = ""

# %%
from pathlib import Path

Path(product["data"]).write_text(f"mesuré à {lieu}", encoding="utf-8")
