"""Rules of the family `env`."""

from __future__ import annotations

from pipelens.core.problems import Rule

RULES: tuple[Rule, ...] = ()
