"""What may be written at the caret? In the spec, its env file, and in the sources of its tasks."""

from __future__ import annotations

from pipelens.core.answers import complete_dotted, complete_tasks
from pipelens.core.answers.complete_item import NOTHING, Completions, Question
from pipelens.core.answers.complete_keys import keys
from pipelens.core.answers.complete_placeholders import in_grid_template, placeholders
from pipelens.core.answers.complete_python import in_source
from pipelens.core.answers.complete_values import values
from pipelens.core.answers.yaml_context import FileKind, YamlContext, context_at
from pipelens.core.files import Files
from pipelens.core.project import Project
from pipelens.core.source_paths import absolute

_VALUES_ALONE = frozenset({"upstream", "on_render", "on_finish", "on_failure", "client", "product_client"})
"""Keys of a task whose value may stand alone on the next line."""


def complete(question: Question) -> Completions:
    """Offers for the caret, best first and bounded; nothing where nothing of ours can stand."""
    if question.project.spec.form == "foreign":
        return NOTHING
    file = file_kind(question.project, question.path)
    if file is None:
        return in_source(question).bounded()
    context = context_at(question.lines, question.position, file)
    if context is None or not _wanted(question, context):
        return NOTHING
    return _in_yaml(question, context).bounded()


def explain(project: Project, files: Files, ask: str) -> str:
    """Markdown for an offer that the user looks at (`Completion.ask`); empty when it is gone."""
    what, _, name = ask.partition(":")
    if what == "task":
        task = project.tasks.get(name)
        return complete_tasks.explained(task) if task is not None else ""
    return complete_dotted.explained(project, files, name) if what == "function" else ""


def file_kind(project: Project, path: str) -> FileKind | None:
    """What kind of YAML the file at `path` is to the pipeline; None for anything else."""
    if path == project.path:
        return "spec"
    if path == project.env.path or path in project.env.imported:
        return "env"
    imported = project.spec.meta.import_tasks_from
    return "tasks" if imported and path == absolute(project.spec.folder, imported) else None


def _in_yaml(question: Question, context: YamlContext) -> Completions:
    if context.placeholder is not None:
        return placeholders(question, context, context.placeholder)
    if (inside := in_grid_template(context)) is not None:
        return inside
    match context.at:
        case "key" if context.fresh and context.place[-1:] and context.place[-1] in _VALUES_ALONE:
            return values(question, context) + keys(question, context)
        case "key":
            return keys(question, context)
        case "item" if context.place == ("tasks",):
            return keys(question, context)
        case "item" if context.place == ("tasks", "grid"):
            return keys(question, context)
        case "item" | "value":
            return values(question, context)
        case _:
            return NOTHING


def _wanted(question: Question, context: YamlContext) -> bool:
    """Whether the character that was typed asks for anything here: offers nobody waits for disturb."""
    typed = question.lines.line(question.position.line)[: question.position.character]
    match question.trigger:
        case " ":
            # Behind `key:`, a dash or a comma, once; not while a line is indented or a text written.
            behind = typed[:-1]
            asks = behind.endswith((":", ",", "{{")) or behind.strip() == "-"
            free = context.at == "value" and context.place[-1:] in {("product",), ("name",)}
            return asks and not free and (context.placeholder is not None or not context.prefix.strip())
        case "{":
            return context.placeholder is not None
        case "[":
            return context.at == "item" and context.flow
        case ":":
            return context.at == "value" and context.prefix.endswith("::")
        case "/" | ".":
            return context.at in ("value", "item") or context.fresh or context.placeholder is not None
        case _:
            return True
