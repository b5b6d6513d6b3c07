# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Rain
#
# In millimetres.

# %% tags=["parameters"]
upstream = None
product = None
months = 2

# %%
from pathlib import Path

rain = [(7 * month) % 5 for month in range(months)]
rain

# %%
Path(product["data"]).write_text("\n".join(map(str, rain)) + "\n")
