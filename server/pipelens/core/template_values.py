"""What the source of an SQL or shell task is given, and its text with that put in."""

from __future__ import annotations

from collections.abc import Mapping

from pipelens.core.graph import is_pattern
from pipelens.core.project import Project, Task
from pipelens.core.rendering import PRODUCT, UPSTREAM, ProductValues, TemplateFault, render, wanted
from pipelens.core.sources import TemplateSource
from pipelens.core.spec import Products
from pipelens.core.text import Span
from pipelens.frozen import frozen

RESOURCES = "resources_"


@frozen
class Missing:
    """Names that the source takes and nothing provides, and values that it does not use."""

    names: tuple[str, ...]
    unused: tuple[str, ...]


def passed_names(task: Task) -> dict[str, None]:
    """The names that the source may use, in the order of the entry: `upstream` only where a task matches."""
    names = dict.fromkeys(map(str, task.params))
    if task.spec.resources:
        names[RESOURCES] = None
    if task.upstream:
        names[UPSTREAM] = None
    names[PRODUCT] = None
    return names


def passed_values(
    project: Project, task: Task, *, called: Mapping[str, object] | None = None, root: str | None = None
) -> dict[str, object]:
    """The values behind those names. called: what the functions of params returned. root: what to
    write for the project's root in the paths of products."""
    values: dict[str, object] = {str(name): value for name, value in task.params.items()}
    values.update(called or {})
    if task.spec.resources:
        values[RESOURCES] = dict(task.spec.resources)

    def of(products: Products | None) -> object:
        if products is None:
            return ""
        if products.form == "single":
            return _path(products.items[0].path, project.root, root)
        return ProductValues({item.key: _path(item.path, project.root, root) for item in products.items})

    upstream: dict[str, object] = {}
    for name, matched in task.needs.items():
        found = {one: of(project.tasks[one].products) for one in matched if one in project.tasks}
        if is_pattern(name):
            if found:
                upstream[name] = found
        elif name in found:
            upstream[name] = found[name]
    if upstream:
        values[UPSTREAM] = upstream
    values[PRODUCT] = of(task.products)
    return values


def _path(path: str, root: str, instead: str | None) -> str:
    if instead is not None and path.startswith(root) and path[len(root) : len(root) + 1] in ("/", "\\"):
        return instead + path[len(root) :]
    return path


def rendered(
    project: Project, task: Task, *, called: Mapping[str, object] | None = None, root: str | None = None
) -> str | TemplateFault:
    """The text of a task's source as it runs and is stored, or why there is none (the first reason)."""
    source = task.source
    assert isinstance(source, TemplateSource)
    asked = wanted(source.text)
    if asked.fault is not None:
        return asked.fault
    lacking = strictly(task, asked.set)
    if lacking.names:
        return TemplateFault(
            "source-undefined", undefined_message(lacking.names[0], task), Span.on_line(0, 0, 0)
        )
    if lacking.unused:
        return TemplateFault("source-unused", unused_message(lacking.unused[0], task), Span.on_line(0, 0, 0))
    return render(source.text, passed_values(project, task, called=called, root=root))


def strictly(task: Task, names: frozenset[str]) -> Missing:
    """What is missing and what is not used, of a source that takes `names`."""
    passed = passed_names(task)
    optional = {PRODUCT} if task.class_name in ("SQLDump", "SQLTransfer") else set[str]()
    return Missing(
        tuple(sorted(names - passed.keys())),
        tuple(name for name in passed if name not in names and name not in optional),
    )


def undefined_message(name: str, task: Task) -> str:
    if name == UPSTREAM:
        return (
            f"the template uses 'upstream', but '{task.name}' needs no task: "
            'name one as in {{upstream["name"]}}'
        )
    return (
        f"the template uses '{name}', which is neither a param of '{task.name}' nor 'product' or 'upstream'"
    )


def unused_message(name: str, task: Task) -> str:
    if name == PRODUCT:
        return "the template never uses {{product}}, so it cannot know where to write"
    if name == UPSTREAM:
        return f"'{task.name}' needs other tasks, but its template uses none of them"
    return f"the template of '{task.name}' does not use '{name}', which Ploomber refuses"
