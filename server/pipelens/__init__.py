"""Pipelens: the language server, checker and runner for pipelines of notebooks and scripts."""

__version__ = "0.1.0"
