def fit(product, depth):
    open(str(product), "w").write(str(depth))
