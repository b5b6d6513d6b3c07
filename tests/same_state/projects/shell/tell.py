# %% tags=["parameters"]
upstream = ["sort"]
product = None

# %%
from pathlib import Path

Path(product["data"]).write_text(Path(upstream["sort"]["sorted"]).read_text())
