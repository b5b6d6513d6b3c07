"""Scripts and notebooks as cells with their places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a script or notebook.

    source: as jupytext gives it (magics uncommented), lines joined with ``\\n``. index: position
    among all cells as stored. lines: for each line of `source` the (line, character) in the file
    where that line's text begins. injected: tagged `injected-parameters`.
    """

    kind: Literal["code", "markdown", "raw"]
    source: str
    index: int
    id: str
    tags: tuple[str, ...]
    lines: tuple[tuple[int, int], ...]

    @property
    def injected(self) -> bool:
        return "injected-parameters" in self.tags
