"""Which of the core's actions a client is offered: those of the kinds that it asks for, and that it can
carry out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from enum import Enum
from typing import TYPE_CHECKING

from lsprotocol import types

from pipelens.core.problems import CreateFile
from pipelens.lsp.edits import FileEdit, takes_new_files, workspace_edit

if TYPE_CHECKING:
    from pipelens.core.answers.actions import Action, ActionKind
    from pipelens.core.answers.fixes import Change
    from pipelens.core.text import Span
    from pipelens.lsp.server import Server

Kind = types.CodeActionKind | str

KINDS: dict[ActionKind, str] = {
    "fix": "quickfix",
    "fix of a kind": "quickfix",
    "ignore": "quickfix",
    "fix all": "source.fixAll.pipelens",
    "add task": "refactor",
}
_MOST_PIPELINES = 3


def offered(
    server: Server, path: str, span: Span, only: Sequence[Kind] | None, *, asked: bool
) -> Iterator[Action]:
    """What can be done about `span` of the file at `path`. only: kinds (None = all). asked: whether
    somebody asks; a client also looks by itself, at each move of the caret."""
    from pipelens.core.answers.actions import Sight, actions, add_task, fix_all
    from pipelens.core.answers.added_task import may_be_task
    from pipelens.workspace.discovery import pipelines_around

    host = server.host
    sight = Sight(host.lines, host.files)
    projects = host.projects_with(path)
    for project in projects:
        found = [*actions(project, path, span, sight)] if wanted(KINDS["fix"], only) else []
        yield from (one for one in found if _can(server, one))
        if wanted(KINDS["fix all"], only) and (only or any(one.preferred for one in found)):
            every = fix_all(project, path)
            yield from [every] if every is not None else []
    if not (wanted(KINDS["add task"], only) and may_be_task(path)):
        return
    if any(one.index.by_file.get(path) for one in projects):
        return
    for pipeline in pipelines_around(path, host.files)[:_MOST_PIPELINES]:
        project = host.project(pipeline)
        new = add_task(project, path, span, sight, asked=asked) if project is not None else None
        if new is not None:
            yield new
            return


def wanted(kind: str, only: Sequence[Kind] | None) -> bool:
    """Whether a client that asks for `only` some kinds takes this one."""
    named = [one.value if isinstance(one, Enum) else one for one in only or ()]
    return not named or any(not one or kind == one or kind.startswith(f"{one}.") for one in named)


def _can(server: Server, action: Action) -> bool:
    """Whether the client shows every text that the action changes, and makes new files. Fixes of many
    problems leave out what it does not."""
    return action.kind in ("fix all", "fix of a kind") or all(
        takes_new_files(server)
        if isinstance(change, CreateFile)
        else server.places.is_shown(change.place.path, change.place.span)
        for change in action.changes
    )


def edit_of(server: Server, changes: Iterable[Change]) -> types.WorkspaceEdit:
    """`changes` as the client applies them."""
    return workspace_edit(
        server,
        (
            one
            if isinstance(one, CreateFile)
            else FileEdit(one.place.path, one.place.span, one.text, one.raw)
            for one in changes
        ),
    )
