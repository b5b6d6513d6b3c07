# %%
import matplotlib
import matplotlib.pyplot as plt
matplotlib.get_backend()

# %%
plt.plot([1, 2, 3])

# %%
plt.plot([1, 2])
plt.show()
print("after")

# %%
figure, axes = plt.subplots()
axes.bar([1], [2]);

# %%
figure

# %%
print("before")
plt.figure()
plt.figure()
print("two")

# %%
plt.plot([3])
plt.close()

# %%
plt.plot([4])
plt.savefig("saved.png")
plt.close("all")

# %%
from IPython.display import display
display(figure)
figure.number
