"""How values become files and files values: by the ending of the product, else pickled."""

from pathlib import Path

import pandas as pd
from ploomber.io import serializer, unserializer


def _write_table(value, product):
    value.to_csv(product, index=False)


def _read_table(product):
    return pd.read_csv(product)


@serializer({".csv": _write_table}, fallback=True, defaults=[".json", ".txt"])
def save(value, product):
    """Tables as csv, plain values as json, texts as they are"""


@unserializer({".csv": _read_table}, fallback=True, defaults=[".json", ".txt"])
def load(product):
    """The reverse of `save`"""


def save_framed(value, product):
    line = "─" * len(value)
    Path(product).write_text(f"{line}\n{value}\n{line}\n", encoding="utf-8")
