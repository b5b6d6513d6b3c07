# %%
import multiprocessing as mp
import os

def square(n):
    return n * n

# %%
with mp.get_context("fork").Pool(2) as pool:
    print(pool.map(square, range(4)))

# %% tags=["varies-descriptors"]
def loud(n):
    print("child", n, flush=True)

child = mp.get_context("fork").Process(target=loud, args=(1,))
child.start()
child.join()
child.exitcode

# %%
import beside
with mp.get_context("spawn").Pool(1) as pool:
    print(pool.apply(beside.function))

# %%
from concurrent.futures import ProcessPoolExecutor
with ProcessPoolExecutor(1, mp_context=mp.get_context("fork")) as pool:
    print(pool.submit(square, 5).result())

# %%
pid = os.fork()
if pid == 0:
    os._exit(7)
os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

# %% tags=["varies-descriptors"]
pid = os.fork()
if pid == 0:
    print("in the forked child", flush=True)
    os._exit(0)
os.waitpid(pid, 0)
print("in the parent")

# %% tags=["varies-descriptors"]
import subprocess
subprocess.run(["echo", "by itself"])
print("after the child")

# %% tags=["varies-descriptors"]
subprocess.run("echo to stderr >&2", shell=True);

# %%
subprocess.run(["echo", "kept"], capture_output=True, text=True).stdout

# %% tags=["varies-descriptors"]
os.system("echo by the system")

# %%
os.popen("echo piped").read()
