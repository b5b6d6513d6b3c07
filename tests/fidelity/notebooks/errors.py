# %%
def outer(n):
    return inner(n)

def inner(n):
    return 1 / n

# %% tags=["raises-exception"]
x = 0
outer(x)

# %% tags=["raises-exception"]
try:
    outer(0)
except ZeroDivisionError as error:
    raise ValueError("chained") from error

# %% tags=["raises-exception"]
try:
    {}["k"]
except KeyError:
    raise RuntimeError("while handling")

# %% tags=["raises-exception"]
error = ValueError("noted")
error.add_note("the note")
raise error

# %% tags=["raises-exception", "differs-groups"]
raise ExceptionGroup("several", [ValueError("one"), TypeError("two")])

# %% tags=["raises-exception"]
def deeper():
    return deeper()
deeper()

# %% tags=["raises-exception"]
undefined_name = undefined_before

# %% tags=["raises-exception"]
import json
json.loads("{")

# %% tags=["raises-exception", "differs-broken-repr"]
class OwnError(Exception):
    def __str__(self):
        raise TypeError("no text")
raise OwnError

# %% tags=["raises-exception"]
raise KeyError("with 'quotes'")

# %% tags=["raises-exception"]
raise StopIteration(3)

# %% tags=["raises-exception"]
raise GeneratorExit

# %% tags=["raises-exception"]
assert 1 == 2, "numbers"

# %% tags=["raises-exception"]
print("printed before")
[1, 2][3]
print("not printed")

# %% tags=["raises-exception"]
eval("1 +")

# %% tags=["raises-exception"]
exec("def broken(:\n  pass")

# %% tags=["raises-exception"]
async def wait():
    raise OSError(2, "No such file", "there")
await wait()

# %% tags=["skip-execution"]
print("skipped")

# %%
print("count goes on")

# %% tags=["raises-exception"]
raise ValueError("many\nlines\n")

# %% tags=["raises-exception"]
raise Exception("é 🎉 \x1b[31m")

# %% tags=["raises-exception"]
%run not_there.py

# %% tags=["raises-exception"]
%no_such_magic

# %% tags=["raises-exception"]
%%no_such_cell_magic
text

# %% tags=["raises-exception"]
%%bash
exit 3

# %%
!exit 3

# %%
_exit_code

# %% tags=["raises-exception"]
import sys
del sys.modules["json"]
raise Warning("a warning raised")

# %% tags=["raises-exception"]
raise BaseException("base")

# %%
sys.last_value
