# %% tags=["differs-exit"]
import sys
sys.exit(1)

# %%
print("after")
