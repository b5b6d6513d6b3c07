def check(product):
    pass
