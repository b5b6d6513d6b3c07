def load(product):
    pass


def clean(product, upstream):
    upstream["load"]
