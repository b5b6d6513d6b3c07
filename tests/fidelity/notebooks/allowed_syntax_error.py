# %%
print("before")

# %% tags=["raises-exception"]
def broken(:
    pass

# %% tags=["raises-exception"]
  indented = 1
 other = 2

# %%
print("after")
