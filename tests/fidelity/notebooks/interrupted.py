# %%
print("before")
raise KeyboardInterrupt

# %%
print("after")
