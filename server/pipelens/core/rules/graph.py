"""Rules of the family `graph`."""

from __future__ import annotations

from pipelens.core.problems import Rule

RULES: tuple[Rule, ...] = ()
