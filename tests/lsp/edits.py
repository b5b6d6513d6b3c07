"""Edits as an editor applies them to its files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from lsprotocol import types
from pygls import uris


def apply_edit(edit: types.WorkspaceEdit) -> None:
    """Write what a workspace edit says, as an editor that counts UTF-16 and saves would."""
    for change in edit.document_changes or ():
        match change:
            case types.CreateFile(uri=uri):
                path = path_of(uri)
                path.parent.mkdir(parents=True, exist_ok=True)
                assert not path.exists() or (change.options and change.options.ignore_if_exists)
                path.touch()
            case types.TextDocumentEdit(text_document=document, edits=edits):
                texts = [one for one in edits if isinstance(one, types.TextEdit)]
                assert len(texts) == len(edits)
                _write(path_of(document.uri), texts)
            case _:
                raise AssertionError(f"an edit that no test knows: {change}")
    changes: Mapping[str, Sequence[types.TextEdit]] = edit.changes or {}
    for uri, texts in changes.items():
        _write(path_of(uri), texts)


def path_of(uri: str) -> Path:
    return Path(uris.to_fs_path(uri) or "")


def _write(path: Path, edits: Sequence[types.TextEdit]) -> None:
    path.write_bytes(edited(path.read_bytes().decode(), edits).encode())


def edited(text: str, edits: Sequence[types.TextEdit]) -> str:
    """`text` after edits that all count in the text before."""
    lines = text.splitlines(keepends=True) or [""]
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))

    def offset(at: types.Position) -> int:
        if at.line >= len(lines):
            return len(text)
        line = lines[at.line].rstrip("\r\n")
        units = line.encode("utf-16-le")[: 2 * at.character]
        return starts[at.line] + len(units.decode("utf-16-le", "ignore"))

    ordered = sorted(enumerate(edits), key=lambda one: (offset(one[1].range.start), one[0]), reverse=True)
    last = len(text)
    for _, one in ordered:
        start, end = offset(one.range.start), offset(one.range.end)
        assert start <= end <= last, "edits overlap"
        text, last = text[:start] + one.new_text + text[end:], start
    return text
