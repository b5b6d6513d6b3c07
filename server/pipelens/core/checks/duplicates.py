"""What must be there once: a task's name, a product."""

from __future__ import annotations

from collections.abc import Iterator

from pipelens.core.checks.dependencies import as_written
from pipelens.core.index import Mention
from pipelens.core.problems import Edit, Fix, Place, Problem, Related, problem
from pipelens.core.project import Project, Task
from pipelens.core.spec import Product, TaskSpec

# Tasks that are read from where they lie: their `source` is data, so another task may make it.
_UPLOADS = frozenset({"SQLUpload", "PostgresCopyFrom", "UploadToS3"})


def duplicate_name(project: Project, task: Task, position: int) -> Iterator[Problem]:
    """A problem when an earlier task has the same name (section 6.3).

    position: of the task within its entry.
    """
    mentions = project.index.by_name.get(task.name, ())
    if len(mentions) < 2 or _is(mentions[0], task, position):
        return
    first = mentioned(project, mentions[0])
    if first is None:
        return
    spec = task.spec
    same_grid = mentions[0].entry == spec.entry
    if same_grid:
        message = f"the grid makes several tasks called '{task.name}': let the name hold what varies"
    elif spec.name_place is None:
        message = f"a task called '{task.name}' (after its source) is already there: give this one a 'name'"
    else:
        message = f"a task called '{task.name}' is already there: choose another name"
    related = () if same_grid else (Related(name_place(first.spec), f"the first '{task.name}'"),)
    yield problem(
        "duplicate-task-name",
        message,
        name_place(spec),
        related=related,
        fixes=() if same_grid else _renamed(project, spec),
        task=task.name,
    )


def _renamed(project: Project, spec: TaskSpec) -> Iterator[Fix]:
    """Another name, where one is written."""
    if spec.name_place is None:
        return
    number = 2
    while f"{spec.name}-{number}" in project.index.by_name:
        number += 1
    name = f"{spec.name}-{number}"
    yield Fix(f"Rename to '{name}'", (Edit(spec.name_place, as_written(spec.name_place, name)),))


def duplicate_products(project: Project, task: Task, position: int) -> Iterator[Problem]:
    """Products that an earlier task, or an earlier key of this task, has (section 6.4)."""
    if task.products is None:
        return
    for product in task.products.items:
        mentions = project.index.by_product.get(product.identity or product.path, ())
        if len(mentions) < 2 or (_is(mentions[0], task, position) and mentions[0].key == product.key):
            continue
        mention = mentions[0]
        owner = mentioned(project, mention)
        other = _product(owner, mention.key) if owner is not None else None
        if owner is None or other is None:
            continue
        yield _duplicate(project, task, position, product, mention, owner, other)


def _duplicate(
    project: Project,
    task: Task,
    position: int,
    product: Product,
    mention: Mention,
    owner: Task,
    other: Product,
) -> Problem:
    shown = product.path if task.products is None or not task.products.are_files else product.written
    related = Related(other.place, f"declared by '{owner.name}' here")
    if _is(mention, task, position):
        message = f"'{shown}' is already a product of this task (key '{other.key}'): choose another path"
        return problem("duplicate-product", message, product.place, related=[related], task=task.name)
    if mention.entry == task.spec.entry:
        message = (
            f"'{owner.name}' and '{task.name}', two tasks of this grid, both make '{product.path}': "
            "let the product's text differ"
        )
        return problem("grid-product-same", message, product.place, task=task.name)
    message = f"'{shown}' is already the product of '{owner.name}': choose another one"
    return problem("duplicate-product", message, product.place, related=[related], task=task.name)


def products_over_sources(project: Project, task: Task) -> Iterator[Problem]:
    """Products that are the source of some task: running this one overwrites code."""
    if task.products is None or not task.products.are_files:
        return
    for product in task.products.items:
        for mention in project.index.by_source.get(product.path, ()):
            owner = mentioned(project, mention)
            if owner is None or owner.class_name in _UPLOADS:
                continue
            whose = "its own source" if owner.name == task.name else f"the source of '{owner.name}'"
            yield problem(
                "product-is-source",
                f"'{product.written}' is {whose}: running '{task.name}' overwrites it",
                product.place,
                related=[Related(owner.spec.source_place, f"the source of '{owner.name}'")],
                task=task.name,
            )
            break


def name_place(spec: TaskSpec) -> Place:
    """Where a task's name is written: its `name`, else the source that it is called after."""
    return spec.name_place or spec.source_place


def mentioned(project: Project, mention: Mention) -> Task | None:
    """The task that a mention of the index means."""
    tasks = project.tasks_by_entry.get(mention.entry, ())
    return tasks[mention.task] if mention.task < len(tasks) else None


def _is(mention: Mention, task: Task, position: int) -> bool:
    return mention.entry == task.spec.entry and mention.task == position


def _product(task: Task, key: str) -> Product | None:
    return task.products.get(key) if task.products is not None else None
