# %%
import os, signal
def handler(number, frame):
    print("got", signal.Signals(number).name)

signal.signal(signal.SIGUSR1, handler)
os.kill(os.getpid(), signal.SIGUSR1)

# %%
import time
signal.signal(signal.SIGALRM, handler)
signal.setitimer(signal.ITIMER_REAL, 0.01)
time.sleep(0.05)

# %%
signal.getsignal(signal.SIGTERM) == signal.SIG_DFL

# %%
signal.getsignal(signal.SIGINT) is signal.default_int_handler

# %%
signal.getsignal(signal.SIGPIPE) == signal.SIG_IGN

# %%
def timeout(number, frame):
    raise TimeoutError("took too long")
signal.signal(signal.SIGALRM, timeout)

# %% tags=["raises-exception"]
signal.alarm(1)
time.sleep(5)
