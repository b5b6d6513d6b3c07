"""Cells of an `.ipynb` as files that a debugger can know, and as the documents that an editor knows.

One runtime file per code cell, line for line the cell: code objects carry its path, breakpoints and
frames are translated by table, and no line is ever computed (section 4 of the design).
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Any

from pipelens.debug.launch import LaunchError
from pipelens.frozen import frozen
from pipelens.runner.task_plan import cell_file
from pipelens.runner.whole_file import write_whole

Json = dict[str, Any]


@frozen
class CellFiles:
    """notebook: the `.ipynb`, None for other tasks. to_file: URI of a cell's document → its file;
    to_uri: the other way. files: all that were written."""

    notebook: str | None
    files: tuple[str, ...] = ()
    to_file: Mapping[str, str] = field(default_factory=dict[str, str])
    to_uri: Mapping[str, str] = field(default_factory=dict[str, str])

    @classmethod
    def written(cls, root: str, plan: Json, uris: Sequence[str | None] | None) -> CellFiles:
        """Write the runtime files of the cells in `plan` and let the plan name them. Raises
        `LaunchError` when the client's cells are not those of the file."""
        cells = [cell for cell in plan.get("cells") or () if cell.get("pseudo")]
        if not cells:
            return no_cell_files()
        notebook = str(plan["source"])
        ids = _cell_ids(notebook)
        if uris is not None and len(uris) != len(ids):
            raise LaunchError(
                f"{os.path.basename(notebook)} has {len(ids)} cells on disk and {len(uris)} in the editor; "
                "save it first"
            )
        folder = os.path.dirname(cell_file(root, plan["task"], 0, ""))
        os.makedirs(folder, 0o700, exist_ok=True)
        files: list[str] = []
        to_file: dict[str, str] = {}
        for cell in cells:
            index = int(cell["index"])
            path = cell_file(root, plan["task"], index, ids[index])
            write_whole(path, _compilable(str(cell["source"])).encode("utf-8"), mode=0o600)
            del cell["pseudo"]
            cell.update(filename=path, line=1)
            files.append(path)
            if uris is not None and (uri := uris[index]) is not None:
                to_file[uri] = path
        for name in set(os.listdir(folder)) - {os.path.basename(path) for path in files}:
            os.unlink(os.path.join(folder, name))
        return cls(notebook, tuple(files), to_file, {path: uri for uri, path in to_file.items()})

    def file_of(self, path: object) -> str | None:
        return self.to_file.get(path) if isinstance(path, str) else None

    def shown(self, source: Json) -> Json:
        """The source as the client knows it. A cell's document must come without a reference."""
        uri = self.to_uri.get(str(source.get("path")))
        if uri is None:
            return source
        assert self.notebook is not None
        kept = {key: value for key, value in source.items() if key != "sourceReference"}
        return {**kept, "path": uri, "name": os.path.basename(self.notebook)}

    def refusal(self, path: str | None) -> str | None:
        """Why breakpoints in this file cannot be placed: lines of a notebook's JSON are in no cell."""
        if self.notebook is None or path is None:
            return None
        if os.path.realpath(path) != os.path.realpath(self.notebook):
            return None
        folder = os.path.dirname(self.files[0])
        return f"Lines of the notebook's JSON cannot be stopped at. Set it in the cell's file in {folder}"


def no_cell_files() -> CellFiles:
    return CellFiles(None)


def _cell_ids(notebook: str) -> list[str]:
    """One for each cell that is stored."""
    from pipelens.core.cells import CellsError, read_cells_quickly

    with open(notebook, encoding="utf-8", newline="") as file:
        found = read_cells_quickly(notebook, file.read())
    assert not isinstance(found, CellsError), "it was read a moment ago"
    return [cell.id for cell in found.cells]


def _compilable(source: str) -> str:
    """The cell with IPython's lines as comments-in-place, so that it parses: a file that does not
    has no lines to stop at."""
    from pipelens.core.magics import plain_python

    return plain_python(source).text + "\n"
