"""Products in words: where they lie, who makes them, what is in them."""

from __future__ import annotations

import os
from collections.abc import Sequence

from pipelens.core.answers.describe_blocks import (
    Block,
    Code,
    Facts,
    Link,
    Phrase,
    Piece,
    Strong,
    cut,
    paragraph,
    some,
)
from pipelens.core.answers.describe_outside import Outside, news_of
from pipelens.core.answers.describe_places import shown_path, task_link, tasks_meant
from pipelens.core.answers.subject import ProductKey, ProductPath
from pipelens.core.project import Project, Task
from pipelens.core.spec import Product, Products

_MOST_KEYS = 8


def products_of(task: Task) -> Products | None:
    """Those of the entry, else those that the source declares."""
    return task.products or task.spec.products


def describe_product(
    project: Project, subject: ProductKey | ProductPath, outside: Outside
) -> tuple[Block, ...]:
    """A product where the code or the entry names it: of each task of a grid, its path."""
    line = subject.span.start.line
    tasks = tasks_meant(project, (subject.task,), subject.path, line)
    if not tasks:
        return ()
    siblings = project.tasks_by_entry.get(tasks[0].spec.entry, ())
    if len(siblings) > 1 and (isinstance(subject, ProductPath) or subject.role == "declaration"):
        return _of_grid(project, siblings, subject.key, outside)
    return describe_product_of(project, tasks[0], subject.key, outside)


def describe_product_of(project: Project, task: Task, key: str, outside: Outside) -> tuple[Block, ...]:
    """The product `key` of a task: path, size, age, state of the task, and what it holds."""
    products = products_of(task)
    if products is None:
        return ()
    product = products.get(key)
    if product is None:
        return (_no_such(task, products, key),)
    title = Strong(key or os.path.basename(product.path.replace("\\", "/")))
    head = paragraph(title, " · product of ", task_link(project, task.name))
    place, *inside = sight(project, task, product, outside)
    news = news_of(project, task, outside)
    state = (paragraph(f"{task.name} · {news.state}"),) if news is not None else ()
    return (head, place, *state, *inside)


def _of_grid(project: Project, tasks: Sequence[Task], key: str, outside: Outside) -> tuple[Block, ...]:
    rows: list[tuple[str, Phrase]] = []
    for task in tasks[:_MOST_KEYS]:
        products = products_of(task)
        product = products.get(key) if products is not None else None
        if products is not None and product is not None:
            opens = not products.are_files or not outside.is_missing(product.path)
            rows.append((task.name, file_phrase(project, products, product, opens=opens)))
    if len(tasks) > _MOST_KEYS:
        rows.append(("…", (f"and {len(tasks) - _MOST_KEYS:,} more",)))
    title: tuple[Piece, ...] = (Strong(key), " · product of ") if key else ("Product of ",)
    return (paragraph(*title, f"{len(tasks):,} tasks"), Facts(tuple(rows)))


def _no_such(task: Task, products: Products, key: str) -> Block:
    keys: list[Phrase] = [(Code(item.key),) for item in products.items if item.key]
    if not keys:
        return paragraph(f"{task.name} makes one product, which has no keys")
    return paragraph(f"{task.name} has no product ", Code(key), "; it has ", *some(keys, _MOST_KEYS))


def sight(project: Project, task: Task, product: Product, outside: Outside) -> tuple[Block, ...]:
    """The line that says where it is, how large and how old, and below what it holds."""
    products = products_of(task)
    if products is None or not products.are_files:
        kind = products.class_name if products is not None else "product"
        return (paragraph(Code(cut(product.path, 200)), f" · {kind}"),)
    news = outside.product(product.path)
    shown = shown_path(project, product.path)
    if news.state == "missing":
        return (paragraph(Code(shown), " does not exist yet"),)
    facts = [fact for fact in (news.size, news.age) if fact]
    line = paragraph(Link(shown, product.path), "".join(f" · {fact}" for fact in facts))
    return (line, *news.blocks)


def file_phrase(project: Project, products: Products, product: Product, *, opens: bool) -> Phrase:
    """Where a product is; opens: whether a file is there that a link could lead to."""
    if not products.are_files:
        return (Code(cut(product.path, 200)),)
    shown = shown_path(project, product.path)
    return (Link(shown, product.path),) if opens else (Code(shown),)
