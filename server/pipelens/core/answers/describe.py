"""What is to be told about the thing at a place? The question behind hover.

Pure: what only the disk, the clock or the runner know comes through `Outside`, which is asked about
nothing but what is described.
"""

from __future__ import annotations

from dataclasses import replace

from pipelens.core.answers.describe_blocks import Block
from pipelens.core.answers.describe_calls import describe_callable
from pipelens.core.answers.describe_keys import describe_key
from pipelens.core.answers.describe_outside import Outside
from pipelens.core.answers.describe_places import tasks_meant
from pipelens.core.answers.describe_products import describe_product
from pipelens.core.answers.describe_tasks import (
    describe_group,
    describe_name,
    describe_source,
)
from pipelens.core.answers.describe_values import describe_param, describe_placeholder
from pipelens.core.answers.subject import (
    CallablePath,
    EntryBody,
    ParamName,
    PlaceholderName,
    ProductKey,
    ProductPath,
    Subject,
    TaskName,
    TaskSource,
    subject_at,
)
from pipelens.core.answers.yaml_context import FileKind, YamlContext, context_at, known_keys
from pipelens.core.keys import Key
from pipelens.core.project import Project
from pipelens.core.text import Lines, Position, Span
from pipelens.frozen import frozen


@frozen
class Description:
    """What is told, and the stretch of the file that it is told about."""

    path: str
    span: Span
    blocks: tuple[Block, ...]


def describe_at(
    project: Project, path: str, position: Position, lines: Lines, outside: Outside, *, keys: bool = True
) -> Description | None:
    """What is to be told at `position` of the file at `path`; keys: whether the format's own keys are
    explained. An entry tells of its tasks in its first line only: below that it would be in the way."""
    subject = subject_at(project, path, position, lines)
    if subject is not None and not isinstance(subject, EntryBody):
        return describe(project, subject, outside)
    found = _in_yaml(project, path, position, lines, keys=keys)
    if found is not None:
        return found
    if subject is None or subject.span.start.line != position.line:
        return None
    return describe(project, subject, outside)


def _in_yaml(
    project: Project, path: str, position: Position, lines: Lines, *, keys: bool
) -> Description | None:
    """A key, or a placeholder that is still being typed, told from the text around the caret."""
    file: FileKind = "spec" if path == project.path else "tasks"
    if file == "tasks" and not project.entries_at(path, position.line):
        return None
    context = context_at(lines, position, file)
    if context is None:
        return None
    if context.placeholder is not None:
        where = context.placeholder.replace
        name = lines.line(position.line)[where.start.character : where.end.character].partition(".")[0]
        blocks = describe_placeholder(project, name) if name in project.env.values else ()
        return Description(path, where, blocks) if blocks else None
    found = _key(context) if keys else None
    return Description(path, context.replace, describe_key(found[0], found[1])) if found else None


def _key(context: YamlContext) -> tuple[Key, YamlContext] | None:
    """The key at the caret, or the one whose value the caret is at; with the place of the key."""
    if context.at == "value" and context.word:
        name, context = context.key or "", replace(context, keys=context.keys[:-1], at="key")
    elif context.at == "key" and context.has_colon:
        name = context.word
    else:
        return None
    key = known_keys(context).get(name)
    return (key, context) if key is not None else None


def describe(project: Project, subject: Subject, outside: Outside) -> Description | None:
    """The description of `subject`; None when there is nothing to tell."""
    blocks = _blocks(project, subject, outside)
    return Description(subject.path, subject.span, blocks) if blocks else None


def _blocks(project: Project, subject: Subject, outside: Outside) -> tuple[Block, ...]:
    match subject:
        case TaskName():
            return describe_name(project, subject, outside)
        case TaskSource():
            return describe_source(project, subject, outside)
        case EntryBody(path=path, span=span, tasks=names):
            return describe_group(project, tasks_meant(project, names, path, span.start.line), outside)
        case ProductKey() | ProductPath():
            return describe_product(project, subject, outside)
        case ParamName():
            return describe_param(project, subject)
        case PlaceholderName(name=name, role=role):
            return describe_placeholder(project, name, is_definition=role == "definition")
        case CallablePath(dotted_path=dotted):
            return describe_callable(project, dotted)
