"""The line that is being typed: what may only be unfinished in it is told after a pause."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from pipelens.core.problems import rules

if TYPE_CHECKING:
    from pipelens.core.answers.findings import Finding
    from pipelens.lsp.server import Server


class TypingLine:
    """The line of the last edit, until nothing was typed for `settings.typing_pause` milliseconds."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._where: tuple[str, int] | None = None
        self._told: frozenset[str] = frozenset()
        self._shown: dict[str, tuple[Finding, ...]] = {}
        self._pause: asyncio.TimerHandle | None = None

    @property
    def path(self) -> str | None:
        """The file that is being typed in."""
        return self._where[0] if self._where is not None else None

    def typed(self, path: str, line: int) -> None:
        """Something was typed in a line of a file."""
        pause = self._server.settings.typing_pause / 1000
        if not pause:
            self._where = None
            return
        if self._where != (path, line):
            self._where = (path, line)
            self._told = frozenset(
                one.problem.code for one in self._shown.get(path, ()) if _touches(one, line)
            )
        if self._pause is not None:
            self._pause.cancel()
        self._pause = asyncio.get_running_loop().call_later(pause, self._over)

    def without_unfinished(self, path: str, findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
        """What is told now. Of what may be unfinished only the codes that the line showed already."""
        told = findings
        if self._where is not None and self._where[0] == path:
            line = self._where[1]
            held = {id(one) for one in findings if _touches(one, line) and self._waits(one.problem.code)}
            told = tuple(one for one in findings if id(one) not in held) if held else findings
        if path in self._server.host.documents:
            self._shown[path] = told
        else:
            self._shown.pop(path, None)
        return told

    def _waits(self, code: str) -> bool:
        rule = rules().get(code)
        return rule is not None and not rule.while_typing and code not in self._told

    def _over(self) -> None:
        self._pause, path = None, self.path
        self._where = None
        if path is not None:
            self._server.edited.add(path)
            self._server.schedule.now()


def _touches(finding: Finding, line: int) -> bool:
    return finding.span.start.line <= line <= finding.span.end.line
