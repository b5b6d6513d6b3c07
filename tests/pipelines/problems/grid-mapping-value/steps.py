from pathlib import Path


def load(product, size):
    Path(product).write_text(str(size))
