"""Joining an entry's tasks with what their sources declare."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

from pipelens.core.graph import is_pattern, matches
from pipelens.core.problems import Place
from pipelens.core.project import Task
from pipelens.core.sources import (
    Declaration,
    FunctionSource,
    NotebookSource,
    Source,
    TemplateSource,
)
from pipelens.core.spec import Meta, Named, Product, Products, TaskSpec
from pipelens.core.values import mapping_of

NamesLike = Callable[[str], tuple[str, ...]]
"""From a name or pattern to the tasks it stands for."""


def join(spec: TaskSpec, source: Source, meta: Meta, root: str) -> Task:
    """The task, its needs not yet looked up (see `resolve`)."""
    if isinstance(source, FunctionSource) and not spec.named and source.name != spec.name:
        spec = replace(spec, name=source.name)
    needed_at = spec.upstream if not meta.extract_upstream else _declared(source)
    products = spec.products
    if products is None and meta.extract_product and isinstance(source, NotebookSource) and source.product:
        products = _products_of(spec, source.product, source.path, meta, root)
    return Task(spec, source, needed_at=needed_at, products=products)


def _declared(source: Source) -> tuple[Named, ...]:
    """The names that a source declares as upstream, each once, in source order."""
    match source:
        case NotebookSource(upstream=declaration, path=path):
            found = [(e.name, e.span) for e in declaration.elements] if declaration else []
        case (
            FunctionSource(references=references, path=path)
            | TemplateSource(references=references, path=path)
        ):
            found = [(r.name, r.span) for r in references]
        case _:
            return ()
    names: dict[str, Named] = {}
    for name, span in found:
        names.setdefault(name, Named(name, Place(path, span)))
    return tuple(names.values())


def resolve(task: Task, names_like: NamesLike) -> Task:
    """The task with its needs looked up; the same object when nothing changed."""
    if not task.needed_at and not task.needs:
        return task
    needs = {named.name: names_like(named.name) for named in task.needed_at}
    upstream = tuple(dict.fromkeys(name for found in needs.values() for name in found))
    if upstream == task.upstream and needs == dict(task.needs):
        return task
    return Task(task.spec, task.source, upstream, MappingProxyType(needs), task.needed_at, task.products)


def names_like(by_name: Mapping[str, Task], order: Callable[[], tuple[str, ...]]) -> NamesLike:
    """The look-up over the tasks in `by_name`; `order`: all names, asked only for patterns."""

    def look_up(name: str) -> tuple[str, ...]:
        if is_pattern(name):
            return matches(name, order())
        task = by_name.get(name)
        # A name like 2024 is a number, and no text equals it (section 6.3).
        return (name,) if task is not None and task.spec.name_is_text else ()

    return look_up


def _products_of(
    spec: TaskSpec, declaration: Declaration, path: str, meta: Meta, root: str
) -> Products | None:
    """The products that a source declares for itself (`extract_product`)."""
    place = Place(path, declaration.value_span)
    start = os.path.dirname(path) if meta.product_relative_to_source and spec.grid_index is None else root

    def full(text: str) -> str:
        if spec.grid_index is not None:
            from pipelens.core.read_grid import numbered_path

            text = numbered_path(text, spec.params, spec.grid_index)
        return os.path.normpath(os.path.join(start, text))

    def made(key: str, text: str) -> Product:
        return Product(key, full(text), text, place, identity=full(text))

    match declaration.value:
        case str(text):
            return Products((made("", text),), "single", "File", place)
        case value:
            paths = mapping_of(value) or {}
            items = tuple(made(str(key), path) for key, path in paths.items() if isinstance(path, str))
            return Products(items, "mapping", "File", place) if items and len(items) == len(paths) else None
