# %% tags=["parameters"]
upstream = ["count"]
product = None

# %%
from pathlib import Path

print(Path(upstream["count"]).read_text())
Path(product["data"]).write_text("shown")
