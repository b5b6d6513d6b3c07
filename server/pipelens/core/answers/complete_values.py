"""Values by their key: choices, classes, tasks, paths and dotted paths."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from pipelens.core.answers.complete_dotted import Fits, Signature, dotted
from pipelens.core.answers.complete_item import (
    NOTHING,
    Completion,
    CompletionKind,
    Completions,
    Question,
    matching,
)
from pipelens.core.answers.complete_paths import paths
from pipelens.core.answers.complete_tasks import tasks
from pipelens.core.answers.yaml_context import YamlContext, class_of, known_keys
from pipelens.core.checks.callables import PIPELINE_ARGUMENTS, TASK_ARGUMENTS
from pipelens.core.classes import SOURCE_EXTENSIONS
from pipelens.core.keys import (
    ALLOWED_PRODUCT_CLASSES,
    CLASS_KEYS,
    DOTTED_PATH_KEYS,
    EXECUTORS,
    NOTEBOOK_SOURCES,
    PRODUCT_CLASSES,
)
from pipelens.core.text import Span

_PLAIN = re.compile(r"[A-Za-z_./][\w./ +-]*(?<! )|[\w./+-]*[A-Za-z_/][\w./+-]*")
_WORDS: Final = frozenset({"true", "false", "null", "none", "yes", "no", "on", "off", "~"})
_DATA: Final = (".csv", ".parquet", ".json", ".txt", ".xlsx", ".yaml", ".yml")
_BY_EXTENSION: Final = (
    (NOTEBOOK_SOURCES, ("NotebookRunner", "ScriptRunner")),
    ((".sql",), ("SQLScript", "SQLDump")),
    ((".sh",), ("ShellScript",)),
    ((".csv", ".parquet"), ("SQLUpload", "PostgresCopyFrom")),
)
_WORTH_KNOWING: Final = {
    "kernelspec_name": ("python3", "ir"),
    "nbconvert_exporter_name": ("html", "webpdf", "pdf", "markdown", "latex", "rst", "slides"),
}


def values(question: Question, context: YamlContext) -> Completions:
    """What the value (or the element, or what stands alone below a key) at the caret may be."""
    place = context.place
    if not place:
        return NOTHING
    if context.file == "env":
        return _env_values(question, context, place)
    if place[0] == "tasks":
        return _task_values(question, context, place[1:]) if len(place) > 1 else NOTHING
    match place:
        case ("executor",):
            return _choices(context, ("serial", "parallel"), "value")
        case ("executor", "dotted_path"):
            return _choices(context, tuple(EXECUTORS), "class")
        case ("clients", _) | ("clients", _, "dotted_path"):
            return _callables(question, context, _client)
        case ("meta", "product_default_class", str(class_name)):
            allowed = ALLOWED_PRODUCT_CLASSES.get(class_name, frozenset(PRODUCT_CLASSES))
            return _choices(context, [name for name in PRODUCT_CLASSES if name in allowed], "class")
        case ("meta", "import_tasks_from"):
            return _paths(question, context, (question.project.spec.folder,), (".yaml", ".yml"))
        case ("meta", "source_loader", "path"):
            return _paths(question, context, (question.project.spec.folder,), ())
        case ("meta", "source_loader", "module"):
            return _callables(question, context, lambda signature: False)
        case (str(name),) | (str(name), "dotted_path") if name in DOTTED_PATH_KEYS:
            return _callables(question, context, _pipeline_fits(name))
        case _:
            return _by_key(context, place[:-1], place[-1])


def _task_values(question: Question, context: YamlContext, place: tuple[str, ...]) -> Completions:
    match place:
        case ("source",):
            return _sources(question, context)
        case ("upstream",):
            return _upstream(question, context)
        case ("name",):
            return _name(context)
        case ("class",):
            return _classes(context)
        case ("product_class",):
            allowed = ALLOWED_PRODUCT_CLASSES.get(class_of(context) or "", frozenset(PRODUCT_CLASSES))
            return _choices(context, [name for name in PRODUCT_CLASSES if name in allowed], "class")
        case ("product",) if context.at == "item":
            return _choices(context, ("table", "view"), "value")
        case ("product",) | ("product", _) if not context.fresh:
            return _paths(question, context, (question.project.root,), ())
        case ("nb_product_key",):
            return _choices(context, context.nested.get("product", ()), "product")
        case ("params", "resources_", _):
            return _paths(question, context, (question.project.root,), _DATA)
        case ("params" | "grid", _) if "::" in context.prefix:
            return _calls(question, context)
        case (str(name),) | (str(name), "dotted_path") if name in DOTTED_PATH_KEYS:
            return _callables(question, context, _task_fits(name))
        case (_,):
            return _by_key(context, ("tasks",), place[0])
        case _:
            return NOTHING


def _by_key(context: YamlContext, holder: tuple[str, ...], name: str) -> Completions:
    """A value that its key's entry in the table of keys lists."""
    found = known_keys(_holding(context, holder)).get(name)
    if found is None:
        return NOTHING
    if found.type == "boolean":
        return _choices(context, ("true", "false"), "value")
    return _choices(context, found.choices or _WORTH_KNOWING.get(name, ()), "value", found.doc)


def _holding(context: YamlContext, holder: tuple[str, ...]) -> YamlContext:
    """The context as if the caret were on the key of its value."""
    keys = context.keys[:-1] if context.keys and isinstance(context.keys[-1], str) else context.keys
    return replace(context, keys=keys if holder else (), at="key")


