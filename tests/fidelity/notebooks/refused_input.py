# %%
print("asking")

# %% tags=["differs-input"]
input("name? ")

# %%
print("not reached")
