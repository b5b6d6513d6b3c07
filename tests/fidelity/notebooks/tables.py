# %%
import pandas as pd
frame = pd.DataFrame({"a": [1, 2], "b": ["x", "é"]})
frame

# %%
frame["a"]

# %%
frame.style.format(precision=1).set_uuid("u")

# %%
print(frame)

# %%
pd.DataFrame({"n": range(1000)})

# %%
pd.options.display.max_rows = 4
pd.DataFrame({"n": range(1000)})

# %%
frame.describe()

# %%
display(frame, frame.T)

# %%
frame.info()

# %%
pd.options.display.width
