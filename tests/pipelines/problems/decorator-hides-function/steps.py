from pathlib import Path


def timed(function):
    def inner(*args, **kwargs):
        return function(*args, **kwargs)

    return inner


@timed
def load(product):
    Path(product).write_text("1")
