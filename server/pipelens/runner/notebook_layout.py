"""How Jupyter lays out a notebook's file: long texts as lists of lines, keys in order, so that a
comparison of two versions shows the lines that differ."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

_TEXTS = ("application/javascript", "image/svg+xml")
"""Media types that are text, besides `text/…`."""


def notebook_text(notebook: Mapping[str, Any]) -> str:
    """The content of the file of a notebook (nbformat 4)."""
    cells = [_cell(cell) for cell in notebook["cells"]]
    return json.dumps({**notebook, "cells": cells}, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _cell(cell: Mapping[str, Any]) -> dict[str, Any]:
    made = {**cell, "source": _lines(cell["source"])}
    if "outputs" in cell:
        made["outputs"] = [_output(output) for output in cell["outputs"]]
    if "attachments" in cell:
        made["attachments"] = {name: _bundle(data) for name, data in cell["attachments"].items()}
    return made


def _output(output: Mapping[str, Any]) -> dict[str, Any]:
    if output["output_type"] == "stream":
        return {**output, "text": _lines(output["text"])}
    return {**output, "data": _bundle(output["data"])} if "data" in output else dict(output)


def _bundle(data: Mapping[str, Any]) -> dict[str, Any]:
    return {
        kind: _lines(value) if kind.startswith("text/") or kind in _TEXTS else value
        for kind, value in data.items()
    }


def _lines(value: object) -> object:
    return value.splitlines(True) if isinstance(value, str) else value


def started_at(metadata: dict[str, Any], seconds: float) -> None:
    """Note in a cell's metadata when it began, under the names that Jupyter gives to its messages."""
    at = _as_text(seconds)
    metadata["execution"] = {"iopub.status.busy": at, "iopub.execute_input": at}


def ended_at(metadata: dict[str, Any], seconds: float) -> None:
    at = _as_text(seconds)
    metadata.setdefault("execution", {}).update({"iopub.status.idle": at, "shell.execute_reply": at})


def _as_text(seconds: float) -> str:
    at = datetime.fromtimestamp(seconds, timezone.utc)
    return at.isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"
