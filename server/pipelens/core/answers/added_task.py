"""What makes a file a task of the pipeline? An entry behind the others, written as they are."""

from __future__ import annotations

import json
import os
import posixpath
import re
from itertools import islice

from pipelens.core.keys import NOTEBOOK_EXTENSIONS, NOTEBOOK_SOURCES
from pipelens.core.problems import Edit, Place
from pipelens.core.project import Project, Task
from pipelens.core.text import Lines, Position, Span
from pipelens.frozen import frozen

_LOOKS = re.compile(
    r"""^\#\s*(?:%%|\+|region\b).*\bparameters\b | ^\#\+.*\bparameters\b | ^```\{.*\bparameters\b
      | ^upstream\s*(?:=|<-) | ^\s*"upstream\s*= | ^\s*"parameters"\s*,?$ | \{\{\s*(?:product|upstream)\b""",
    re.VERBOSE,
)
_EMPTY = re.compile(r"tasks\s*:(?P<nothing>\s*(?:\[\s*\]|null|~)?)\s*(?:\#.*)?$")
_DASH = re.compile(r"(?P<before>\s*)-(?P<gap>\s+)")
_SOURCE = re.compile(r"""\bsource\s*:\s*(?P<quote>["']?)""")
_OPENS = re.compile(r":\s*(?:#.*)?$")
_PLAIN = re.compile(r"[\w./-]+(?: [\w./-]+)*")
_MOST_SEARCHED = 2_000
_MOST_LINES = 2_000


@frozen
class NewTask:
    """name: what the task will be called. looks_at: the line of the file that makes it look like a
    task's source; None where nothing does. edits: of the pipeline's file."""

    name: str
    looks_at: int | None
    edits: tuple[Edit, ...]


def may_be_task(path: str) -> bool:
    """Whether a file is of a kind that a task can be added for."""
    return os.path.splitext(path)[1] in (*NOTEBOOK_SOURCES, ".sql")


def added_task(project: Project, path: str, source: Lines, spec: Lines) -> NewTask | None:
    """The entry for the file at `path`; None where it cannot be a task, or is one. source, spec: the
    lines of that file and of the pipeline's."""
    extension = os.path.splitext(path)[1]
    if project.spec.form != "tasks" or not may_be_task(path):
        return None
    if project.index.by_file.get(path) or project.index.by_source.get(path):
        return None
    if any(getattr(one, "path", None) == path for one in project.callables.values()):
        return None
    written = _written_source(project, path)
    where = _end_of_tasks(project, spec)
    if written is None or where is None:
        return None
    model = _model(project, extension)
    if model is None and extension == ".sql":
        return None
    name, clashes = _name(project, os.path.splitext(os.path.basename(path))[0])
    lines = [f"source: {_scalar(written, where.quote)}"]
    lines += [f"name: {_scalar(name, where.quote)}"] if clashes else []
    lines += _product(project, model, name, extension, where)
    return NewTask(name, _looks_at(source), (Edit(Place(project.path, where.span), where.entry(lines)),))


@frozen
class _Where:
    """Where a new entry goes and how the others are written. before, gap: the blanks around a dash.
    step: by how much what is inside a key is indented."""

    span: Span
    before: str
    gap: str
    quote: str
    step: int = 2

    def entry(self, lines: list[str]) -> str:
        indent = " " * (len(self.before) + 1 + len(self.gap))
        first, *rest = lines
        return "".join([f"\n{self.before}-{self.gap}{first}", *(f"\n{indent}{line}" for line in rest)])


def _end_of_tasks(project: Project, lines: Lines) -> _Where | None:
    """Behind the last entry of the pipeline's own file; None where entries are in brackets."""
    starts = [line for id, line in project.first_lines.items() if _is_own(project, id)]
    if not starts:
        return _no_tasks(lines)
    first = max(starts)
    while first > 0 and not lines.line(first).strip():
        first += 1
    dash = _DASH.match(lines.line(first))
    if dash is None:
        return None
    last = first
    for number in range(first + 1, min(len(lines), first + _MOST_LINES)):
        text = lines.line(number)
        if not text.strip():
            continue
        if len(text) - len(text.lstrip(" ")) <= len(dash["before"]):
            break
        last = number
    quote = next((m["quote"] for n in range(first, last + 1) if (m := _SOURCE.search(lines.line(n)))), "")
    end = Position(last, len(lines.line(last)))
    return _Where(Span(end, end), dash["before"], dash["gap"], quote, _step(lines, first, last))