def _choices(context: YamlContext, words: Sequence[str], kind: CompletionKind, doc: str = "") -> Completions:
    offers = [
        Completion(word, kind, context.replace, _inserted(context, word, typed=True), doc=doc)
        for word in words
    ]
    return matching(offers, context.prefix)


# -- names


def _upstream(question: Question, context: YamlContext) -> Completions:
    own = [task.name for task in question.tasks]
    present = [item for item in context.items if item != context.word]
    before, end = _around(context)
    if context.at == "key":
        before = "- "

    def write(name: str) -> str:
        return before + (name if context.quote else _quoted(name)) + end

    return tasks(question.project, own, present, context.prefix, context.replace, write)


def _name(context: YamlContext) -> Completions:
    """The name that the task would have anyway, to begin with."""
    source = context.entry.get("source", "")
    stem = os.path.splitext(os.path.basename(source))[0] if "/" in source else source.rpartition(".")[2]
    if source.endswith(SOURCE_EXTENSIONS):
        stem = os.path.splitext(os.path.basename(source))[0]
    keys = context.nested.get("grid", ())
    words = [f"{stem}-[[{keys[0]}]]", f"{stem}-"] if keys else [stem]
    return _choices(context, words, "value") if stem else NOTHING


def _classes(context: YamlContext) -> Completions:
    """All classes, those that run such a source first."""
    source = context.entry.get("source", "")
    first = next((names for endings, names in _BY_EXTENSION if source.endswith(endings)), ())
    if source and not first and "/" not in source:
        first = ("PythonCallable",)
    return _choices(context, [*first, *(name for name in CLASS_KEYS if name not in first)], "class")


# -- paths


def _sources(question: Question, context: YamlContext) -> Completions:
    project = question.project
    extensions = SOURCE_EXTENSIONS
    if context.entry.get("class") in ("SQLUpload", "PostgresCopyFrom", "UploadToS3"):
        extensions = (*SOURCE_EXTENSIONS, *_DATA)
    own = {task.source_path for task in question.tasks}
    folders = [project.root]
    loader = project.spec.meta.source_loader_paths
    if loader:
        folders = [os.path.join(project.spec.folder, path) for path in loader]
    elif context.file == "tasks":
        folders = [os.path.dirname(question.path)]

    def used(path: str) -> bool:
        return path not in own and bool(project.tasks_in(path))

    found = _paths(question, context, folders, extensions, used)
    if "/" in context.prefix:
        return found
    return found + _callables(question, context, _task_function(question), known=())


def _paths(
    question: Question, context: YamlContext, folders: Sequence[str], extensions: Sequence[str], used: Callable[[str], bool] = lambda path: False
) -> Completions:  # fmt: skip
    before, end = _around(context)
    if before:
        return NOTHING
    return paths(
        question.files, folders, context.prefix, context.replace, extensions=extensions, used=used, end=end
    )  # fmt: skip


def _env_values(question: Question, context: YamlContext, place: tuple[str, ...]) -> Completions:
    if place == ("meta", "import_from"):
        return _paths(question, context, (question.project.spec.folder,), (".yaml", ".yml"))
    return NOTHING


# -- functions


def _callables(
    question: Question, context: YamlContext, fits: Fits, known: Sequence[str] | None = None
) -> Completions:
    _, end = _around(context)
    if context.at == "key" and not context.fresh:
        return NOTHING
    used = tuple(question.project.callables) if known is None else known
    return dotted(question, context.prefix, context.replace, fits, known=used, end=end)


def _calls(question: Question, context: YamlContext) -> Completions:
    """`module::function` in params: the function's result is the value."""
    module, _, function = context.prefix.partition("::")
    _, end = _around(context)
    found = dotted(question, f"{module}.{function}", context.replace, _client, end=end)
    shift = len(module) + 2
    start = context.replace.start
    narrow = Span(replace(start, character=start.character + shift), context.replace.end)
    return Completions(
        tuple(replace(offer, replace=narrow) for offer in found.items if offer.kind == "function"),
        found.incomplete,
    )


def _client(signature: Signature) -> bool:
    return not signature.required


def _task_function(question: Question) -> Fits:
    needed = () if question.project.spec.serializer is not None else ("product",)
    return lambda signature: all(any(one.name == name for one in signature.arguments) for name in needed)


def _task_fits(name: str) -> Fits:
    if name in ("client", "product_client"):
        return _client
    if name in ("serializer", "unserializer"):
        return _serializer(name)
    return lambda signature: signature.required <= frozenset(TASK_ARGUMENTS)


def _pipeline_fits(name: str) -> Fits:
    match name:
        case "serializer" | "unserializer":
            return _serializer(name)
        case "on_render" | "on_finish" | "on_failure":
            given = frozenset(PIPELINE_ARGUMENTS[name])
            return lambda signature: signature.required <= given
        case _:
            return _client


def _serializer(name: str) -> Fits:
    count = 2 if name == "serializer" else 1
    return lambda signature: len(signature.arguments) >= count >= len(signature.required)


# -- how a word is written


def _around(context: YamlContext) -> tuple[str, str]:
    """What goes before and behind a word: the dash of an element that has none, a missing quote."""
    dash = "- " if context.at == "item" and not context.dashed else ""
    return dash, context.quote if not context.closed else ""


def _inserted(context: YamlContext, word: str, *, typed: bool = False) -> str:
    before, end = _around(context)
    return before + (word if typed or context.quote else _quoted(word)) + end


def _quoted(word: str) -> str:
    """A name as YAML takes it for text."""
    if _PLAIN.fullmatch(word) and word.lower() not in _WORDS:
        return word
    return "'" + word.replace("'", "''") + "'"
