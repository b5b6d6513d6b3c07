from pathlib import Path


def load(product, resources_):
    Path(product).write_text(str(resources_))
