"""Houses: size, age, insulation, and what heating them takes in a year."""

import json

import numpy as np
import pandas as pd


def get(product):
    """Two hundred houses; the numbers are made up, the tendencies are not"""
    random = np.random.default_rng(11)
    area = random.uniform(60, 240, 200).round()
    built = random.integers(1900, 2021, 200)
    insulated = random.random(200) < (built - 1880) / 160
    need = area * (220 - (built - 1900)) * np.where(insulated, 0.6, 1.0) + random.normal(0, 900, 200)
    houses = pd.DataFrame({"area": area, "built": built, "insulated": insulated.astype(int), "kwh": need.round()})
    houses.to_csv(str(product), index_label="house")


def split(product, upstream, share):
    """The last houses are kept for judging the models"""
    houses = pd.read_csv(str(upstream["get"]), index_col="house")
    cut = int(len(houses) * (1 - share))
    houses.iloc[:cut].to_csv(str(product["train"]))
    houses.iloc[cut:].to_csv(str(product["test"]))


def baseline(product, upstream, by, digits):
    """What one gets without a model: the same value for each house"""
    train, test = (pd.read_csv(str(upstream["split"][part]), index_col="house") for part in ("train", "test"))
    guess = train["kwh"].agg(by)
    error = (test["kwh"] - guess).abs().mean()
    with open(str(product), "w") as file:
        json.dump({"model": by, "settings": None, "seed": None, "error": round(float(error), digits)}, file)
