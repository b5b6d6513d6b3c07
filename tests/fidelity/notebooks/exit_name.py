# %% tags=["differs-exit-name"]
exit

# %%
print("a name does nothing")

# %%
exit()

# %% tags=["differs-exit"]
print("after")
