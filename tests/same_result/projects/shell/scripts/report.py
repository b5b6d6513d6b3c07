# %% [markdown]
# # Words of the fables

# %%
from pathlib import Path

import pandas as pd
from IPython.display import Markdown

# %% tags=["parameters"]
upstream = ["words", "table"]
product = None

# %%
counts = pd.read_csv(upstream["words"]["counts"], sep="\t", names=["word", "times"], keep_default_na=False)
counts["times"].describe()

# %%
Markdown(Path(upstream["table"]).read_text())

# %%
counts.groupby(counts["word"].str.len())["times"].sum().plot.bar(xlabel="letters", ylabel="words", figsize=(6, 3));
