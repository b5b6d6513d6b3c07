import time
from pathlib import Path


def first(product):
    Path(product).write_text("first")


def second(product, upstream):
    print("waiting", flush=True)
    while not Path("go").exists() and Path("pipeline.yaml").exists():
        time.sleep(0.05)
    Path(product).write_text(Path(upstream["first"]).read_text() + " second")


def third(product, upstream):
    Path(product).write_text(Path(upstream["second"]).read_text() + " third")
