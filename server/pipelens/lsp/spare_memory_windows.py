"""Giving memory back to the system that the interpreter let go of."""

from __future__ import annotations


def give_back() -> None:
    """Nothing to do: the heap of Windows gives back what is large by itself."""
