# %% [markdown]
# # What people write about

# %% tags=["parameters"]
upstream = None
product = None
resources_ = None

# %%
from pathlib import Path

import pandas as pd
from IPython.display import HTML

# %%
labels = pd.read_csv(upstream["label"])
counted = labels.groupby("topic").agg(letters=("letter", "size"), words=("words", "mean")).round(1)

# %%
HTML(f"<style>{Path(resources_['style']).read_text()}</style>{counted.to_html()}")

# %%
counted.to_csv(product["table"])
