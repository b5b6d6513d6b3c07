from pathlib import Path


def load(product, a, b, c, d, e, f):
    Path(product).write_text(str((a, b, c, d, e, f)))
