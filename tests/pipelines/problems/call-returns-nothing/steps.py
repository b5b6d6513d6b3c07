from pathlib import Path


def load(product):
    Path(product).write_text("1")


def clean(product, upstream):
    Path(product).write_text(Path(upstream["load"]).read_text())
