# %%
from IPython.display import display, update_display, clear_output
handle = display("first", display_id=True)

# %%
handle.update("second")

# %%
display("named", display_id="name")
display("named again", display_id="name")

# %%
update_display("changed", display_id="name")

# %%
display("again", display_id="name")

# %%
for i in range(3):
    clear_output(wait=True)
    print(i)

# %%
print("gone")
clear_output()
print("stays")

# %%
print("stays: nothing comes after")
clear_output(wait=True)

# %%
print("a")
clear_output(wait=True)
clear_output()
print("b")

# %%
print("kept")
display("x")
clear_output(wait=True)
display("y")

# %%
handle2 = display(display_id="empty")
handle2 is None

# %%
update_display("nobody", display_id="never shown")

# %%
import sys
print("error text", file=sys.stderr)
clear_output(wait=True)
print("text")
