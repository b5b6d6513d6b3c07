def load(product):
    x = (1
