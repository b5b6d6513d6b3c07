# %%
import beside
beside.VALUE

# %%
from beside import *
function()

# %%
import package.inner
package.inner.NAME

# %% tags=["raises-exception"]
from . import beside

# %% tags=["raises-exception"]
import not_there_at_all

# %%
beside.__name__, beside.__file__.endswith("beside.py")

# %%
%run beside.py

# %%
import importlib
importlib.reload(beside).VALUE

# %%
import sys
import os
os.getcwd() in [os.path.abspath(path) for path in sys.path]
