"""Edits of files as one workspace edit: with versions and new files where the client takes them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.capabilities import get_capability

from pipelens.core.problems import CreateFile
from pipelens.frozen import frozen
from pipelens.lsp.convert import uri_of

if TYPE_CHECKING:
    from pipelens.core.text import Span
    from pipelens.lsp.server import Server


@frozen
class FileEdit:
    """Replace what `span` of the file at `path` covers by `text`, written as its language has it
    (inside a notebook's cell: as in the cell, not as in the JSON; raw: JSON already, as it stands
    between the cells)."""

    path: str
    span: Span
    text: str
    raw: bool = False


def workspace_edit(server: Server, edits: Iterable[FileEdit | CreateFile]) -> types.WorkspaceEdit:
    """All of `edits` at once. Spans count in the documents as they are now and do not overlap."""
    created: list[CreateFile] = []
    changed: dict[str, list[types.TextEdit]] = {}
    versions: dict[str, int | None] = {}
    for edit in edits:
        if isinstance(edit, CreateFile):
            created.append(edit)
            continue
        if not server.places.is_shown(edit.path, edit.span):
            continue  # a notebook that is told cell by cell has nothing but its cells to edit
        where = server.places.location(edit.path, edit.span)
        versions[where.uri] = server.places.version(where.uri)
        changed.setdefault(where.uri, []).append(types.TextEdit(where.range, _written(server, edit)))
    announced = server.supports("workspace.workspace_edit.document_changes")
    if not (announced or (created and takes_new_files(server))):
        return types.WorkspaceEdit(changes=changed)
    operations: list[types.TextDocumentEdit | types.CreateFile | types.RenameFile | types.DeleteFile] = []
    for one in created:
        uri = uri_of(one.path)
        operations.append(types.CreateFile(uri, options=types.CreateFileOptions(ignore_if_exists=True)))
        top = types.Range(types.Position(0, 0), types.Position(0, 0))
        changed.setdefault(uri, []).insert(0, types.TextEdit(top, one.text))
    operations.extend(
        types.TextDocumentEdit(types.OptionalVersionedTextDocumentIdentifier(uri, versions.get(uri)), texts)
        for uri, texts in changed.items()
    )
    return types.WorkspaceEdit(document_changes=operations)


def takes_new_files(server: Server) -> bool:
    """Whether the client creates files that an edit asks for. Some announce that, and not the form of
    edits in which alone it can be asked for."""
    kinds = get_capability(server.capabilities, "workspace.workspace_edit.resource_operations", ())
    return types.ResourceOperationKind.Create in (kinds or ())


def _written(server: Server, edit: FileEdit) -> str:
    """The text as the document has it that is edited: JSON where that is a notebook's file."""
    if edit.raw or not edit.path.endswith(".ipynb") or edit.path in server.places.notebooks.by_path:
        return edit.text
    from pipelens.core.notebook_json import inside_json

    file = server.host.files.read(edit.path)
    return inside_json(edit.text, file if isinstance(file, str) else "")
