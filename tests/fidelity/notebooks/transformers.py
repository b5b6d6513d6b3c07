# %%
shell = get_ipython()
shell.input_transformers_cleanup.append(lambda lines: [line.replace("TWICE", "2 *") for line in lines])

# %% tags=["differs-transformers"]
TWICE 4
