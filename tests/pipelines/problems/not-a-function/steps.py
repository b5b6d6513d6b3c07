import functools


def read(product, n):
    open(product, "w").close()


load = functools.partial(read, n=1)
