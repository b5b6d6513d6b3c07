"""Notebooks into other formats by nbconvert: the one module that imports it.

Importing nbconvert and compiling its templates takes a second or two, and making a page a twentieth
of that: so an exporter is kept where one can be used again.
"""

from __future__ import annotations

import json
import logging
import warnings
from collections.abc import Mapping
from typing import Any

_REUSED = ("html",)
"""Exporters that keep nothing of one notebook for the next."""

SAMPLE: dict[str, Any] = {
    "cells": [
        {"cell_type": "markdown", "id": "a", "metadata": {}, "source": "# A\n\n`b` $c$\n\n```python\nd\n```"},
        {
            "cell_type": "code",
            "id": "b",
            "metadata": {},
            "execution_count": 1,
            "source": "1",
            "outputs": [
                {"output_type": "stream", "name": "stdout", "text": "1\n"},
                {
                    "output_type": "execute_result",
                    "execution_count": 1,
                    "metadata": {},
                    "data": {"text/plain": "1", "text/html": "<b>1</b>"},
                },
                {"output_type": "error", "ename": "E", "evalue": "e", "traceback": ["\x1b[31mE\x1b[0m"]},
            ],
        },
    ],
    "metadata": {"language_info": {"name": "python", "pygments_lexer": "ipython3"}},
    "nbformat": 4,
    "nbformat_minor": 5,
}


class Converter:
    """Exporters by what makes them differ."""

    def __init__(self) -> None:
        self._kept: dict[str, Any] = {}

    def warm(self) -> None:
        """Do once what takes long: imports, templates."""
        self.convert(SAMPLE, "html", {})

    def convert(self, notebook: Mapping[str, Any], name: str, options: Mapping[str, Any]) -> bytes:
        """The notebook (nbformat 4.5) as `name` has it. Raises whatever nbconvert does, and
        `ImportError` without it."""
        import nbformat
        from nbconvert.exporters import get_exporter

        log = logging.getLogger("traitlets")
        level = log.level
        try:
            log.setLevel(logging.ERROR)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                content, _ = self._exporter(get_exporter, name, options).from_notebook_node(
                    nbformat.from_dict(dict(notebook))
                )
        finally:
            log.setLevel(level)
        return content if isinstance(content, bytes) else str(content).encode("utf-8", "backslashreplace")

    def _exporter(self, get_exporter: Any, name: str, options: Mapping[str, Any]) -> Any:
        if name not in _REUSED:
            return get_exporter(name)(**options)
        key = json.dumps([name, options], default=str, sort_keys=True)
        if key not in self._kept:
            self._kept[key] = get_exporter(name)(**options)
        return self._kept[key]
