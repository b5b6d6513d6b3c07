# %% tags=["parameters"]
upstream = ["light"]
product = None

# %%
from pathlib import Path

# %%
Path(product).write_text(Path(upstream["light"]["data"]).read_text() * 2)
