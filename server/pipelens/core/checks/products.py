"""Products that a source leaves out, or that make their task run every time."""

from __future__ import annotations

from collections.abc import Iterator

from pipelens.core.problems import Problem, problem
from pipelens.core.project import Project, Task
from pipelens.core.values import sequence_of

_SHORTEST_TIME = len("2024-01-01T00:00:00")


def notebook_product_declared(task: Task) -> Iterator[Problem]:
    """A notebook whose source declares its products (section 8.1) and none for the executed notebook.

    What an entry declares is checked when it is read.
    """
    products = task.products
    if task.spec.class_name != "NotebookRunner" or task.spec.products is not None or products is None:
        return
    wanted = task.spec.options.get("nb_product_key", "nb")
    listed = sequence_of(wanted)
    for name in (wanted,) if listed is None else listed:
        if products.form == "mapping" and products.get(str(name)) is None:
            yield problem(
                "notebook-product-missing",
                f"a notebook task needs a product '{name}' for the executed notebook, such as "
                f"'{name}': 'out/report.html'",
                products.place,
                task=task.name,
            )


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
