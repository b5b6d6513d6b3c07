# %%
%config InlineBackend.figure_formats = ["svg"]
%matplotlib inline

# %%
import matplotlib.pyplot as plt
figure, _axes = plt.subplots(figsize=(1, 1))

# %%
from matplotlib_inline.backend_inline import set_matplotlib_formats
set_matplotlib_formats("retina")
plt.plot([1]);

# %%
%matplotlib agg
import matplotlib
matplotlib.get_backend()
