"""What a person sees: styled lines, on a terminal in colour, elsewhere as plain text.

A line is a sequence of `Segment`s. rich is imported only when colour is wanted; programs that read
JSON, and pipes, never pay for it.
"""

from __future__ import annotations

import os
import sys
import unicodedata
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, TextIO

from pipelens.frozen import frozen

if TYPE_CHECKING:
    from rich.console import Console


@frozen
class Segment:
    """A piece of a line. `style`: a rich style, empty for none."""

    text: str
    style: str = ""


Line = Sequence[Segment]

SEVERITY_STYLES = {"error": "bold red", "warning": "bold yellow", "info": "bold cyan", "hint": "bold blue"}
STATE_STYLES = {
    "fresh": "green",
    "stale": "yellow",
    "never_run": "bright_black",
    "running": "cyan",
    "failed": "bold red",
    "unknown": "magenta",
}
_SYMBOLS = {"fresh": "✓", "stale": "●", "never_run": "○", "running": "↻", "failed": "✗", "unknown": "?"}
_PLAIN_SYMBOLS = {"fresh": "=", "stale": "*", "never_run": "o", "running": ">", "failed": "x", "unknown": "?"}
_REPLACEMENTS = {
    **{code: "�" for code in range(32) if code not in (9, 10)},
    **dict.fromkeys(range(127, 160), "�"),
    # Characters that turn the direction of text can make a terminal show what is not there.
    **dict.fromkeys((*range(8234, 8239), *range(8294, 8298), 8206, 8207), "�"),
    **dict.fromkeys(range(55296, 57344), "�"),
}


def harmless(text: str) -> str:
    """`text` without the characters that steer a terminal; tabs and line ends stay."""
    if text.isascii() and text.isprintable():
        return text
    return text.translate(_REPLACEMENTS)


def cells(text: str) -> int:
    """How many terminal columns `text` takes: wide East Asian characters two, combining ones none."""
    if text.isascii():
        return len(text)
    return sum(_cells_of(character) for character in text)


def _cells_of(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1


def padded(text: str, width: int) -> str:
    return text + " " * max(0, width - cells(text))


class Screen:
    """One output stream. A reader or a terminal that has gone away silences it and never ends the command."""

    def __init__(self, stream: TextIO | None = None, environ: dict[str, str] | None = None) -> None:
        self._stream = sys.stdout if stream is None else stream
        self._environ = os.environ if environ is None else environ
        self._gone = self._stream is None

    @cached_property
    def is_terminal(self) -> bool:
        try:
            return not self._gone and self._stream.isatty()
        except ValueError:
            return False

    @cached_property
    def is_coloured(self) -> bool:
        if self._environ.get("NO_COLOR"):
            return False
        if self._environ.get("FORCE_COLOR"):
            return True
        return self.is_terminal and self._environ.get("TERM") != "dumb"

    @cached_property
    def console(self) -> Console:
        """The rich console of this stream."""
        from rich.console import Console

        return Console(
            file=self._stream,
            force_terminal=self.is_coloured,
            color_system="auto" if self.is_coloured else None,
            highlight=False,
            soft_wrap=True,
        )

    @cached_property
    def width(self) -> int:
        """Columns of the terminal; plenty where there is none."""
        if not self.is_terminal:
            return 1000
        try:
            return os.get_terminal_size(self._stream.fileno()).columns or 80
        except (OSError, ValueError):
            return 80

    @cached_property
    def speaks_unicode(self) -> bool:
        return self.can_show("✓●○↻✗├─│└…")

    def can_show(self, text: str) -> bool:
        try:
            text.encode(getattr(self._stream, "encoding", None) or "ascii")
        except (UnicodeEncodeError, LookupError):
            return False
        return True

    def symbol(self, state: str) -> str:
        """The sign of a freshness state."""
        return (_SYMBOLS if self.speaks_unicode else _PLAIN_SYMBOLS).get(state, "?")

    def line(self, *segments: Segment | str) -> None:
        """Print one line."""
        if not self.is_coloured:
            text = "".join([part if isinstance(part, str) else part.text for part in segments])
            self.write(harmless(text).rstrip(" ") + "\n")
            return
        parts = [Segment(part) if isinstance(part, str) else part for part in segments]
        from rich.text import Text

        text = Text.assemble(*((harmless(part.text), part.style) for part in parts))
        text.rstrip()
        try:
            self.console.print(text, soft_wrap=True, highlight=False)
        except OSError:
            self._lose()

    def write(self, text: str) -> None:
        """Print `text` as it is."""
        if self._gone:
            return
        try:
            self._stream.write(text)
        except OSError:
            self._lose()

    def flush(self) -> None:
        if self._gone:
            return
        try:
            self._stream.flush()
        except OSError:
            self._lose()

    def _lose(self) -> None:
        """Nobody reads any more: from here on everything goes to the null device."""
        self._gone = True
        try:
            os.dup2(os.open(os.devnull, os.O_WRONLY), self._stream.fileno())
        except (OSError, ValueError):
            return


def counted(number: int, noun: str) -> str:
    """`1 task`, `3 tasks`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def shown_path(path: str, cwd: str) -> str:
    """`path` as a person in `cwd` would write it: relative where that is possible and short."""
    try:
        relative = os.path.relpath(path, cwd)
    except ValueError:
        return path
    return path if relative.count(".." + os.sep) > 3 else relative
