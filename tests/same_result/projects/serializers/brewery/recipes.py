"""What goes into the kettle."""

import numpy as np
import pandas as pd


def recipes():
    """Three beers"""
    return {
        "lager": {"malt": 4.2, "hops": 25, "temperature": 9},
        "stout": {"malt": 5.6, "hops": 45, "temperature": 18},
        "weißbier": {"malt": 4.8, "hops": 12, "temperature": 20},
    }


def fermentation(upstream, days, seed):
    """How much sugar is left, day by day"""
    random = np.random.default_rng(seed)
    rows = []
    for beer, recipe in upstream["recipes"].items():
        speed = recipe["temperature"] / 60
        for day in range(days + 1):
            left = recipe["malt"] * 2.4 * np.exp(-speed * day) + random.normal(0, 0.05)
            rows.append((beer, day, round(left, 3)))

    return pd.DataFrame(rows, columns=["beer", "day", "sugar"])
