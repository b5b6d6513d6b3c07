from pathlib import Path


def collect(product):
    Path(product).write_text("shells, stones, feathers")


def count(product, upstream, unit):
    found = Path(upstream["collect"]).read_text().split(", ")
    Path(product).write_text(f"{len(found)} {unit}")
