"""Products in words: where they lie, who makes them, what is in them."""

from __future__ import annotations

import os

from pipelens.core.answers.describe_blocks import (
    Block,
    Code,
    Link,
    Phrase,
    Strong,
    cut,
    paragraph,
    some,
)
from pipelens.core.answers.describe_outside import Outside
from pipelens.core.answers.describe_places import shown_path, task_link
from pipelens.core.project import Project, Task
from pipelens.core.spec import Product, Products

_MOST_KEYS = 8


def products_of(task: Task) -> Products | None:
    """Those of the entry, else those that the source declares."""
    return task.products or task.spec.products


def describe_product(project: Project, name: str, key: str, outside: Outside) -> tuple[Block, ...]:
    """The product `key` of the task `name`: path, size, age, state of the task, and what it holds."""
    task = project.tasks.get(name)
    products = products_of(task) if task is not None else None
    if task is None or products is None:
        return ()
    product = products.get(key)
    if product is None:
        return (_no_such(task, products, key),)
    title = Strong(key or os.path.basename(product.path.replace("\\", "/")))
    head = paragraph(title, " · product of ", task_link(project, name))
    place, *inside = sight(project, task, product, outside)
    news = outside.task(project, name)
    state = (paragraph(f"{name} · {news.state}"),) if news is not None else ()
    return (head, place, *state, *inside)


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
