"""A recorded failure as one HTML page, for clients without a debugger.

The page holds no script, loads nothing and links to nothing; its content-security policy allows its
own style sheet alone, which it names by its hash. Everything that comes from the recording is escaped,
and how much of it is shown is bounded.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from html import escape
from typing import Final

from pipelens.debug.dump_values import EvaluationError, Line, Reference, Value, Values, as_value
from pipelens.debug.evaluation import evaluate
from pipelens.debug.recorded import Dump, Frame, Local, RecordedError, plain
from pipelens.debug.trace_text import formatted, headline
from pipelens.debug.whole_values import Table

_AROUND: Final = 5
_DEEPEST: Final = 4
_MOST_VALUES: Final = 4_000
_MOST_OF_ONE: Final = 60
_LONGEST: Final = 1_000
_LONGEST_CELL: Final = 80
_LONGEST_TRACE: Final = 100_000
_MOST_PACKAGES: Final = 500
_LINKS: Final = {
    "cause": "It was raised from",
    "context": "It was raised while handling",
    "member": "In the group",
}

_STYLE: Final = """
:root { color-scheme: light dark; --ground: #fff; --ink: #1b1b1b; --faint: #6b6b6b; --rule: #ddd; --here: #fff1cc;
  --bad: #b3261e; --soft: #f6f6f6; }
@media (prefers-color-scheme: dark) { :root { --ground: #1e1e1e; --ink: #e6e6e6; --faint: #a0a0a0; --rule: #444;
  --here: #4b3d10; --bad: #ff8a80; --soft: #262626; } }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem;
  background: var(--ground); color: var(--ink); overflow-wrap: anywhere; }
h1 { font-size: 1.3rem; margin-bottom: .2rem; }
h2 { font-size: 1.05rem; margin-top: 2rem; }
.error { color: var(--bad); font-weight: 600; white-space: pre-wrap; }
.faint, .type { color: var(--faint); }
code, pre, td, .type { font-family: ui-monospace, monospace; font-size: 13px; }
pre { overflow: auto; padding: .6rem; background: var(--soft); border: 1px solid var(--rule); overflow-wrap: normal; }
pre .here { background: var(--here); display: inline-block; min-width: 100%; }
pre .place { text-decoration: underline wavy var(--bad); }
details { margin: .2rem 0; }
summary { cursor: pointer; }
details.frame { border: 1px solid var(--rule); border-radius: 4px; padding: .4rem .8rem; margin: .5rem 0; }
details.value > *:not(summary) { margin-left: 1.2rem; }
ul { list-style: none; margin: .2rem 0; padding-left: 1rem; }
table { border-collapse: collapse; display: block; overflow: auto; }
th, td { text-align: left; padding: .15rem .9rem .15rem 0; border-bottom: 1px solid var(--rule); white-space: nowrap; }
"""


def failure_page(dump: Dump, place: Callable[[Frame], str] | None = None, *, trusted: bool = True) -> str:
    """A complete HTML document. place: how a frame's file is named. trusted: whether recorded arrays may
    be rebuilt."""
    shown = place or (lambda frame: frame.file)
    digest = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    title = escape(f"{dump.task} failed: {' '.join(headline(dump.errors[0]).split())}"[:200])
    return f"""\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-{digest}'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{_STYLE}</style>
</head>
<body>
{_Page(dump, shown, trusted=trusted).text()}
</body>
</html>
"""


class _Page:
    """The body of one page, and how much more may be shown in it."""

    def __init__(self, dump: Dump, place: Callable[[Frame], str], *, trusted: bool) -> None:
        self._dump = dump
        self._place = place
        self._values = Values(dump, trusted=trusted)
        self._left = _MOST_VALUES
        self._lines: dict[str, list[str]] = {}

    def text(self) -> str:
        return "\n".join(self._parts())

    def _parts(self) -> Iterator[str]:
        dump = self._dump
        at = datetime.fromtimestamp(dump.created, timezone.utc).astimezone()
        yield f"<h1>{escape(dump.task[:_LONGEST])} failed</h1>"
        told = f"{at:%Y-%m-%d %H:%M:%S}, Python {dump.python}, run {dump.run}"
        if dump.truncated:
            told += f"; the recording was cut short ({', '.join(dump.truncated)})"
        yield f'<p class="faint">{escape(told[:_LONGEST])}</p>'
        for at_error, error in enumerate(dump.errors):
            yield from self._error(error, is_first=at_error == 0)
        yield "<h2>More</h2>"
        yield _folded(
            "The traceback as text",
            f"<pre>{escape(plain(formatted(dump, self._place)[:_LONGEST_TRACE]))}</pre>",
        )
        if dump.packages:
            named = "".join(
                f"<tr><td>{escape(name[:100])}</td><td>{escape(version[:100])}</td></tr>"
                for name, version in sorted(dump.packages.items())[:_MOST_PACKAGES]
            )
            yield _folded("Versions of packages", f"<table>{named}</table>")

    def _error(self, error: RecordedError, *, is_first: bool) -> Iterator[str]:
        if not is_first:
            yield f"<h2>{escape(_LINKS.get(error.link or '', 'Another error'))}</h2>"
        yield f'<p class="error">{escape(headline(error)[:_LONGEST])}</p>'
        for note in error.notes[:_MOST_OF_ONE]:
            yield f"<p>{escape(note[:_LONGEST])}</p>"
        mine = [at for at, frame in enumerate(error.frames) if frame.user]
        opened = mine[-1] if mine else len(error.frames) - 1
        inside: list[str] = []
        for at in range(len(error.frames) - 1, -1, -1):
            if error.frames[at].user or not mine:
                yield from _libraries(inside)
                yield self._frame(error.frames[at], is_open=is_first and at == opened)
            else:
                inside.append(self._frame(error.frames[at], is_open=False))
            if error.missing is not None and error.missing[0] == at:
                yield from _libraries(inside)
                yield f'<p class="faint">… {error.missing[1]:,} frames were not recorded …</p>'
        yield from _libraries(inside)

    def _frame(self, frame: Frame, *, is_open: bool) -> str:
        self._left -= 10
        place = escape(f"{self._place(frame)[-_LONGEST:]}:{frame.line}")
        name = escape((frame.qualname or frame.name)[:_LONGEST])
        where = f"<b>{place}</b>" if frame.user else f'<span class="faint">{place}</span>'
        if self._left <= 0:
            return f'<p class="frame">{where} in <code>{name}</code></p>'
        source = self._source(frame)
        parts = [f"<pre>{source}</pre>" if source else ""]
        parts.append(self._names("Locals", frame.locals, frame.more))
        parts.append(self._names("Globals used here", frame.globals, 0))
        return (
            f'<details class="frame"{" open" if is_open else ""}>'
            f"<summary>{where} in <code>{name}</code></summary>{''.join(parts)}</details>"
        )

    def _source(self, frame: Frame) -> str:
        """The lines around the failing one."""
        if frame.file not in self._lines:
            text = self._dump.source(frame.file)
            self._lines[frame.file] = (
                plain(text).replace("\r", "").removesuffix("\n").split("\n") if text is not None else []
            )
        lines = self._lines[frame.file]
        if not lines:
            return escape(frame.text[:_LONGEST])
        shown: list[str] = []
        for number in range(max(1, frame.line - _AROUND), min(len(lines), frame.line + _AROUND) + 1):
            line = lines[number - 1][:_LONGEST]
            if number != frame.line:
                shown.append(f'<span class="faint">{number:>5}</span>  {escape(line)}')
                continue
            shown.append(
                f'<span class="here"><span class="faint">{number:>5}</span>  {_marked(line, frame)}</span>'
            )
        return "\n".join(shown)

    def _names(self, title: str, named: tuple[Local, ...], more: int) -> str:
        if not named:
            return ""
        items: list[str] = []
        for local in named:
            if self._left <= 0:
                break
            items.append(self._item(self._values.line(local.name, Reference(local.node), local.name), 1))
        if len(items) < len(named):
            items.append(f'<li class="faint">… {len(named) - len(items):,} more</li>')
        if more:
            items.append(f'<li class="faint">… {more:,} more were not recorded</li>')
        return f'<p class="faint">{title}</p><ul>{"".join(items)}</ul>'

    def _item(self, line: Line, depth: int) -> str:
        self._left -= 1
        name, text = escape(line.name[:_LONGEST]), escape(line.text[:_LONGEST])
        if line.value is None:
            return f'<li class="faint">{name} {text}</li>'
        kind = f' <span class="type">{escape(line.type[:100])}</span>' if line.type else ""
        told = f"<code>{name}</code>{kind} <code>{text}</code>"
        inside = self._inside(line, line.value, depth) if line.named + line.indexed else ""
        if not inside:
            return f"<li>{told}</li>"
        return f'<li><details class="value"><summary>{told}</summary>{inside}</details></li>'

    def _inside(self, line: Line, value: Value, depth: int) -> str:
        if depth >= _DEEPEST or self._left <= 0:
            return ""
        if line.type == "DataFrame" and isinstance(value, Reference):
            table = self._table(value)
            if table:
                return table
        count = min(_MOST_OF_ONE, self._left)
        below = self._values.children(value, line.path, count=count)
        items = [self._item(child, depth + 1) for child in below]
        hidden = line.named + line.indexed - len(below)
        if hidden > 0:
            items.append(f'<li class="faint">… {hidden:,} more</li>')
        return f"<ul>{''.join(items)}</ul>"

    def _table(self, value: Reference) -> str:
        """The first rows of a recorded data frame."""
        found = self._head(value)
        if found is None:
            return ""
        self._left -= len(found.rows)
        head = "".join(
            f"<th>{escape(plain(str(name))[:_LONGEST_CELL])}</th>" for name in found.names[:_MOST_OF_ONE]
        )
        rows = "".join(
            f'<tr><td class="faint">{found.first + at}</td>'
            + "".join(f"<td>{escape(self._cell(cell))}</td>" for cell in row[:_MOST_OF_ONE])
            + "</tr>"
            for at, row in enumerate(found.rows)
        )
        return f"<table><tr><th></th>{head}</tr>{rows}</table>"

    def _head(self, value: Reference) -> Table | None:
        holder = Frame("", False, "", "", 0, None, None, None, None, True, (Local("it", value.node),), ())
        found = evaluate("it.head(10)", holder, self._values)
        return found if isinstance(found, Table) and not isinstance(found, EvaluationError) else None

    def _cell(self, value: object) -> str:
        return self._values.text(as_value(value))[:_LONGEST_CELL]


def _marked(line: str, frame: Frame) -> str:
    """The failing line, with the part that failed underlined."""
    begin, end = frame.column, frame.end_column
    if begin is None or end is None or frame.end_line != frame.line or not 0 <= begin < end <= len(line):
        return escape(line)
    return f'{escape(line[:begin])}<span class="place">{escape(line[begin:end])}</span>{escape(line[end:])}'


def _libraries(frames: list[str]) -> Iterator[str]:
    """Frames of libraries between those of the user, folded; the list is emptied."""
    if frames:
        told = "a frame" if len(frames) == 1 else f"{len(frames)} frames"
        yield (
            f'<details class="libraries"><summary class="faint">{told} in libraries</summary>'
            f"{''.join(frames)}</details>"
        )
    frames.clear()


def _folded(title: str, inside: str) -> str:
    return f"<details><summary>{escape(title)}</summary>{inside}</details>"
