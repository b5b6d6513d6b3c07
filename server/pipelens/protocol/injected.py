"""The message that asks what a task's source would receive."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, cast

INJECTED_CELL: Final = "pipelens/injectedCell"

SCHEME: Final = "pipelens-injected"
"""Of the documents that show such a cell, in clients that take documents from a server."""


@dataclass(frozen=True, slots=True)
class InjectedCellParams:
    """pipeline: the URI of its file."""

    pipeline: str
    task: str

    @staticmethod
    def read(value: object) -> InjectedCellParams | None:
        """The params in a JSON value, or in an object made of one; None when they name no task."""
        if isinstance(value, Mapping):
            told = cast("Mapping[str, object]", value)
            pipeline, task = told.get("pipeline"), told.get("task")
        else:
            pipeline, task = getattr(value, "pipeline", None), getattr(value, "task", None)
        if not isinstance(pipeline, str) or not isinstance(task, str):
            return None
        return InjectedCellParams(pipeline, task)


@dataclass(frozen=True, slots=True)
class InjectedCellResult:
    """text: assignments, one a line. language_id: as editors call the language. version: the
    pipeline's, which grows with each change of what it says."""

    text: str
    language_id: str
    version: int

    def as_json(self) -> dict[str, object]:
        return {"text": self.text, "languageId": self.language_id, "version": self.version}
