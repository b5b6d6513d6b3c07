"""Checks of data, as far as they need no package."""
