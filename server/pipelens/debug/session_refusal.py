"""A request that cannot be done."""

from __future__ import annotations


class Refusal(Exception):
    """The text says why, to the user."""
