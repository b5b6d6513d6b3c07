"""Places in a test's files by the text around them, in the units that were agreed on."""

from __future__ import annotations

from lsprotocol import types

from tests.lsp.editor import Editor

_BYTES = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}


def caret(of: Editor, name: str, mark: str) -> types.TextDocumentPositionParams:
    """The place of the `|` in `mark`, at the first place of the file where its text stands."""
    before, after = mark.split("|")
    text = (of.root / name).read_text(encoding="utf-8")
    at = text.index(before + after) + len(before)
    line = text.count("\n", 0, at)
    start = text[text.rfind("\n", 0, at) + 1 : at]
    codec, size = _units(of)
    position = types.Position(line, len(start.encode(codec)) // size)
    return types.TextDocumentPositionParams(types.TextDocumentIdentifier(of.uri(name)), position)


def shown(of: Editor, uri: str, where: types.Range) -> str:
    """File, line and text of a range on one line."""
    name = uri.rsplit("/", 1)[1]
    line = (of.root / name).read_text(encoding="utf-8").split("\n")[where.start.line]
    codec, size = _units(of)
    text = line.encode(codec)[where.start.character * size : where.end.character * size].decode(codec)
    return f"{name}:{where.start.line}:{text}"


def _units(of: Editor) -> tuple[str, int]:
    return _BYTES[of.result.capabilities.position_encoding or "utf-16"]
