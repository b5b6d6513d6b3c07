from pathlib import Path


def load(product, rows):
    Path(product).write_text(str(rows))
