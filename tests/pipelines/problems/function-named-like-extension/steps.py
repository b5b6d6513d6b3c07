from pathlib import Path


def sh(product):
    Path(product).write_text("1")
