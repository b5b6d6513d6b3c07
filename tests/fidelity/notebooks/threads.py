# %%
import threading, time
def tick():
    time.sleep(0.05)
    print("from the thread")
    time.sleep(0.3)

thread = threading.Thread(target=tick)
thread.start()

# %%
time.sleep(0.15)
print("main")

# %% tags=["differs-places"]
def fail():
    raise ValueError("in a thread")
one = threading.Thread(target=fail, name="failing")
one.start()
one.join()

# %%
import concurrent.futures
with concurrent.futures.ThreadPoolExecutor(2) as pool:
    print(sorted(pool.map(abs, [-1, -2])))

# %%
forever = threading.Thread(target=time.sleep, args=(0.5,))
forever.start()
