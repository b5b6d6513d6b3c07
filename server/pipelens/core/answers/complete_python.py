"""Inside a source: names in `upstream = […]` and `upstream["…"]`, keys behind them and in `product["…"]`.

Nothing else of a source is ours. The text around the caret is cut into tokens, so that it may be
half-typed; it is read from where its cell or its function begins, which is bounded.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from typing import Final

from pipelens.core.answers.complete_item import NOTHING, Completions, Question
from pipelens.core.answers.complete_paths import paths
from pipelens.core.answers.complete_tasks import behind_name, product_keys, tasks
from pipelens.core.cells import Cell
from pipelens.core.project import Task
from pipelens.core.python_text import TOKEN
from pipelens.core.sources import FunctionSource, NotebookSource
from pipelens.core.text import Document, Lines, Position, Span
from pipelens.frozen import frozen

_MOST_ABOVE: Final = 600
_MOST_BELOW: Final = 100
_MOST_TOKENS: Final = 400
_LONGEST_LINE: Final = 4_000
_OPENS = re.compile(r"(?:async[ \t]+)?def[ \t]+(\w+)|class\b|@|#[ \t]*(?:%%|\+|-)|# In\[|```")
_STRING = re.compile(r"""([rbfuRBFU]{0,2})(["'])(.*)""", re.DOTALL)
_NAME_REST = re.compile(r"[\w./*-]*(?=\s*(?:[\"'\],)}]|$))")


@frozen
class _Token:
    kind: str
    text: str
    start: int
    end: int


@frozen
class _Here:
    """The string at the caret, or where one would be. text: what it holds up to the caret; before,
    end: the quotes that are missing. tokens: what stands before it, in their order."""

    text: str
    replace: Span
    before: str
    end: str
    tokens: tuple[_Token, ...]

    def written(self, name: str) -> str:
        """A name with the quotes that are missing."""
        return self.before + name + self.end


def in_source(question: Question) -> Completions:
    """Offers for a caret in the source of a task; nothing elsewhere in it."""
    if not _may_ask(question):
        return NOTHING
    sources = question.project.tasks_in(question.path)
    cell, lines, position = _cell(question, sources)
    if position is None:
        return NOTHING
    first, function = _beginning(lines, position.line)
    concerned = _concerned(question, sources, function)
    here = _here(lines, first, position) if concerned else None
    if here is None:
        return NOTHING
    return _offers(question, concerned, here if cell is None else _in_file(here, cell))


def _concerned(question: Question, sources: tuple[Task, ...], function: str) -> list[Task]:
    """The tasks that run the code around the caret: the file, or the function `function` of it.

    A module that is being typed may not parse, so a function is known by its dotted path as well.
    """
    found = [
        task
        for task in sources
        if task.kind != "function"
        or (isinstance(task.source, FunctionSource) and task.source.name == function)
    ]
    if found or not function:
        return found
    project = question.project
    mentions = [
        mention
        for module in _modules(question)
        for mention in project.index.by_source.get(f"{module}.{function}", ())
    ]
    return [project.tasks_by_entry[mention.entry][mention.task] for mention in mentions]


def _modules(question: Question) -> list[str]:
    """The dotted names under which the file may be imported."""
    stem, extension = os.path.splitext(question.path)
    if extension != ".py":
        return []
    found: list[str] = []
    for folder in question.project.import_folders:
        below = folder.rstrip(os.sep) + os.sep
        if stem.startswith(below):
            found.append(stem[len(below) :].replace(os.sep, ".").removesuffix(".__init__"))
    return found


def _offers(question: Question, sources: list[Task], here: _Here) -> Completions:
    project = question.project
    words = [token.text for token in here.tokens]
    own = [task.name for task in sources]
    name = words[-2] if len(words) >= 2 and words[-1] == "[" else ""
    attribute = len(words) >= 3 and words[-3] == "."
    if name == "upstream" and not attribute:
        found = tasks(project, own, (), here.text, here.replace, here.written)
        return _declared_first(found, sources)
    if name == "product" and not attribute:
        found = NOTHING
        for task in sources[:1]:
            found = product_keys(task, here.text, here.replace, here.written)
        return found
    task = _subscripted(words)
    if task is not None:
        needs = [one.needs for one in sources]
        return behind_name(project, task, needs, here.text, here.replace, here.written)
    declared = _declaration(here.tokens)
    if declared is None or sources[0].kind not in ("notebook", "script"):
        return NOTHING
    target, present = declared
    if target == "upstream" and project.spec.meta.extract_upstream:
        return tasks(project, own, present, here.text, here.replace, here.written)
    if target == "product" and project.spec.meta.extract_product and not here.before:
        return paths(question.files, (project.root,), here.text, here.replace, end=here.end)
    return NOTHING


def _declared_first(found: Completions, sources: list[Task]) -> Completions:
    """What the source declares comes before what it would have to declare."""
    needed = {name for task in sources for need, names in task.needs.items() for name in (need, *names)}
    items = sorted(found.items, key=lambda item: item.label not in needed)
    return Completions(tuple(items), found.incomplete)


def _may_ask(question: Question) -> bool:
    """A space asks only behind a comma (of a list that may be ours); other characters always may."""
    line = question.lines.line(question.position.line)[: question.position.character]
    match question.trigger:
        case " ":
            return line[:-1].endswith(",")
        case "" | '"' | "'" | "[" | "/":
            return True
        case _:
            return False


# -- tokens


def _beginning(lines: Lines, caret: int) -> tuple[int, str]:
    """Where the cell or function around the caret begins, and the function's name."""
    indented = lines.line(caret)[:1] in (" ", "\t", "")
    for number in range(caret, max(-1, caret - _MOST_ABOVE), -1):
        opens = _OPENS.match(lines.line(number)[:_LONGEST_LINE])
        if opens is not None and (number < caret or not indented):
            return number, opens[1] or ""
    return max(0, caret - _MOST_ABOVE), ""


def _here(lines: Lines, first: int, position: Position) -> _Here | None:
    """The string at the caret with the tokens before it; None where no string is or can begin."""
    if len(lines.line(position.line)) > _LONGEST_LINE:
        return None
    above = "".join(lines.line(number)[:_LONGEST_LINE] + "\n" for number in range(first, position.line))
    line = lines.line(position.line)
    caret = len(above) + position.character
    last = min(len(lines), position.line + 1 + _MOST_BELOW)
    below = "".join("\n" + lines.line(number)[:_LONGEST_LINE] for number in range(position.line + 1, last))
    text = above + line + below  # what is below may close a text of many lines
    kept: list[_Token] = []
    for match in TOKEN.finditer(text):
        kind = match.lastgroup or ""
        if match.start() >= caret:
            break
        if kind in ("comment", "triple") and caret <= match.end():
            return None
        if kind == "string" and caret <= match.end():
            return _string_here(match[0], match.start() - len(above), position, line, kept)
        if kind not in ("blank", "newline", "joined", "comment"):
            kept.append(_Token(kind, match[0], match.start(), match.end()))
    if not kept or kept[-1].text not in ("[", ",", "("):
        return None
    if re.match(r"\s*[\w\"'(\[{]", line[position.character :]):
        return None
    quote = next(
        (one.text[0] for one in reversed(kept) if one.kind == "string" and one.text[0] in "\"'"), '"'
    )
    return _Here("", Span(position, position), quote, quote, tuple(kept[-_MOST_TOKENS:]))


def _string_here(token: str, start: int, position: Position, line: str, before: list[_Token]) -> _Here | None:
    """The string `token`, which begins at `start` of the caret's line."""
    match = _STRING.fullmatch(token)
    if match is None or start < 0 or "\\" in token or match[1].lower() in ("b", "f", "rb", "br", "fr", "rf"):
        return None
    begin = start + len(match[1]) + 1
    if position.character < begin:
        return None
    end = start + len(token)
    closed = match[3].endswith(match[2])
    if closed and position.character == end:
        return None
    stop = end - 1
    rest = _NAME_REST.match(line, position.character)
    if closed and re.match(r"[\w./*-]*\s*[\],)}]", line[position.character : end]):
        closed = False  # the quote that was found opens the next string
    if not closed:
        stop = rest.end() if rest is not None else position.character
    replace = Span.on_line(position.line, begin, stop)
    return _Here(
        line[begin : position.character],
        replace,
        "",
        "" if closed else match[2],
        tuple(before[-_MOST_TOKENS:]),
    )


def _subscripted(words: list[str]) -> str | None:
    """The name in `upstream["name"][`, None for anything else."""
    if len(words) < 5 or words[-5] != "upstream" or words[-4] != "[" or words[-2:] != ["]", "["]:
        return None
    if len(words) >= 6 and words[-6] == ".":
        return None
    return words[-3].strip("\"'") if words[-3][:1] in "\"'" else None


def _declaration(tokens: tuple[_Token, ...]) -> tuple[str, list[str]] | None:
    """`upstream` or `product` where the caret is in its value, with the strings that are there."""
    depth = 0
    present: list[str] = []
    for at in range(len(tokens) - 1, -1, -1):
        token = tokens[at]
        if token.kind == "string" and depth == 0:
            present.append(token.text.strip("\"'"))
        elif token.kind == "close":
            depth += 1
        elif token.kind == "open":
            depth -= 1
            if depth < -2:
                return None
        elif token.text == "=" and depth <= 0:
            target = tokens[at - 1].text if at else ""
            first = at == 1 or tokens[at - 2].text not in (".", ",", "(")
            if target == "product" and first:
                return target, present
            return (target, present) if target == "upstream" and first and depth == -1 else None
        elif token.text not in (",", ":") and token.kind != "string" and depth == 0:
            return None
    return None


# -- cells of a notebook


def _cell(question: Question, sources: tuple[Task, ...]) -> tuple[Cell | None, Lines, Position | None]:
    """The cell around the caret with the caret in it, for `.ipynb`; else the file itself."""
    if question.in_cell or not question.path.endswith(".ipynb"):
        return None, question.lines, question.position
    for task in sources:
        cells = task.source.cells if isinstance(task.source, NotebookSource) else None
        for cell in cells.cells if cells is not None else ():
            if cell.kind == "code" and cell.text_span.contains(question.position):
                inside = _inside(cell, question.position)
                if inside is not None:
                    return cell, Document(cell.source), inside
        break
    return None, question.lines, None


def _inside(cell: Cell, position: Position) -> Position | None:
    """A place of the file as one of the cell's source."""
    lines = cell.source.split("\n")
    for number, (row, begin) in enumerate(cell.lines):
        if row != position.line or position.character < begin or number >= len(lines):
            continue
        low, high = 0, len(lines[number])
        while low < high:
            middle = (low + high) // 2
            if cell.position(number, middle) < position:
                low = middle + 1
            else:
                high = middle
        found = cell.position(number, low)
        if found == position or number == len(cell.lines) - 1 or cell.lines[number + 1][0] != row:
            return Position(number, low)
        if position < cell.position(number + 1, 0):
            return Position(number, low)
    return None


def _in_file(here: _Here, cell: Cell) -> _Here:
    """`here` with its span in the file, where a quote takes two characters."""
    span = here.replace
    place: Callable[[int, int], Position] = cell.position
    replace = Span(place(span.start.line, span.start.character), place(span.end.line, span.end.character))
    return _Here(here.text, replace, here.before, here.end, here.tokens)
