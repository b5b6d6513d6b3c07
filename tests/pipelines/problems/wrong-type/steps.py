from pathlib import Path


def load(product):
    Path(product).write_text("1")
