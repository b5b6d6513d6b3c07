# %% tags=["raises-exception", "differs-input"]
input()

# %% tags=["raises-exception", "differs-input"]
import getpass
getpass.getpass()

# %%
import sys
sys.stdin.read()
