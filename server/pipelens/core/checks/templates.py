"""SQL and shell sources: templates that are strict both ways (section 8.5 of the format)."""

from __future__ import annotations

from collections.abc import Iterator

from pipelens.core.checks.params import param_place
from pipelens.core.problems import Edit, Fix, Place, Problem, problem, with_severity
from pipelens.core.project import Project, Task
from pipelens.core.rendering import PRODUCT, UPSTREAM, TemplateFault, name_span, render, wanted
from pipelens.core.sources import TemplateSource
from pipelens.core.suggestions import nearest
from pipelens.core.template_values import (
    RESOURCES,
    passed_names,
    passed_values,
    strictly,
    undefined_message,
    unused_message,
)
from pipelens.core.text import Span

_START = Span.on_line(0, 0, 0)


def template_source(project: Project, task: Task) -> Iterator[Problem]:
    """What keeps the template of a task from being rendered, and tasks that it names in vain."""
    source = task.source
    if not isinstance(source, TemplateSource) or project.spec.meta.extract_product:
        return
    asked = wanted(source.text)
    if asked.fault is not None:
        yield _told(asked.fault, source, task)
        return
    lacking = strictly(task, asked.set)
    from_loader = project.spec.meta.source_loader_paths or project.spec.meta.source_loader_module
    for name in lacking.names:
        if from_loader and _imports(source.text):
            return  # what an imported template brings is not known here
        yield _undefined(name, source, task, lacking.unused)
    for name in lacking.unused:
        yield _unused(name, source, task)
    if lacking.names or lacking.unused:
        return
    yield from _unused_upstream(source, task)
    if task.spec.calls or task.products is None or any(name not in project.tasks for name in task.upstream):
        return
    if any(project.tasks[name].products is None for name in task.upstream):
        return
    made = render(source.text, passed_values(project, task))
    if isinstance(made, TemplateFault) and not (from_loader and made.code == "source-not-rendered"):
        yield _told(made, source, task)


def _imports(text: str) -> bool:
    return "{%" in text and any(tag in text for tag in ("import", "include", "extends"))


def _told(fault: TemplateFault, source: TemplateSource, task: Task) -> Problem:
    found = problem(fault.code, fault.message, Place(source.path, fault.span), task=task.name)
    if fault.code == "source-not-rendered" and any(
        f"the tag '{tag}'" in fault.message for tag in ("include", "import", "from", "extends")
    ):
        more = "; other templates are found only with meta.source_loader"
        return with_severity(problem(fault.code, fault.message + more, found.place, task=task.name), "error")
    return found


def _undefined(name: str, source: TemplateSource, task: Task, unused: tuple[str, ...]) -> Problem:
    used = next((one for one in wanted(source.text).names if one.name == name), None)
    place = Place(source.path, name_span(source.text, used) if used and used.end else _START)
    near = nearest(name, unused or tuple(passed_names(task)))
    message = undefined_message(name, task)
    fixes: list[Fix] = []
    if near is not None and name != UPSTREAM:
        message = f"{message}; did you mean '{near}'?"
        fixes.append(Fix(f"Change to '{near}'", (Edit(place, near),)))
    return problem("source-undefined", message, place, fixes=fixes, task=task.name)


def _unused(name: str, source: TemplateSource, task: Task) -> Problem:
    message = unused_message(name, task)
    if name == PRODUCT:
        return problem("source-unused", message, Place(source.path, _START), task=task.name)
    if name == UPSTREAM:
        place = task.spec.upstream_place or task.spec.source_place
    elif name == RESOURCES:
        place = task.spec.key_places.get("params") or task.spec.source_place
    else:
        place = param_place(task, name)
    return problem("source-unused", message, place, task=task.name)


def _unused_upstream(source: TemplateSource, task: Task) -> Iterator[Problem]:
    """Of several tasks declared in YAML those that the template does not name: they are only waited for."""
    referred = {reference.name for reference in source.references}
    if not referred:
        return
    for named in task.spec.upstream:
        if named.name not in referred:
            yield problem(
                "unused-upstream",
                f"the template never uses '{named.name}': it only makes this task wait for it",
                named.place,
                task=task.name,
                severity="warning",
            )
