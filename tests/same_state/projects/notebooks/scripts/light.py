# # A light script

# + tags=["parameters"]
upstream = ["totals"]
product = None
# -

from pathlib import Path

text = Path(upstream["totals"]["data"]).read_text()

# The last lines are a cell of their own.

Path(product["data"]).write_text(text.upper())
