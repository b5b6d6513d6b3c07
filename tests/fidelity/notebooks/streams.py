# %%
import contextlib, io, sys
kept = io.StringIO()
with contextlib.redirect_stdout(kept):
    print("into the text")
kept.getvalue()

# %%
before, sys.stdout = sys.stdout, io.StringIO()
print("swallowed")
sys.stdout = before

# %%
_print = print
def print(*words):
    _print("mine:", *words)
print("hello")

# %%
del print
print("builtin again")

# %%
import warnings
warnings.warn("be careful")

# %%
def deprecated():
    warnings.warn("old", DeprecationWarning, stacklevel=2)
deprecated()

# %%
import logging
logging.warning("root warning")
logging.info("not shown")

# %%
logging.getLogger("own").error("own error")

# %%
logging.basicConfig(level=logging.INFO, force=True, format="%(levelname)s %(message)s")
logging.info("info now")

# %%
handler = logging.StreamHandler(sys.stdout)
logger = logging.getLogger("out")
logger.addHandler(handler)
logger.propagate = False
logger.warning("to stdout")

# %%
print("out"); print("err", file=sys.stderr); print("out")

# %%
sys.stderr.write("only stderr\n");

# %%
import traceback
try:
    1 / 0
except ZeroDivisionError:
    print(traceback.format_exc().splitlines()[-1])

# %%
print("é", "日本", "🎉", "\x1b[31mred\x1b[0m")

# %%
print("a\tb\x00c\x07")

# %%
"é" + "\U0001f389"

# %%
print("x" * 100_000)

# %%
for i in range(2000):
    print(i)

# %%
print(sep="", end="")

# %%
sys.stdout.flush()
