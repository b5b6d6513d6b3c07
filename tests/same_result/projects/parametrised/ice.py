"""Ice: how thick it was, and when it carries nobody."""

import csv
import math


def thickness(year, day):
    """In centimetres; made up, but colder winters have thicker ice"""
    hard = 30 + 18 * math.sin(year * 1.7)
    return max(0.0, round(hard * math.sin(math.pi * day / 120), 1))


def archived(product, years, sample):
    """The books of the old pier, every tenth day (a sample: every thirtieth)"""
    first, last = years
    with open(product["data"], "w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["year", "day", "cm"])
        for year in range(first, last + 1):
            for day in range(0, 121, 30 if sample else 10):
                table.writerow([year, day, thickness(year, day)])


def warn(product, upstream, limit, author=None):
    """Which winters were dangerous"""
    with open(upstream["winters"]["data"], newline="") as file:
        thin = [row["year"] for row in csv.DictReader(file) if float(row["cm"]) < limit]

    with open(product, "w", encoding="utf-8") as file:
        file.write(f"{len(thin)} winters with less than {limit} cm of ice: {', '.join(thin) or 'none'}\n")
        if author:
            file.write(f"— {author}\n")
