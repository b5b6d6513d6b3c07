"""Rename, and whether it can be: as one workspace edit, or with the reason why not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from pipelens.lsp.edits import FileEdit, workspace_edit
from pipelens.lsp.guard import Refusal

if TYPE_CHECKING:
    from pipelens.core.project import Project
    from pipelens.lsp.server import Server


def register(server: Server) -> None:
    def prepare(params: types.PrepareRenameParams) -> types.PrepareRenamePlaceholder | None:
        from pipelens.core.answers.rename import NotRenamed, renamable

        caret = server.places.caret(params.text_document, params.position)
        if caret is None:
            return None
        found = renamable(_sharing(server, caret.path), caret.path, caret.position, server.host.lines)
        if isinstance(found, NotRenamed):
            raise Refusal(found.reason)
        if found is None:
            return None
        return types.PrepareRenamePlaceholder(server.places.range(caret.path, found.span), found.name)

    def answer(params: types.RenameParams) -> types.WorkspaceEdit | None:
        from pipelens.core.answers.rename import NotRenamed, rename

        caret = server.places.caret(params.text_document, params.position)
        if caret is None:
            return None
        projects, lines = _sharing(server, caret.path), server.host.lines
        made = rename(projects, caret.path, caret.position, params.new_name, lines)
        if isinstance(made, NotRenamed):
            raise Refusal(made.reason)
        if made is None:
            raise Refusal("Nothing here has a name that Pipelens could change.")
        return workspace_edit(server, [FileEdit(one.place.path, one.place.span, one.text) for one in made])

    server.on(types.TEXT_DOCUMENT_PREPARE_RENAME, prepare)
    # A client that cannot prepare is told nothing of it.
    prepared = server.supports("text_document.rename.prepare_support")
    options = types.RenameOptions(prepare_provider=True) if prepared else None
    server.on(types.TEXT_DOCUMENT_RENAME, answer, options)


def _sharing(server: Server, path: str) -> list[Project]:
    """The pipelines that the file belongs to, then the others of the workspace: they may share sources."""
    own = server.host.projects_with(path)
    known = {project.path for project in own}
    others = (server.host.project(one) for one in server.host.pipelines() if one not in known)
    return [*own, *(project for project in others if project is not None)]
