"""What failed tasks recorded, for clients that have no debugger to open it with."""

from __future__ import annotations

import asyncio
import os
from datetime import datetime
from typing import TYPE_CHECKING, Final

from lsprotocol import types

from pipelens.lsp.convert import uri_of
from pipelens.protocol.commands import OPEN_FAILURE
from pipelens.protocol.failures import ErrorTold, PostMortem
from pipelens.protocol.tasks import TaskRef

if TYPE_CHECKING:
    from pipelens.core.project import Project
    from pipelens.lsp.server import Server

_LONGEST: Final = 300


async def post_mortem(server: Server, project: Project, task: str) -> PostMortem | str:
    """What the last failure of a task left, as a page; why there is none, for people."""
    path = server.states.recorded_failure(project, task)
    if path is None:
        return f"No failure of {task} is recorded: its last run left none."
    return await asyncio.to_thread(_made, path, project.root, server.options.trusted)


def _made(path: str, root: str, trusted: bool) -> PostMortem | str:
    """Runs nothing; reads the recording and, to name the files of frames, whether they are still there."""
    from pipelens.debug.dump_file import DumpError, read_dump
    from pipelens.debug.failure_page import failure_page
    from pipelens.debug.recorded import Frame
    from pipelens.debug.recorded_sources import RecordedSources
    from pipelens.debug.trace_text import full_type

    dump = read_dump(path)
    if isinstance(dump, DumpError):
        return dump.message
    sources = RecordedSources(dump, root)

    def place(frame: Frame) -> str:
        found = sources.path(frame)
        return frame.file if found is None else os.path.relpath(found, root)

    at = datetime.fromtimestamp(dump.created).astimezone().isoformat(timespec="seconds")
    error = dump.errors[0]
    html = failure_page(dump, place, trusted=trusted)
    return PostMortem(path, html, ErrorTold(full_type(error), error.message), at)


async def show_failure(server: Server, given: tuple[object, ...]) -> None:
    """Open the page in the user's browser; where a client cannot have that done, tell the error and how
    to see the rest."""
    from pipelens.lsp.run_asking import Asking

    asking = Asking(server)
    found = await asking.task(TaskRef.read(given[0]) if given else None)
    if found is None:
        return
    project, task = found
    told = await post_mortem(server, project, task)
    if isinstance(told, str):
        asking.tell(types.MessageType.Info, told)
        return
    page = _written(told) if server.options.trusted else None
    if page is not None and server.supports("window.show_document.support"):
        params = types.ShowDocumentParams(uri_of(page), external=True)
        if (await server.window_show_document_async(params)).success:
            return
    error = f"{told.error.type}: {told.error.message}" if told.error.message else told.error.type
    where = f"; as a page: {page}" if page is not None else ""
    asking.tell(
        types.MessageType.Error,
        f"{task} failed: {error[:_LONGEST]}\nIn a terminal: pipelens postmortem {task}{where}",
    )


def _written(told: PostMortem) -> str | None:
    """The page beside the recording, with which it ages; its path, None where it cannot be written."""
    from pipelens.runner.whole_file import write_whole

    path = f"{told.dump.removesuffix('.plpm')}.html"
    try:
        write_whole(path, told.html.encode("utf-8", "replace"), mode=0o600)
    except OSError:
        return None
    return path


def opening_actions(server: Server, params: types.CodeActionParams) -> list[types.CodeAction]:
    """For each failing line at the place: open what the failure recorded."""
    from pipelens.lsp.failures import CODE

    shown = [one for one in params.context.diagnostics if one.code == CODE]
    found: list[types.CodeAction] = []
    for project in server.host.projects() if shown else ():
        for name in server.states.failed(project):
            about = [one for one in shown if one.message.startswith(f"{name} failed here: ")]
            if about and server.states.recorded_failure(project, name) is not None:
                title = f"Open failure of {name}"
                task = {"pipeline": uri_of(project.path), "task": name}
                command = types.Command(title, OPEN_FAILURE, arguments=[task])
                kind = types.CodeActionKind.QuickFix
                found.append(types.CodeAction(title, kind, diagnostics=about, command=command))
    return found