def _step(lines: Lines, first: int, last: int) -> int:
    for number in range(first, last):
        above, below = lines.line(number), lines.line(number + 1)
        if _OPENS.search(above) and below.strip() and not below.lstrip().startswith("-"):
            step = _column(below) - _column(above)
            if step > 0:
                return step
    return 2


def _column(line: str) -> int:
    """Where the key of a line begins, behind its dash."""
    return len(line) - len(line.lstrip(" -"))


def _is_own(project: Project, id: int) -> bool:
    entry = project.entries.get(id)
    return entry is not None and entry.path == project.path


def _no_tasks(lines: Lines) -> _Where | None:
    """Below a `tasks:` that holds none."""
    for number in range(min(len(lines), _MOST_LINES)):
        found = _EMPTY.match(lines.line(number))
        if found is not None:
            return _Where(Span.on_line(number, *found.span("nothing")), "  ", " ", "")
    return None


def _written_source(project: Project, path: str) -> str | None:
    """The path as the pipeline would write it; None for a file outside of its folders."""
    meta = project.spec.meta
    if meta.source_loader_module:
        return None
    folders = [os.path.join(project.spec.folder, one) for one in meta.source_loader_paths] or [project.root]
    for folder in folders:
        folder = os.path.normpath(folder)
        if path.startswith(folder.rstrip(os.sep) + os.sep):
            return os.path.relpath(path, folder).replace(os.sep, "/")
    return None


def _model(project: Project, extension: str) -> Task | None:
    """The last task of the same kind of source: its product tells where products go."""
    for name in islice(reversed(list(project.tasks)), _MOST_SEARCHED):
        task = project.tasks[name]
        same = os.path.splitext(task.spec.source_path or "")[1] == extension
        alike = extension != ".sql" and task.kind == "notebook"
        if (same or alike) and task.spec.products is not None:
            return task
    return None


def _name(project: Project, stem: str) -> tuple[str, bool]:
    """A free name, and whether it is another one than the source's."""
    name, number = stem, 2
    while name in project.index.by_name:
        name, number = f"{stem}-{number}", number + 1
    return name, name != stem


def _product(project: Project, model: Task | None, name: str, extension: str, where: _Where) -> list[str]:
    """The lines of `product`, as those of `model` are written."""
    if project.spec.meta.extract_product and extension != ".sql":
        return []
    products = model.spec.products if model is not None else None
    if products is None or not products.items:
        return [f"product: {_scalar(f'output/{name}.ipynb', where.quote)}"]
    if not products.are_files:
        return [f"product: [{_scalar(name, where.quote)}, table]"]
    notebooks = (one for one in products.items if posixpath.splitext(one.written)[1] in NOTEBOOK_EXTENSIONS)
    like = next(notebooks, products.items[0])
    folder, ending = posixpath.dirname(like.written), posixpath.splitext(like.written)[1]
    text = _scalar(posixpath.join(folder, name + ending), where.quote)
    if products.form == "mapping":
        return ["product:", f"{' ' * where.step}{like.key}: {text}"]
    return [f"product: {text}"]


def _scalar(text: str, quote: str) -> str:
    if quote == "'":
        return "'" + text.replace("'", "''") + "'"
    if quote == '"' or not _PLAIN.fullmatch(text) or text.startswith("-"):
        return json.dumps(text, ensure_ascii=False)
    return text


def _looks_at(lines: Lines) -> int | None:
    """The line that shows that a file is meant as a task's source."""
    for number in range(min(len(lines), _MOST_LINES)):
        if _LOOKS.search(lines.line(number)[:500]):
            return number
    return None
