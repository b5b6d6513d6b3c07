"""Rules of the family `spec`."""

from __future__ import annotations

from pipelens.core.problems import Rule

RULES: tuple[Rule, ...] = ()
