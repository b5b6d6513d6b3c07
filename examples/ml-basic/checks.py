"""Quality checks: each runs when its task has finished, and fails the task if the data is bad."""

import json

import pandas as pd


def complete(product):
    """No measurement is missing, none is negative, and each grower is there"""
    wines = pd.read_csv(str(product), index_col="bottle")
    missing = wines.columns[wines.isna().any()].tolist()
    assert not missing, f"missing values in: {', '.join(missing)}"
    assert (wines >= 0).all(axis=None), "a measurement cannot be negative"
    assert set(wines["grower"]) == {0, 1, 2}, "expected the growers 0, 1 and 2"


def no_row_lost(product):
    """A join must neither repeat a bottle nor leave a hole"""
    joined = pd.read_csv(str(product["data"]), index_col="bottle")
    assert joined.index.is_unique, "a bottle appears more than once"
    assert not joined.isna().any(axis=None), "the join left holes"


def accurate(product, at_least):
    """The model must be good enough to be worth keeping"""
    with open(str(product["metrics"])) as file:
        accuracy = json.load(file)["accuracy"]
    assert accuracy >= at_least, f"accuracy is {accuracy:.3f}, below {at_least}"
