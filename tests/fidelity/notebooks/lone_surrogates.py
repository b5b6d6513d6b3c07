# %%
"half \ud800 a pair"

# %% tags=["differs-surrogates"]
print("half \ud800 a pair")
