from pathlib import Path


def load(product, size):
    Path(product).write_text(str(size))


def sizes():
    return [int(line) for line in Path("sizes.txt").read_text().split()]
