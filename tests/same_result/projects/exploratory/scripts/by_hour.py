# # Through the day

import matplotlib.pyplot as plt
import pandas as pd

# + tags=["parameters"]
upstream = ["clean"]
product = None
# -

# %matplotlib inline

rides = pd.read_csv(upstream["clean"]["rides"], parse_dates=["hour"])
rides["o'clock"] = rides["hour"].dt.hour

# Working days have two peaks, weekends one.

mean = rides.pivot_table(index="o'clock", columns="weekend", values="rides", aggfunc="mean")
mean.columns = ["working day", "weekend"]
axes = mean.plot(figsize=(8, 3), ylabel="rides per hour")
axes.figure.savefig(product["picture"])

# Each weekday by itself:

# +
figure, grid = plt.subplots(2, 4, figsize=(11, 4), sharex=True, sharey=True, constrained_layout=True)
for axes, (name, group) in zip(grid.flat, rides.groupby("weekday")):
    group.groupby("o'clock")["rides"].mean().plot.bar(ax=axes, width=1)
    axes.set_title(name)

grid.flat[-1].axis("off")
plt.show()
# -

rides.groupby("weekday")["rides"].agg(["mean", "max"]).round(1)
