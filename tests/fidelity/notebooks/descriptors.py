# %% tags=["varies-descriptors"]
import os, sys
os.write(1, b"straight to 1\n");

# %% tags=["varies-descriptors"]
os.write(2, b"straight to 2\n");

# %% tags=["varies-descriptors"]
import ctypes
libc = ctypes.CDLL(None)
libc.puts(b"from C")
libc.fflush(None);

# %% tags=["varies-descriptors"]
print("one")
sys.stdout.flush()
os.write(1, b"two\n")
print("three")

# %%
sys.stdout.write("returned")

# %%
sys.stdout.writelines(["a\n", "b\n"])

# %%
sys.stdout.isatty(), sys.stdout.encoding.lower(), sys.stdout.writable()

# %%
sys.__stdout__ is sys.stdout

# %% tags=["differs-first-stdout"]
print("to the first stdout", file=sys.__stdout__, flush=True)

# %% tags=["raises-exception"]
sys.stdout.write(b"bytes")

# %%
saved = os.dup(1)
with open("redirected.txt", "wb") as file:
    os.dup2(file.fileno(), 1)
    os.system("echo into the file")
    os.dup2(saved, 1)
open("redirected.txt").read()

# %%
print("as ever")
