"""`pipelens/runnables`: the tasks that a document shows, where, and what can be done with them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from pipelens.lsp.convert import uri_of
from pipelens.protocol.pipelines import RUNNABLES
from pipelens.protocol.tasks import Freshness, Runnable, WirePosition, WireRange

if TYPE_CHECKING:
    from pipelens.core.project import Project, Task
    from pipelens.core.text import Span
    from pipelens.lsp.server import Server


def register(server: Server) -> None:
    def runnables(params: Any) -> list[dict[str, object]]:
        uri = getattr(getattr(params, "textDocument", None), "uri", None)
        if not isinstance(uri, str) or (path := server.places.path(uri)) is None:
            return []
        return [
            runnable(project, task, path, span).as_json()
            for project in server.host.projects_with(path)
            for task, span in _shown(project, path)
            if server.places.is_shown_in(uri, path, span)
        ]

    def runnable(project: Project, task: Task, path: str, span: Span) -> Runnable:
        from pipelens.lsp.lens_text import verbs_of

        where = server.places.range(path, span)
        told = server.states.of(project)[task.name]
        recorded = server.states.recorded_failure(project, task.name) is not None
        verbs = verbs_of(project, task.name, recorded=recorded)
        return Runnable(
            pipeline=uri_of(project.path),
            task=task.name,
            range=WireRange(
                WirePosition(where.start.line, where.start.character),
                WirePosition(where.end.line, where.end.character),
            ),
            freshness=Freshness(told.state, told.reason),
            can=tuple(verb for verb in verbs if server.options.trusted or verb == "failure"),
        )

    server.on(RUNNABLES, runnables)


def _shown(project: Project, path: str) -> Iterator[tuple[Task, Span]]:
    from pipelens.core.answers.offers import entry_offers, source_offers

    for id, entry in project.entries.items():
        if entry.path == path:
            first = project.first_lines.get(id, 0)
            yield from ((offer.task, offer.span.shifted(first)) for offer in entry_offers(project, entry))
    yield from ((offer.task, offer.span) for offer in source_offers(project, path))
