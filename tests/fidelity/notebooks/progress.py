# %% tags=["differs-progress"]
import sys, time
for i in range(5):
    print(f"\rstep {i}", end="")
print()

# %% tags=["differs-progress"]
from tqdm import tqdm
for _ in tqdm(range(3), file=sys.stdout, mininterval=0, bar_format="{l_bar}{bar}|{n}"):
    pass

# %% tags=["differs-widgets"]
from tqdm.auto import trange
for _ in trange(3, bar_format="{l_bar}{bar}|{n}", mininterval=0):
    pass

# %%
from rich.progress import track
from rich.console import Console
print(type(Console()).__name__, Console().is_jupyter)

# %%
print("no end of line", end="")
