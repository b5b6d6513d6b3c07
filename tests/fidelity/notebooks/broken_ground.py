# %%
import builtins
del builtins.print

# %% tags=["raises-exception"]
print("gone")

# %%
import sys
sys.stdout.write("still written\n");

# %%
sys.setrecursionlimit(200)

# %%
del sys.modules["__main__"]
1
