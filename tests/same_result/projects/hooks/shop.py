"""Invoices: one a line, `date;customer;amount`, with a comma as the books have it."""

import csv
from collections import defaultdict


def load(product, file):
    """Reads the books"""
    with open(file, encoding="utf-8") as lines, open(product, "w", newline="", encoding="utf-8") as out:
        table = csv.writer(out)
        table.writerow(["date", "customer", "amount"])
        for line in lines:
            date, customer, amount = line.strip().split(";")
            table.writerow([date, customer.title(), float(amount.replace(",", "."))])


def customers(product, upstream, at_least):
    """Who bought for how much"""
    sums = defaultdict(float)
    with open(upstream["load"], newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            sums[row["customer"]] += float(row["amount"])

    good = {name: total for name, total in sums.items() if total >= at_least}
    with open(product["table"], "w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(["customer", "total"])
        table.writerows((name, round(total, 2)) for name, total in sorted(good.items()))

    with open(product["count"], "w") as file:
        file.write(f"{len(good)} of {len(sums)}\n")
