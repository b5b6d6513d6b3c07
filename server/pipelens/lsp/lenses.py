"""The code lenses of a document, kept entry by entry: behind an edit only what it changed is made
anew, the rest moves up or down."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from pipelens.core.answers.offers import Offer, entry_offers, source_offers
from pipelens.lsp.convert import uri_of
from pipelens.lsp.entry_pages import EntryPages, Writer
from pipelens.lsp.lens_text import LINE, Columns, Voice, pipeline_lenses, task_lenses
from pipelens.protocol import commands

if TYPE_CHECKING:
    from pipelens.core.project import Project
    from pipelens.core.spec import TaskEntry
    from pipelens.core.text import Span
    from pipelens.lsp.server import Server
    from pipelens.runner.freshness import Freshness

MOST_WITH_ALL: Final = 1_000
"""Above so many tasks in one file each has one lens."""


class Lenses:
    """For one client."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self.pages = EntryPages(server, self._write, self._voice, sees_others=True)

    def of(self, uri: str, path: str) -> str:
        """All lenses of a document, as a JSON list."""
        found = [self._of_project(uri, path, project) for project in self._server.host.projects_with(path)]
        return f"[{','.join(filter(None, found))}]"

    def _voice(self, project: Project) -> Voice:
        return self._voice_for(len(project.tasks))

    def _voice_for(self, offered: int) -> Voice:
        options = self._server.options
        runs = options.trusted or commands.RUN_TASK in options.client_commands
        return Voice(
            runs,
            options.client == "vscode",
            offered > MOST_WITH_ALL,
            debugs=commands.DEBUG_TASK in options.client_commands,
        )

    def _of_project(self, uri: str, path: str, project: Project) -> str:
        if project.spec.form != "tasks":
            return ""
        parts = [self.pages.of(path, project)]
        voice, told = self._voice(project), self._server.states.of(project)
        if path == project.path and (lens := self._of_pipeline(project, told, voice)):
            parts.insert(0, lens)
        if project.tasks_in(path):
            parts.extend(self._of_source(uri, path, project, told))
        return ",".join(filter(None, parts))

    def _write(
        self, writer: Writer, project: Project, entry: TaskEntry, told: Mapping[str, Freshness]
    ) -> None:
        voice = self._voice(project)
        between = ""
        for offer in entry_offers(project, entry):
            where = self._columns(entry.path, offer.span.shifted(writer.first_line))
            for lens in self._lenses(project, offer, told, where, voice):
                writer.lined(between + lens, LINE, offer.span.start.line)
                between = ","

    def _of_pipeline(self, project: Project, told: Mapping[str, Freshness], voice: Voice) -> str:
        place = project.spec.section_places.get("tasks")
        if place is None or place.path != project.path:
            return ""
        where = self._columns(project.path, place.span)
        line = str(place.span.start.line)
        return ",".join(
            lens.replace(LINE, line) for lens in pipeline_lenses(uri_of(project.path), told, where, voice)
        )

    def _of_source(
        self, uri: str, path: str, project: Project, told: Mapping[str, Freshness]
    ) -> Iterator[str]:
        places, offers = self._server.places, list(source_offers(project, path))
        voice = self._voice_for(len(offers))
        for offer in offers:
            if not places.is_shown_in(uri, path, offer.span):
                continue
            shown = places.range(path, offer.span)
            where = Columns(shown.start.character, shown.end.character)
            for lens in self._lenses(project, offer, told, where, voice):
                yield lens.replace(LINE, str(shown.start.line))

    def _columns(self, path: str, span: Span) -> Columns:
        line, units = self._server.host.line(path, span.start.line), self._server.units
        return Columns(units.column(line, span.start.character), units.column(line, span.end.character))

    def _lenses(
        self, project: Project, offer: Offer, told: Mapping[str, Freshness], where: Columns, voice: Voice
    ) -> list[str]:
        state = told.get(offer.task.name)
        if state is None:
            return []
        uri, task = uri_of(project.path), offer.task
        recorded = self._server.states.recorded_failure(project, task.name) is not None
        return task_lenses(project, uri, task, state, where, voice, alone=offer.alone, recorded=recorded)
