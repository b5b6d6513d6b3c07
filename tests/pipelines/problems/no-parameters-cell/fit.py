# %%
print("work")
