# %%
class Broken:
    def _repr_html_(self):
        raise ValueError("broken repr")
    def __repr__(self):
        return "Broken()"

Broken()

# %% tags=["differs-broken-repr"]
print("after")
