"""The line at which a task failed is a problem until the task runs again, or its source is edited.

What failed is known from the history, where it failed from the event file of that run: also for a
run in a terminal, and for one that ended before the server was started.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from pipelens.lsp.convert import uri_of

if TYPE_CHECKING:
    from pipelens.core.answers.findings import Finding
    from pipelens.core.project import Project
    from pipelens.lsp.server import Server
    from pipelens.protocol.failures import Failure

CODE: Final = "task-failed"
_MOST: Final = 100


class Failures:
    """For one client."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._read: dict[tuple[str, str], Finding | None] = {}
        self._lines: dict[tuple[str, str], str] = {}

    def findings(self) -> Mapping[str, tuple[Finding, ...]]:
        """The failing lines of all shown pipelines, by file."""
        found: dict[str, tuple[Finding, ...]] = {}
        for project in self._server.host.projects():
            for name, run in list(self._server.states.failed(project).items())[:_MOST]:
                finding = self._of(project, name, run)
                if finding is not None:
                    path = finding.problem.place.path
                    found[path] = (*found.get(path, ()), finding)
        return found

    def told(self) -> Iterator[Failure]:
        """The tasks of all shown pipelines whose last run failed, also those that were edited since."""
        from pipelens.lsp.run_events import happening
        from pipelens.protocol.failures import Failure
        from pipelens.runner.event_file import problem_in

        for project in self._server.host.projects():
            for name, run in list(self._server.states.last_failed(project).items())[:_MOST]:
                record = problem_in(project.root, run, name)
                if record is not None:
                    yield Failure(uri_of(project.path), run, happening(record))  # pyright: ignore

    def _of(self, project: Project, name: str, run: str) -> Finding | None:
        key = (run, name)
        if key not in self._read:
            self._read[key] = self._finding(project, name, run)
        finding = self._read[key]
        if finding is None:
            return None
        # An edit of a module that the task imports does not change its own source: the line tells.
        line = self._server.host.line(finding.problem.place.path, finding.span.start.line)
        return finding if self._lines.setdefault(key, line) == line else None

    def _finding(self, project: Project, name: str, run: str) -> Finding | None:
        from pipelens.core.answers.findings import Finding
        from pipelens.core.problems import Place, Problem
        from pipelens.core.text import Span
        from pipelens.runner.event_file import problem_in

        told = problem_in(project.root, run, name)
        path, number = (told.get("path"), told.get("line")) if told else (None, None)
        if told is None or not isinstance(path, str) or not isinstance(number, int):
            return None
        line = self._server.host.line(path, number)
        begin = len(line) - len(line.lstrip())
        span = Span.on_line(number, begin, max(begin, len(line.rstrip())))
        message = f"{name} failed here: {str(told.get('message', '')).strip()}"
        return Finding(Problem(CODE, message, Place(path, span), "error", task=name), span)
