"""Modules that no diagnostics need: features import them when they are first asked, and the idle time
does it before, so that a start does not wait for them and the first question neither."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import Final

MODULES: Final = (
    "pipelens.lsp.lenses",
    "pipelens.lsp.symbol_text",
    "pipelens.core.answers.hints",
    "pipelens.core.answers.links",
    "pipelens.core.answers.complete",
    "pipelens.lsp.completion_items",
    "pipelens.core.answers.describe",
    "pipelens.lsp.outside",
    "pipelens.core.answers.find",
    "pipelens.core.answers.actions",
    "pipelens.core.answers.rename",
    "pipelens.lsp.runs",
    "pipelens.lsp.run_plan",
    "pipelens.lsp.showing",
)
"""Those that editors ask for by themselves come first."""


def late_imports() -> Iterator[None]:
    """Imports one module a step, of a hundredth of a second or two."""
    for name in MODULES:
        import_module(name)
        yield
