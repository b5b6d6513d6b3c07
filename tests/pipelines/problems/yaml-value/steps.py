from pathlib import Path


def load(product, day):
    Path(product).write_text(str(day))
