"""Dotted paths: modules and what they define, read as text, so that half-typed modules count too."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from typing import Final

from pipelens.core.answers.complete_item import Completion, Completions, Question, select
from pipelens.core.files import Files, Unreadable
from pipelens.core.imports import Location, ModuleReader
from pipelens.core.project import Project
from pipelens.core.text import Position, Span
from pipelens.frozen import frozen

_DEFINED = re.compile(r"^(?:(?:async[ \t]+)?def|(?P<class>class))[ \t]+(?P<name>\w+)", re.MULTILINE)
_IMPORTED = re.compile(r"^from[ \t]+\.[\w.]*[ \t]+import[ \t]*(\([^)]*\)|[^\n#]+)", re.MULTILINE)
_HEAD = re.compile(r"[ \t]*\(((?:[^()\"']|\"[^\"\n]*\"|'[^'\n]*'|\((?:[^()]|\([^()]*\))*\))*)")
_DOC = re.compile(r"[^:\n]*:[ \t]*(?:#[^\n]*)?\n(?:[ \t]*\n)*[ \t]+[rR]?(\"{3}|'{3}|\"|')(.*?)\1", re.DOTALL)
_LARGEST: Final = 2_000_000
_LARGEST_NEAR: Final = 100_000
_MOST_NEAR: Final = 20
_LONGEST_HEAD: Final = 4_000
_LONGEST_DOC: Final = 2_000


@frozen
class Argument:
    name: str
    required: bool


@frozen
class Signature:
    """A function as its `def` reads. text: what stands between its parentheses, on one line."""

    text: str
    arguments: tuple[Argument, ...]
    doc: str = ""

    @property
    def required(self) -> frozenset[str]:
        return frozenset(one.name for one in self.arguments if one.required)


Fits = Callable[[Signature], bool]


def dotted(
    question: Question, written: str, replace: Span, fits: Fits, *, known: Sequence[str] = (), end: str = ""
) -> Completions:
    """Modules and functions that go on from `written`; those whose arguments fit come first.

    known: dotted paths that the pipeline uses already, offered while no module is written yet.
    end: a quote that is missing.
    """
    head, dot, tail = written.rpartition(".")
    folders = question.project.import_folders
    modules = ModuleReader(question.files)
    start = replace.start.character + len(head) + len(dot)
    narrow = Span(Position(replace.start.line, start), replace.end)
    if not dot:
        found = _whole(question, modules, written, replace, fits, known, end)
        return found + _modules(modules, folders, tail, narrow)
    location = modules.find(head, folders)
    if isinstance(location, int):
        return Completions()
    found = _functions(question, location, tail, narrow, fits, end)
    return found + _modules(modules, location.folders, tail, narrow)


def _modules(modules: ModuleReader, folders: tuple[str, ...], prefix: str, replace: Span) -> Completions:
    names = sorted(
        {name for name in modules.near(folders) if name.isidentifier() and not name.startswith("__")}
    )
    found, more = select(names, prefix)
    return Completions(
        tuple(Completion(name, "module", replace, name, "module", more=True) for name in found), more
    )


def _functions(
    question: Question, location: Location, prefix: str, replace: Span, fits: Fits, end: str
) -> Completions:
    text = _text(question.files, location.path)
    defined = {match["name"]: _end(match) for match in _DEFINED.finditer(text)}
    if location.folders:
        for match in _IMPORTED.finditer(text):
            for name in re.split(r"[\s,()]+", match[1].strip("() \t\n")):
                if name.isidentifier() and name != "as":
                    defined.setdefault(name, -1)
    public = [name for name in defined if not name.startswith("_") or prefix.startswith("_")]
    found, more = select(public, prefix)
    offers = [
        _offer(name, name, location.name, _signature(text, defined[name]), replace, fits, end)
        for name in found
    ]
    offers.sort(key=lambda offer: offer.last)
    return Completions(tuple(offers), more)


def _offer(
    label: str, insert: str, module: str, signature: Signature | None, replace: Span, fits: Fits, end: str
) -> Completion:
    name = label.rpartition(".")[2]
    detail = f"({signature.text})" if signature is not None else ""
    path = label if "." in label else f"{module}.{name}"
    misfit = signature is not None and not fits(signature)
    return Completion(label, "function", replace, insert + end, detail, ask=f"function:{path}", last=misfit)


def _whole(
    question: Question, modules: ModuleReader, prefix: str, replace: Span, fits: Fits, known: Sequence[str], end: str
) -> Completions:  # fmt: skip
    """Whole dotted paths: those in use, and those of modules beside the pipeline."""
    folder = question.project.spec.folder
    paths: dict[str, tuple[str, int]] = dict.fromkeys(known, ("", -1))
    count = 0
    for module in sorted(modules.near((folder,))):
        path = os.path.join(folder, module + ".py")
        if count >= _MOST_NEAR:
            break
        if not module.isidentifier() or question.files.kind(path) != "file" or _is_script(question, path):
            continue
        count += 1
        text = _text(question.files, path, _LARGEST_NEAR)
        for match in _DEFINED.finditer(text):
            if not match["name"].startswith("_"):
                paths[f"{module}.{match['name']}"] = (text, _end(match))
    found, more = select(list(paths), prefix)
    offers = [_offer(path, path, "", _signature(*paths[path]), replace, fits, end) for path in found]
    offers.sort(key=lambda offer: offer.last)
    return Completions(tuple(offers), more)


def _is_script(question: Question, path: str) -> bool:
    """Whether the file runs as a notebook: then it is no module, though it could be imported."""
    project = question.project
    mentions = project.index.by_source.get(path, ())[:1]
    tasks = (task for mention in mentions for task in project.tasks_by_entry.get(mention.entry, ())[:1])
    return any(task.kind in ("notebook", "script") for task in tasks)


def _end(match: re.Match[str]) -> int:
    """Where a definition's arguments begin; -1 for a class, which may take them from a base class."""
    return -1 if match["class"] else match.end()


