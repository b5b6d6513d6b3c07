"""Products that make their task run every time."""

from __future__ import annotations

from collections.abc import Iterator

from pipelens.core.problems import Problem, problem
from pipelens.core.project import Project, Task

_SHORTEST_TIME = len("2024-01-01T00:00:00")


def never_fresh(project: Project, task: Task) -> Iterator[Problem]:
    """Products that hold the time (section 3.3), or keep no record of what made them (section 6.4)."""
    products = task.products
    if products is None:
        return
    now = project.env.values.get("now")
    if now is not None and now.origin == "default" and len(str(now.value)) >= _SHORTEST_TIME:
        for product in products.items:
            if str(now.value) in product.path:
                yield problem(
                    "now-in-product",
                    f"'{product.written}' holds the time of reading, so '{task.name}' runs in every build",
                    product.place,
                    task=task.name,
                )
    if products.class_name == "SQLRelation":
        yield problem(
            "relation-never-fresh",
            f"'{task.name}' runs in every build: a plain SQLRelation keeps no record of what made it",
            products.place,
            task=task.name,
        )
