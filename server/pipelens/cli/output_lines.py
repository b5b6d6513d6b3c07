"""What tasks print, as whole lines that say whose they are."""

from __future__ import annotations

from typing import Final

_LONGEST: Final = 8192
"""Characters after which a line that does not end is shown as far as it has come."""


class OutputLines:
    """Text of several tasks, put together to lines. prefixed: each begins with its task's name."""

    def __init__(self, *, prefixed: bool) -> None:
        self._prefixed = prefixed
        self._begun: dict[str, str] = {}

    def add(self, task: str, text: str) -> str:
        """The lines that are whole now."""
        *whole, rest = (self._begun.pop(task, "") + text).split("\n")
        if len(rest) > _LONGEST:
            whole.append(rest)
            rest = ""
        if rest:
            self._begun[task] = rest
        return "".join(self._shown(task, line) for line in whole)

    def end(self, task: str) -> str:
        """What a task that has ended printed last without a line end."""
        rest = self._begun.pop(task, "")
        return self._shown(task, rest) if rest else ""

    def _shown(self, task: str, line: str) -> str:
        # A line that was written over (a progress bar of the task) is shown as it was last.
        line = line.rstrip("\r").rpartition("\r")[2]
        return f"[{task}] {line}\n" if self._prefixed else f"{line}\n"
