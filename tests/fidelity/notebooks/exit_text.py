# %% tags=["differs-exit"]
import sys
sys.exit("told why")
