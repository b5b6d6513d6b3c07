"""Rules of the family `sources`."""

from __future__ import annotations

from pipelens.core.problems import Rule

RULES: tuple[Rule, ...] = ()
