"""What comes out."""

import pandas as pd
from sklearn.linear_model import LinearRegression


def features(upstream):
    """One row per beer, and a word about where it comes from"""
    sugar = upstream["fermentation"]
    ends = sugar.groupby("beer")["sugar"].agg(["first", "last"]).reset_index()
    ends["alcohol"] = ((ends["first"] - ends["last"]) * 0.52).round(2)
    hops = {beer: recipe["hops"] for beer, recipe in upstream["recipes"].items()}
    ends["hops"] = ends["beer"].map(hops)
    return {"numbers": ends, "about": {"beers": len(ends), "days": int(sugar["day"].max())}}


def fit(upstream):
    """A line through three points, for the sake of the example"""
    table = upstream["features"]["numbers"]
    return LinearRegression().fit(table[["hops"]], table["alcohol"])


def grade(upstream, limit):
    """Who is above the limit, and what the line says of a beer with thirty hops"""
    table = upstream["features"]["numbers"]
    strong = table.loc[table["alcohol"] > limit, "beer"]
    expected = upstream["fit"].predict(pd.DataFrame({"hops": [30]}))[0]
    return f"above {limit}: {', '.join(strong) or 'none'}; thirty hops: {expected:.2f}"


def label(upstream):
    """What the bottle says"""
    return ", ".join(text.split(";")[0] for text in upstream["grade-*"].values())
