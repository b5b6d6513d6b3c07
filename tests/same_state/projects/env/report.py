# %% tags=["parameters"]
upstream = ["pick"]
product = None
title = ""

# %%
from pathlib import Path

Path(product["data"]).write_text(title + ": " + Path(upstream["pick"]).read_text())
