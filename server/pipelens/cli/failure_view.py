"""A recorded failure as lines for a terminal: its stack, the sources as they were, its values."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import Final

from pipelens.cli.terminal import Line, Segment, cells, shown_path
from pipelens.core.quantities import ago_seconds
from pipelens.debug.dump_values import Line as ValueLine
from pipelens.debug.dump_values import Reference, Value, Values, as_value
from pipelens.debug.recorded import Dump, Frame, RecordedError, plain
from pipelens.debug.recorded_sources import LocalFile, OldText, RecordedSources
from pipelens.debug.trace_text import formatted, headline, source_line
from pipelens.debug.whole_values import Table

_LINKS: Final = {"cause": "the cause", "context": "what was being handled", "member": "of the group"}
_MOST_PARTS: Final = 200
_MOST_OF_ONE: Final = 30
_MOST_ROWS: Final = 20
_DEEPEST: Final = 3
_LONGEST_HEAD: Final = 2_000
_DIM: Final = "bright_black"


class FailureView:
    """Of one dump. root: the project's folder here, None where there is none. width: of the terminal."""

    def __init__(
        self, dump: Dump, *, root: str | None, libraries: Sequence[str], cwd: str, width: int = 1_000
    ) -> None:
        self.dump = dump
        self.values = Values(dump, trusted=True)
        self.cwd = cwd
        self.width = width
        self._sources = RecordedSources(dump, root, libraries)
        self._texts: dict[str, list[str]] = {}

    # -- the failure as a whole

    def heading(self, now: float) -> Iterator[Line]:
        """What failed and when, and what is to be known about the recording."""
        dump = self.dump
        yield (
            Segment(dump.task, "bold"),
            Segment(f" failed {ago_seconds(dump.created, now)} with Python {dump.python}: "),
            Segment(first_line(headline(dump.errors[0])), "bold red"),
        )
        if dump.truncated:
            yield (Segment(f"The recording was cut short ({', '.join(dump.truncated)})."),)
        for path in self.changed():
            yield (Segment(f"{path} has changed since; it is shown as it was."),)

    def changed(self) -> list[str]:
        """The user's files that are not as they were."""
        found: dict[str, None] = {}
        for error in self.dump.errors:
            for frame in error.frames:
                source = self._sources.of(frame) if frame.user else None
                if isinstance(source, OldText) and source.path is not None:
                    found[shown_path(source.path, self.cwd)] = None
        return list(found)

    def trace(self) -> Iterator[Line]:
        """The traceback with all errors of the chain."""
        for line in formatted(self.dump, self.place).splitlines():
            yield (Segment(line),)

    def errors(self, current: int) -> Iterator[Line]:
        """The errors of the chain, numbered."""
        for at, error in enumerate(self.dump.errors):
            link = f" ({_LINKS.get(error.link, 'another one')})" if error.link else ""
            mark, style = (">", "bold") if at == current else (" ", "")
            yield Segment(f"{mark} {at} "), Segment(first_line(headline(error)), style), Segment(link, _DIM)

    # -- frames

    def place(self, frame: Frame) -> str:
        """The frame's file as a person here would write it."""
        path = self._sources.path(frame)
        return frame.file if path is None else shown_path(path, self.cwd)

    def stack(self, error: RecordedError, current: Frame) -> Iterator[Line]:
        """The frames, the innermost last, as `where` prints them."""
        for at, frame in enumerate(error.frames):
            if error.missing is not None and error.missing[0] == at:
                yield (Segment(f"    … {error.missing[1]:,} frames were not recorded …", _DIM),)
            yield from self.frame(frame, at, is_current=frame is current)

    def frame(self, frame: Frame, number: int, *, is_current: bool) -> Iterator[Line]:
        style = "" if frame.user else _DIM
        place = f"{self.place(frame)}:{frame.line}"
        name = frame.qualname or frame.name
        yield (
            Segment("> " if is_current else "  ", "bold green"),
            Segment(f"{number} ", style),
            Segment(place, f"bold {style}".strip() if is_current else style),
            Segment(f" in {name}", style),
        )
        text = source_line(self.dump, frame)
        if text is not None and text.strip():
            yield (Segment(f"    {plain(text).strip()}", style),)

    def lines(self, frame: Frame) -> list[str]:
        """The text of the frame's file as it was, line by line; empty where nobody knows it."""
        known = self._texts.get(frame.file)
        if known is None:
            known = self._texts[frame.file] = self._read(frame)
        return known

    def _read(self, frame: Frame) -> list[str]:
        text = self.dump.source(frame.file)
        if text is None:
            found = self._sources.of(frame)
            if not isinstance(found, LocalFile):
                return []
            try:
                with open(found.path, encoding="utf-8", errors="replace", newline="") as file:
                    text = file.read()
            except OSError:
                return []
        return plain(text).replace("\r", "").removesuffix("\n").split("\n")

    def listing(self, frame: Frame, first: int, last: int) -> Iterator[Line]:
        """The lines from `first` to `last` of the frame's file (1-based), the failing one marked."""
        lines = self.lines(frame)
        last = min(last, len(lines))
        size = len(str(last))
        for number in range(max(1, first), last + 1):
            is_here = number == frame.line
            yield (
                Segment(f"{number:>{size}} ", _DIM),
                Segment("-> " if is_here else "   ", "bold red"),
                Segment(lines[number - 1], "bold" if is_here else ""),
            )

    def extent(self, frame: Frame) -> tuple[int, int]:
        """First and last line of the frame's function, of the whole file at module level: told by the
        indentation, for the text need not be what this Python parses."""
        lines = self.lines(frame)
        if frame.name == "<module>" or frame.first is None:
            return 1, len(lines)
        begin = min(max(1, frame.first), max(1, len(lines)))
        indent = _indent(lines[begin - 1]) if lines else 0
        end = max(begin, frame.line)
        for number in range(end + 1, len(lines) + 1):
            text = lines[number - 1]
            if text.strip() and _indent(text) <= indent:
                break
            end = number if text.strip() else end
        return begin, end

    def arguments(self, frame: Frame) -> list[str]:
        """The names of the function's arguments, by the text of its head."""
        begin, _ = self.extent(frame)
        head = "\n".join(self.lines(frame)[begin - 1 : begin + 60])[:_LONGEST_HEAD]
        found = _argument_names(head, frame.name)
        known = {local.name for local in frame.locals}
        return [name for name in found if name in known]

    # -- values

    def names(self, frame: Frame, *, of_module: bool = False) -> Iterator[Line]:
        """The locals, or the module's names that the frame's code uses, a line for each."""
        for local in frame.globals if of_module else frame.locals:
            yield from self.one(self.values.line(local.name, Reference(local.node), local.name))
        if frame.more and not of_module:
            yield (Segment(f"… {frame.more:,} more were not recorded", _DIM),)

    def one(self, line: ValueLine, depth: int = 0) -> Iterator[Line]:
        """`name = text` on one line, cut to the width of the terminal."""
        indent = "    " * depth
        if line.value is None:
            yield (Segment(f"{indent}{line.name} {line.text}", _DIM),)
            return
        name = _one_line(line.name)
        room = max(20, self.width - cells(indent) - cells(name) - 3)
        text = _one_line(line.text)
        text = text if len(text) <= room else text[: room - 1] + "…"
        yield Segment(f"{indent}{name}", "cyan"), Segment(" = "), Segment(text)

    def whole(self, value: Value, path: str) -> Iterator[Line]:
        """The value with its parts, and theirs."""
        yield (Segment(self.values.text(value)),)
        if isinstance(value, Table):
            yield from self.table(value)
            return
        yield from self._parts(self.values.line("", value, path), value, 1, [_MOST_PARTS])

    def _parts(self, line: ValueLine, value: Value, depth: int, left: list[int]) -> Iterator[Line]:
        shown = self.values.children(value, line.path, count=max(1, min(_MOST_OF_ONE, left[0])))
        for part in shown:
            left[0] -= 1
            yield from self.one(part, depth)
            is_open = depth < _DEEPEST and left[0] > 0 and bool(part.named + part.indexed)
            if is_open and part.value is not None:
                yield from self._parts(part, part.value, depth + 1, left)
        if line.named + line.indexed > len(shown):
            hidden = line.named + line.indexed - len(shown)
            yield (Segment(f"{'    ' * depth}… {hidden:,} more", _DIM),)

    def table(self, value: Table) -> Iterator[Line]:
        """The rows of a recorded frame."""
        from pipelens.cli.table import table

        head = ["", *(_one_line(plain(str(name))) for name in value.names)]
        rows = [
            [Segment(str(value.first + at), _DIM), *(Segment(self._cell(one)) for one in row)]
            for at, row in enumerate(value.rows[:_MOST_ROWS])
        ]
        yield from table(head, rows, width=self.width, elastic=tuple(range(len(head) - 1, 0, -1)))
        if len(value) > _MOST_ROWS:
            yield (Segment(f"… {len(value) - _MOST_ROWS:,} more rows", _DIM),)

    def _cell(self, value: object) -> str:
        text = self.values.text(as_value(value))
        quoted = len(text) > 1 and text[0] in "'\"" and text[-1] == text[0]
        return _one_line(text[1:-1] if quoted else text)[:60]


def user_frame(error: RecordedError) -> int:
    """The number of the user's innermost frame, of the innermost one where none is the user's."""
    mine = [at for at, frame in enumerate(error.frames) if frame.user]
    return mine[-1] if mine else max(0, len(error.frames) - 1)


def first_line(text: str) -> str:
    return text.strip().split("\n", 1)[0]


def _one_line(text: str) -> str:
    return " ".join(text.split("\n"))


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip())


def _argument_names(head: str, name: str) -> list[str]:
    """The arguments in `def name(…)`, wherever that stands in `head`."""
    at = head.find(f"def {name}")
    opening = head.find("(", at) if at >= 0 else -1
    closing = opening
    while opening >= 0 and (closing := head.find(")", closing + 1)) >= 0:
        try:
            tree = ast.parse(f"def f{head[opening : closing + 1]}: pass")
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        function = tree.body[0]
        if not isinstance(function, ast.FunctionDef):
            return []
        given = function.args
        extra = [one for one in (given.vararg, given.kwarg) if one is not None]
        return [one.arg for one in (*given.posonlyargs, *given.args, *given.kwonlyargs, *extra)]
    return []
