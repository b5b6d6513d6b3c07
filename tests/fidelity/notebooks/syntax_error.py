# %% tags=["differs-syntax"]
print("before")

# %%
def broken(:
    pass

# %%
print("after")
