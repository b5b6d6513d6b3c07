"""What the user set in the editor, as the server understands it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal


@dataclass(frozen=True, slots=True)
class ClientSettings:
    """quiet_period, typing_pause: milliseconds (see `protocol/settings.py` for all of them)."""

    quiet_period: int = 20
    typing_pause: int = 500
    key_completion: Literal["auto", "on", "off"] = "auto"
    interpreter: str | None = None
    severity: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