def _text(files: Files, path: str | None, largest: int = _LARGEST) -> str:
    text = files.read(path) if path is not None else ""
    return "" if isinstance(text, Unreadable) or len(text) > largest else text


def _signature(text: str, at: int) -> Signature | None:
    """The signature behind the name that ends at `at`; None for what has none here."""
    if at < 0:
        return None
    head = _HEAD.match(text, at, at + _LONGEST_HEAD)
    if head is None:
        return None
    shown = " ".join(head[1].split())
    doc = _DOC.match(text, head.end(), head.end() + _LONGEST_DOC)
    return Signature(shown, tuple(_arguments(head[1])), " ".join(doc[2].split()) if doc else "")


def _arguments(text: str) -> list[Argument]:
    found: list[Argument] = []
    depth = 0
    piece = ""
    for one in text + ",":
        if one == "," and depth == 0:
            name = re.match(r"\s*(\*{0,2})(\w*)", piece)
            if name and name[2] and not name[1]:
                found.append(Argument(name[2], "=" not in piece))
            piece = ""
            continue
        depth += (one in "([{") - (one in ")]}")
        piece += one
    return found


def explained(project: Project, files: Files, path: str) -> str:
    """A function in Markdown, by its dotted path; empty when it is not found."""
    module, _, name = path.rpartition(".")
    modules = ModuleReader(files)
    location = modules.find(module, project.import_folders) if module else 0
    if isinstance(location, int):
        return ""
    text = _text(files, location.path)
    match = next((one for one in _DEFINED.finditer(text) if one["name"] == name), None)
    signature = _signature(text, _end(match)) if match else None
    if signature is None:
        return ""
    return f"```python\ndef {name}({signature.text})\n```" + (f"\n\n{signature.doc}" if signature.doc else "")
