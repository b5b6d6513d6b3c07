"""Where the data comes from."""

from sklearn.datasets import load_wine


def get(product, sample, seed):
    """The chemical analysis of 178 wines from three growers, one row per bottle"""
    wines = load_wine(as_frame=True).frame
    wines = wines.rename(columns={"target": "grower", "od280/od315_of_diluted_wines": "od280_od315"})
    wines.index.name = "bottle"

    if sample:
        wines = wines.groupby("grower").sample(frac=1 / 3, random_state=seed).sort_index()

    wines.to_csv(str(product))
