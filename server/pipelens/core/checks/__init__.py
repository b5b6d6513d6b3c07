"""The checks, one module per family of problem.

`check_entry` may look at its own entry, its tasks' sources, the env and, through `Project.tasks`
and `Project.index`, at what other tasks declare under a key that this entry mentions. The keeper
calls it again exactly when one of those changed. An entry whose upstream names a task that does
not exist also depends on the set of all task names, which "did you mean" searches.
`check_pipeline` sees what belongs to no entry.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipelens.core.checks import (
    callables,
    code,
    dependencies,
    duplicates,
    params,
    products,
    signatures,
    templates,
    usage,
)
from pipelens.core.env import unused_keys
from pipelens.core.problems import Place, Problem
from pipelens.core.project import Project, Task
from pipelens.core.spec import TaskEntry


def check_entry(
    project: Project, entry: TaskEntry, analyse: code.Analyse = code.analyse_now
) -> tuple[Problem, ...]:
    """The problems of one entry beyond those that reading it found.

    The tasks of a grid share what is written, so what is wrong with it is told for the first.
    analyse: the static analysis of a source, which takes longer than all else together.
    """
    found: list[Problem] = []
    told: set[tuple[str, Place]] = set()
    analysed: set[object] = set()
    for position, task in enumerate(project.tasks_by_entry.get(entry.id, ())):
        of_task = [*_check_task(project, task, position)]
        if (key := code.analysed(task)) not in analysed:
            analysed.add(key)
            of_task.extend(code.static_analysis(task, analyse))
        fresh = [one for one in of_task if (one.code, one.place) not in told]
        told.update((one.code, one.place) for one in fresh)
        found.extend(fresh)
    return tuple(found)


def _check_task(project: Project, task: Task, position: int) -> Iterator[Problem]:
    yield from code.source_problems(project, task)
    yield from duplicates.duplicate_name(project, task, position)
    yield from duplicates.duplicate_products(project, task, position)
    yield from duplicates.products_over_sources(project, task)
    yield from products.notebook_product_declared(task)
    yield from products.never_fresh(project, task)
    yield from dependencies.unknown_upstream(project, task)
    yield from usage.undeclared_upstream(project, task)
    yield from usage.unused_upstream(task)
    yield from usage.unknown_product_keys(project, task)
    yield from params.notebook_params(task)
    yield from signatures.function_arguments(project, task)
    yield from templates.template_source(project, task)
    yield from callables.task_callables(project, task)


def check_pipeline(project: Project) -> tuple[Problem, ...]:
    """The problems that belong to no entry, beyond those that reading the spec and env found."""
    return (
        *dependencies.cycles(project),
        *callables.pipeline_callables(project),
        *unused_keys(project.env, project.placeholder_uses),
    )
