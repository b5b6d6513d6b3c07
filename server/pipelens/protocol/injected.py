"""The message that asks what a task's source would receive."""

from __future__ import annotations

from typing import Final

from pipelens.frozen import frozen
from pipelens.protocol.tasks import named_task

INJECTED_CELL: Final = "pipelens/injectedCell"

SCHEME: Final = "pipelens-injected"
"""Of the documents that show such a cell, in clients that take documents from a server."""


@frozen
class InjectedCellParams:
    """pipeline: the URI of its file."""

    pipeline: str
    task: str

    @staticmethod
    def read(value: object) -> InjectedCellParams | None:
        """The params in a JSON value, or in an object made of one; None when they name no task."""
        named = named_task(value)
        return None if named is None else InjectedCellParams(*named)


@frozen
class InjectedCellResult:
    """text: assignments, one a line. language_id: as editors call the language. version: the
    pipeline's, which grows with each change of what it says."""

    text: str
    language_id: str
    version: int

    def as_json(self) -> dict[str, object]:
        return {"text": self.text, "languageId": self.language_id, "version": self.version}
