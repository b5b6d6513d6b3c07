def fit(product, kind, depth):
    pass
