from pathlib import Path


def load(product, rows=10):
    Path(product).write_text("1" * rows)
