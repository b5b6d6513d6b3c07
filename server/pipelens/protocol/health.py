"""`pipelens/health`: what `pipelens doctor` prints."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

HEALTH: Final = "pipelens/health"
"""A request without parameters."""


@dataclass(frozen=True, slots=True)
class HealthAnswer:
    """markdown: the report for people. json: for each shown pipeline its findings, each with `topic`,
    `text`, `mood` (`ok`, `note` or `bad`) and `remedy`."""

    markdown: str
    json: tuple[Mapping[str, Any], ...]

    def as_json(self) -> dict[str, object]:
        return {"markdown": self.markdown, "json": [dict(one) for one in self.json]}
