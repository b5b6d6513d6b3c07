"""Params that the source of the entry takes and that are not passed yet."""

from __future__ import annotations

import os

from pipelens.core.answers.complete_item import Completion, Question
from pipelens.core.answers.yaml_context import YamlContext
from pipelens.core.project import Task
from pipelens.core.sources import FunctionSource, NotebookSource, Parameter, Source

_RESOURCES = "Files that the task depends on: name → path. Their content counts, not their time."
_LONGEST_DEFAULT = 40


def param_keys(question: Question, context: YamlContext) -> list[Completion]:
    """Names for `params:` (or `grid:`), in the order in which the source takes them."""
    present = {*context.siblings, *context.nested.get("params", ()), *context.nested.get("grid", ())}
    present.discard(context.word)
    tail = "" if context.has_colon else ": "
    if context.quote and context.closed:
        tail = ""
    elif context.quote:
        tail = context.quote + tail
    dash = "- " if context.at == "item" and not context.dashed else ""
    found = [
        Completion(
            parameter.name, "param", context.replace, dash + parameter.name + tail, _default(parameter),
            f"Taken by `{context.entry.get('source', '')}`.",
        )
        for parameter in parameters(source_of(question, context))
        if parameter.name not in present
    ]  # fmt: skip
    if context.place[-1] == "params" and "resources_" not in present:
        colon = tail.replace(": ", ":") if not context.flow else tail
        found.append(
            Completion("resources_", "key", context.replace, "resources_" + colon, "mapping", _RESOURCES)
        )
    return found


def parameters(source: Source | None) -> tuple[Parameter, ...]:
    """What a pipeline may pass to the source."""
    match source:
        case NotebookSource(params=params):
            return params
        case FunctionSource(parameters=params):
            return tuple(
                one
                for one in params
                if one.kind not in ("args", "kwargs") and one.name not in ("product", "upstream")
            )
        case _:
            return ()


def source_of(question: Question, context: YamlContext) -> Source | None:
    """The source that the entry around the caret names: as its last good reading has it, else as
    another task has it that runs the same one."""
    task = task_of(question, context)
    return task.source if task is not None else None


def task_of(question: Question, context: YamlContext) -> Task | None:
    """A task that runs the source which the entry around the caret names."""
    project = question.project
    named = context.entry.get("source", "")
    for task in question.tasks:
        if not named or task.spec.source == named or "{{" in named:
            return task
    for key in (named, os.path.normpath(os.path.join(project.root, named))):
        for mention in project.index.by_source.get(key, ()):
            tasks = project.tasks_by_entry.get(mention.entry, ())
            if mention.task < len(tasks):
                return tasks[mention.task]
    return None


def _default(parameter: Parameter) -> str:
    default = parameter.default
    if default is None or default == "None":
        return ""
    return f"= {default}" if len(default) <= _LONGEST_DEFAULT else f"= {default[:_LONGEST_DEFAULT]}…"
