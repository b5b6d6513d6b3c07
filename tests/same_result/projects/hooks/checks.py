"""What must hold for the data, task by task."""

from pathlib import Path

import pandas as pd


def file_is_there(task, params):
    assert Path(params["file"]).is_file(), f"{task.name}: there is no {params['file']}"


def not_fewer_than(product, rows):
    found = len(pd.read_csv(str(product)))
    assert found >= rows, f"{found} invoices, at least {rows} were expected"


def no_month_lost(product, task):
    before = pd.read_csv(str(task.upstream["load"].product))["amount"].sum()
    after = pd.read_csv(str(product["data"]))["amount"].sum()
    assert abs(before - after) < 0.01, f"{before - after:.2f} lost"


def customers(task, product, params):
    table = pd.read_csv(str(product["table"]))
    assert len(table), f"no customer bought for {params['at_least']} or more"
    assert table["total"].ge(params["at_least"]).all()
