"""The first two tasks of the pipeline, as functions."""

import csv
import math
import random


def measure(product, days):
    """Make up a temperature for each day, so that there is something to work with."""
    dice = random.Random(1)
    with open(product, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["day", "temperature"])
        for day in range(days):
            season = 10 - 10 * math.cos(2 * math.pi * day / 365)
            writer.writerow([day, round(season + dice.gauss(0, 3), 1)])


def smooth(product, upstream, window):
    """Average the temperatures over a few days."""
    with open(upstream["measure"], newline="") as file:
        rows = [(int(row["day"]), float(row["temperature"])) for row in csv.DictReader(file)]
    with open(product, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["day", "temperature"])
        for last in range(window, len(rows) + 1):
            part = [temperature for _, temperature in rows[last - window : last]]
            writer.writerow([rows[last - 1][0], round(sum(part) / window, 2)])
