# %% tags=["parameters"]
upstream = ["top"]
product = None

# %%
from pathlib import Path

# %%
rows = [line.split("\t") for line in Path(upstream["top"]).read_text().splitlines()]
print(f"{len(rows)} words")

# %%
lines = ["| word | times |", "|---|---|", *(f"| {word} | {count} |" for word, count in rows)]
Path(product).write_text("\n".join(lines) + "\n")
