from functools import wraps

STEP = 1


def timed(function):
    @wraps(function)
    def around(*args, **kwargs):
        return function(*args, **kwargs)

    return around


def smallest():
    return 0


def numbers(largest):
    # every number below the largest
    return list(range(smallest(), largest, STEP))


@timed
def halves(upstream):
    """Two of them."""
    numbers = upstream["numbers"]
    return {"small": numbers[:2], "large": numbers[2:]}


def label(upstream, prefix="up to"):
    return f"{prefix} {max(upstream['halves']['large'])}"
