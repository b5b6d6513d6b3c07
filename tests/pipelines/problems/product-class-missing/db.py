def client():
    raise NotImplementedError
