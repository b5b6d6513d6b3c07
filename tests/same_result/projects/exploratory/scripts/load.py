# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Rides of one June
#
# The town publishes no open data, so the month is made up: more rides on working days, in the rush hours and
# in the sun. Some stations did not send anything for a while, as in real life.

# %%
import numpy as np
import pandas as pd

# %% tags=["parameters"]
upstream = None
product = None

# %%
random = np.random.default_rng(2024)
hours = pd.date_range("2024-06-01", periods=30 * 24, freq="h")

# %%
rush = np.exp(-((hours.hour - 8) ** 2) / 4) + np.exp(-((hours.hour - 17) ** 2) / 6)
leisure = np.exp(-((hours.hour - 14) ** 2) / 20)
weekend = hours.dayofweek >= 5
temperature = (
    18 + 6 * np.sin((hours.hour - 9) / 24 * 2 * np.pi) + random.normal(0, 1.5, len(hours))
).round(1)
rain = (random.random(len(hours)) < 0.12) * random.gamma(1.5, 1.2, len(hours)).round(1)

# %%
expected = 4 + np.where(weekend, 30 * leisure, 45 * rush) * np.where(rain > 0, 0.5, 1) * temperature / 18
rides = pd.DataFrame(
    {
        "hour": hours,
        "rides": random.poisson(expected).astype(float),
        "temperature": temperature,
        "rain": rain,
    }
)
rides.loc[random.choice(len(rides), 12, replace=False), "rides"] = np.nan
rides.head()

# %%
rides.to_csv(product["rides"], index=False)
