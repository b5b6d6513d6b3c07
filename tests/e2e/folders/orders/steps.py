"""Where the orders come from."""

import csv
from pathlib import Path


def load(product, rows):
    """Makes up some orders; one of them has no price."""
    with open(Path(product), "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["item", "price"])
        for number in range(rows):
            writer.writerow([f"item {number}", number * 2.5 or ""])
