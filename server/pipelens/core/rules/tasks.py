"""Rules of the family `tasks`."""

from __future__ import annotations

from pipelens.core.problems import Rule

RULES: tuple[Rule, ...] = ()
