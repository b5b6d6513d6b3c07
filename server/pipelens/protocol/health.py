"""`pipelens/health`: what `pipelens doctor` prints."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pipelens.frozen import frozen

HEALTH: Final = "pipelens/health"
"""A request without parameters."""


@frozen
class HealthAnswer:
    """markdown: the report for people. json: for each shown pipeline its findings, each with `topic`,
    `text`, `mood` (`ok`, `note` or `bad`) and `remedy`."""

    markdown: str
    json: tuple[Mapping[str, Any], ...]

    def as_json(self) -> dict[str, object]:
        return {"markdown": self.markdown, "json": [dict(one) for one in self.json]}
