# %%
import matplotlib
matplotlib.use("Agg")

# %%
import matplotlib.pyplot as plt
plt.get_backend()

# %%
plt.plot([1, 2])

# %%
plt.show()

# %%
plt.gcf()
