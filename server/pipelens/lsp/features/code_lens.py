"""Code lenses: `▶ Run` at each task that can be run, and how fresh it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lsprotocol import types

from pipelens.core.answers.offers import Offer, offers
from pipelens.core.project import Project
from pipelens.lsp.convert import path_of, uri_of
from pipelens.lsp.states import SIGNS
from pipelens.protocol import commands
from pipelens.protocol.tasks import Freshness, Runnable, WirePosition
from pipelens.runner import freshness as freshness_
from pipelens.runner.plan import Plan, Step, refuse_unsupported

if TYPE_CHECKING:
    from pipelens.lsp.server import Server


def register(server: Server) -> None:
    def lenses(params: types.CodeLensParams) -> list[types.CodeLens]:
        path = path_of(params.text_document.uri)
        if path is None:
            return []
        return [
            lens
            for project in server.host.projects_with(path)
            for offer in offers(project, path)
            for lens in _lenses(server, project, offer, path, server.states.of(project)[offer.task.name])
        ]

    if server.options.trusted:
        server.on(types.TEXT_DOCUMENT_CODE_LENS, lenses)


def _lenses(
    server: Server, project: Project, offer: Offer, path: str, told: freshness_.Freshness
) -> Iterator[types.CodeLens]:
    name = offer.task.name
    where = server.units.range(offer.span, server.lines(path))
    runs = refuse_unsupported(project, Plan((Step(name, "run", ""),))) is None
    runnable = Runnable(
        pipeline=uri_of(project.path),
        task=name,
        start=WirePosition(where.start.line, where.start.character),
        end=WirePosition(where.end.line, where.end.character),
        freshness=Freshness(told.state, told.reason),
        can=("run",) if runs else (),
    ).as_json()
    is_code = server.options.client == "vscode"
    suffix = "" if offer.alone else f" {name}"
    if runs:
        title = f"{'$(play)' if is_code else '▶'} Run{suffix}"
        yield types.CodeLens(where, types.Command(title, commands.RUN_TASK, arguments=[runnable]))
    title = f"{SIGNS[told.state]}{suffix} {told.state.replace('_', ' ')}"
    if told.state not in ("fresh", "never_run", "running"):
        title += f": {told.reason.splitlines()[0]}"
    command = "" if is_code else commands.SHOW_TEXT
    yield types.CodeLens(where, types.Command(title, command, arguments=[runnable]))
