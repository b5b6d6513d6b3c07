def train(product):
    pass


def serve(product):
    pass
