# %%
__name__

# %%
"__file__" in globals()

# %%
5 + 5

# %%
_ + 1

# %%
Out[3], _3, __

# %%
len(In), In[1][:12]

# %%
_i1[:12], _ii

# %%
get_ipython().__class__.__name__

# %%
sorted(name for name in globals() if not name.startswith("_") and name not in ("exit", "quit"))

# %%
import __main__
__main__.__dict__ is globals()

# %%
class Own: pass
Own.__module__, Own

# %%
import pickle
pickle.loads(pickle.dumps(Own())).__class__ is Own

# %%
get_ipython().user_ns is globals()

# %%
__builtins__.__name__

# %%
__doc__

# %%
__spec__, __package__

# %%
import sys
type(sys.stdin).__name__ != "", sys.flags.interactive

# %% tags=["differs-exit-name"]
type(exit).__name__

# %%
del _3

# %%
_ = "mine"

# %%
7

# %%
_

# %%
get_ipython().execution_count

# %%
_oh is Out, _ih is In, _dh is not None
