"""Frames of a notebook's cells: which cell of the file here, and the document that an editor shows it in.

A cell's code ran under a name of its own: the notebook's, with the number of the cell; or, under the
debugger, that of a file in the state folder.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from pipelens.debug.recorded import Dump, Frame
from pipelens.debug.recorded_sources import RecordedSources, same_text
from pipelens.frozen import frozen

_CELL: Final = re.compile(r"(.+\.ipynb) cell (\d{1,6})\Z", re.DOTALL)
_CELL_FILE: Final = re.compile(r"(?:.*[\\/])?cells[\\/][^\\/]+[\\/](\d{1,6})-[^\\/]*\.py\Z", re.DOTALL)


@frozen
class CellPlace:
    """path: of the notebook here. index: among all cells, from 0. is_changed: whether the cell's text is
    another than when the task failed."""

    path: str
    index: int
    is_changed: bool


class RecordedCells:
    """uris: of notebooks (absolute paths), the address of each cell's document, None for one without code."""

    def __init__(
        self, dump: Dump, sources: RecordedSources, uris: Mapping[str, tuple[str | None, ...]]
    ) -> None:
        self._dump, self._sources, self._uris = dump, sources, uris
        self._texts: dict[str, tuple[str, ...]] = {}

    def place(self, frame: Frame) -> CellPlace | None:
        """None for code that is in no cell, or in none that is still there."""
        if (found := _CELL.match(frame.file)) is not None:
            local = self._sources.local(replace(frame, file=found[1]))
            number = int(found[2])
        elif len(self._uris) == 1 and (found := _CELL_FILE.match(frame.file)) is not None:
            local = self._sources.local(replace(frame, file=next(iter(self._uris)), in_root=False))
            number = int(found[1])
        else:
            return None
        if local is None:
            return None
        path, text = local
        cells = self._cells(path, text)
        if not 0 < number <= len(cells):
            return None
        recorded = self._dump.source(frame.file)
        same = recorded is not None and any(same_text(recorded, one) for one in _forms(cells[number - 1]))
        return CellPlace(path, number - 1, not same)

    def uri(self, frame: Frame) -> tuple[str, CellPlace] | None:
        """The address of the document that shows the cell as it was, and which cell it is."""
        place = self.place(frame) if self._uris else None
        if place is None or place.is_changed:
            return None
        uris = self._uris.get(os.path.abspath(place.path), ())
        uri = uris[place.index] if place.index < len(uris) else None
        return None if uri is None else (uri, place)

    def _cells(self, path: str, text: str) -> tuple[str, ...]:
        found = self._texts.get(path)
        if found is None:
            from pipelens.core.cells import CellsError, read_cells_quickly

            read = read_cells_quickly(path, text)
            found = () if isinstance(read, CellsError) else tuple(cell.source for cell in read.cells)
            self._texts[path] = found
        return found


def _forms(source: str) -> tuple[str, str]:
    """A cell as it is written, and as the file says it that stands for it under the debugger."""
    from pipelens.core.magics import plain_python

    return source, plain_python(source).text
