import json
from pathlib import Path

from ploomber.io import serializer, unserializer


def write_json(value, product):
    Path(product).write_text(json.dumps(value))


@serializer({".json": write_json}, defaults=[".txt"], unpack=True)
def write(value, product):
    raise NotImplementedError


@unserializer(defaults=[".json", ".txt"], unpack=True)
def read(product):
    raise NotImplementedError


def write_text(value, product):
    Path(product).write_text(value)
