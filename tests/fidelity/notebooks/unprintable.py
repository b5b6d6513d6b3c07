# %%
class Unprintable:
    def __repr__(self):
        raise ValueError("no repr")

Unprintable()

# %% tags=["differs-broken-repr"]
print("after")
