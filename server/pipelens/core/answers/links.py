"""Which files do a pipeline and its env name? Sources, products that exist, functions, imported files."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from pipelens.core.problems import Place
from pipelens.core.project import Project, Task
from pipelens.core.source_paths import absolute
from pipelens.core.sources import FunctionSource, MissingSource, OpaqueSource, Source, UnresolvedFunction
from pipelens.core.spec import TaskEntry
from pipelens.frozen import frozen

IsFile = Callable[[str], bool]


@frozen
class Link:
    """From a place to a file. line: of the function that is meant, 0-based. tooltip: what is there."""

    place: Place
    path: str
    line: int | None = None
    tooltip: str = ""


def entry_links(project: Project, entry: TaskEntry, is_file: IsFile) -> Iterator[Link]:
    """The links of one entry. Nothing for an entry that cannot be read now: its places may be others."""
    tasks = project.tasks_by_entry.get(entry.id, ())
    if entry.broken or not tasks:
        return
    task, spec = tasks[0], tasks[0].spec
    yield from _of_source(spec.source_place, task.source, f"the source of '{task.name}'")
    if spec.grid_index is None:
        yield from _of_products(task, is_file)
    for dotted in spec.dotted_paths:
        yield from _of_source(dotted.place, project.callables.get(dotted.path), dotted.path)


def _of_products(task: Task, is_file: IsFile) -> Iterator[Link]:
    products = task.spec.products
    if products is None or not products.are_files:
        return
    for product in products.items:
        if is_file(product.path):
            what = f"the product '{product.key}'" if product.key else "the product"
            yield Link(product.place, product.path, None, f"{what} of '{task.name}'")


def _of_source(place: Place, source: Source | None, tooltip: str) -> Iterator[Link]:
    match source:
        case FunctionSource(path=path, line=line):
            yield Link(place, path, line, tooltip)
        case None | MissingSource() | UnresolvedFunction():
            return
        case OpaqueSource(path=path) if "://" in path:
            return
        case _:
            yield Link(place, source.path, None, tooltip)


def section_links(project: Project, is_file: IsFile) -> Iterator[Link]:
    """The links outside of `tasks:`, and those of the env's files."""
    meta = project.spec.meta
    if meta.import_tasks_from is not None and meta.import_tasks_from_place is not None:
        path = absolute(project.spec.folder, meta.import_tasks_from)
        if is_file(path):
            yield Link(meta.import_tasks_from_place, path, None, "the tasks that are imported")
    for dotted in project.spec.dotted_paths:
        yield from _of_source(dotted.place, project.callables.get(dotted.path), dotted.path)
    for named in project.env.imports:
        yield Link(named.place, named.name, None, "the env that is imported")
