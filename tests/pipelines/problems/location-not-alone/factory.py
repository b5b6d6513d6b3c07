def make():
    raise NotImplementedError
