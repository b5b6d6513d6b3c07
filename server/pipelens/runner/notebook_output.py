"""The executed notebook: kept here while the worker streams its outputs, written when it ends."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any, cast

from pipelens.core.cells import Cell
from pipelens.core.project import Task
from pipelens.runner.conversions import ConversionFailed, Conversions, write_request_file
from pipelens.runner.notebook_formats import UnknownFormat, exporter_name, notebook_products
from pipelens.runner.notebook_layout import ended_at, notebook_text, started_at
from pipelens.runner.stop import StopRequest
from pipelens.runner.task_plan import Notebook
from pipelens.runner.whole_file import write_whole

_KERNELSPEC = {"display_name": "Python 3", "language": "python", "name": "python3"}


FIRST = 12 << 20
LAST = 2 << 20
"""Characters that are kept of a long text, its first and its last; the worker leaves out more of its own."""


class ExportError(Exception):
    """A notebook could not be written in the wanted format; the text says why and what helps."""


class ExecutedNotebook:
    """A notebook in the making (nbformat 4.5)."""

    def __init__(self, notebook: Notebook, text: str) -> None:
        originals = _original_cells(text) if notebook.is_json else {}
        self.metadata = _notebook_metadata(notebook)
        self.cells: list[dict[str, Any]] = []
        self._by_index: dict[int | None, dict[str, Any]] = {}
        self._displays: dict[str, list[dict[str, Any]]] = {}
        self._clear_next: set[int | None] = set()
        self._texts: dict[int | None, _StreamText] = {}
        self.current: int | None = None
        for position, cell in enumerate(notebook.cells):
            made = _injected_cell() if cell is None else _cell(cell, originals.get(cell.index), position)
            self.cells.append(made)
            self._by_index[None if cell is None else cell.index] = made

    def inject(self, text: str) -> None:
        """The text of the injected cell, as the worker runs it."""
        self._by_index[None]["source"] = text

    @property
    def injected(self) -> str:
        return str(self._by_index[None]["source"])

    def start(self, index: int | None, count: int | None, at: float) -> None:
        """at: seconds since the epoch."""
        self.current = index
        self._by_index[index]["execution_count"] = count
        started_at(self._by_index[index]["metadata"], at)

    def end(self, index: int | None, at: float) -> None:
        ended_at(self._by_index[index]["metadata"], at)

    def add(self, index: int | None, output: Mapping[str, Any]) -> None:
        """An output of the cell at `index`; text of one stream is joined."""
        cell = self._by_index.get(index)
        if cell is None or "outputs" not in cell:
            return
        outputs = cast("list[dict[str, Any]]", cell["outputs"])
        if index in self._clear_next:
            self._clear_next.discard(index)
            outputs.clear()
        made = dict(output)
        display = (made.pop("transient", None) or {}).get("display_id")
        if made["output_type"] == "stream":
            text = self._texts.get(index)
            if text is not None and outputs and text.output is outputs[-1] and text.name == made["name"]:
                text.add(made["text"])
                return
            if text is not None:
                text.settle()
            outputs.append(made)
            self._texts[index] = _StreamText(made)
            return
        outputs.append(made)
        if display:
            self.update(display, made["data"], made.get("metadata") or {})
            self._displays.setdefault(display, []).append(made)

    def print(self, stream: str, text: str) -> None:
        """Text that reached the process's own stdout or stderr while a cell ran."""
        if self.current is not None:
            self.add(self.current, {"output_type": "stream", "name": stream, "text": text})

    def clear(self, index: int | None, wait: bool) -> None:
        if wait:
            self._clear_next.add(index)
        elif index in self._by_index:
            self._by_index[index].get("outputs", []).clear()

    def update(self, display: str, data: Mapping[str, Any], metadata: Mapping[str, Any]) -> None:
        for output in self._displays.get(display, ()):
            output.update(data=dict(data), metadata=dict(metadata))

    def as_json(self) -> dict[str, Any]:
        for text in self._texts.values():
            text.settle()
        return {"cells": self.cells, "metadata": self.metadata, "nbformat": 4, "nbformat_minor": 5}

    def as_bytes(self, *, compact: bool = False) -> bytes:
        """The file's content, laid out as Jupyter does, or `compact` for what only a reader opens."""
        if compact:
            text = json.dumps(self.as_json(), separators=(",", ":"), ensure_ascii=False)
        else:
            text = notebook_text(self.as_json())
        return text.encode("utf-8", "backslashreplace")


class _StreamText:
    """The text of one stream as it grows; what goes beyond measure is left out of its middle."""

    def __init__(self, output: dict[str, Any]) -> None:
        self.output = output
        self.name: str = output["name"]
        self._first = ""
        self._left_out = 0
        self._parts: list[str] = [output["text"]]
        self._size = len(output["text"])
        self._look_at = 1 << 16

    def add(self, text: str) -> None:
        self._parts.append(text)
        self._size += len(text)
        if self._size > self._look_at:
            self._gather()

    def _gather(self) -> None:
        whole = _overwritten("".join(self._parts))
        if not self._first and len(whole) > FIRST + 2 * LAST:
            self._first, whole = whole[:FIRST], whole[FIRST:]
        if self._first and len(whole) > LAST:
            self._left_out += len(whole) - LAST
            whole = whole[-LAST:]
        self._parts, self._size = [whole], len(whole)
        self._look_at = 2 * max(self._size, 1 << 16)

    def settle(self) -> None:
        """Write the text into the output."""
        self._gather()
        told = f"\n(… {self._left_out:,} characters are left out here …)\n" if self._left_out else ""
        self.output["text"] = self._first + told + self._parts[0]


def _overwritten(text: str) -> str:
    """Progress bars: what a carriage return goes back over is dropped, line by line."""
    if "\r" not in text:
        return text
    *whole, last = text.split("\n")
    end = "\r" if last.endswith("\r") else ""
    kept = last.removesuffix("\r").rpartition("\r")[2] + end
    return "\n".join([*(line.removesuffix("\r").rpartition("\r")[2] for line in whole), kept])


def _original_cells(text: str) -> dict[int, dict[str, Any]]:
    try:
        cells = json.loads(text.removeprefix("\ufeff")).get("cells", [])
    except (ValueError, AttributeError):
        return {}
    return {i: cell for i, cell in enumerate(cells) if isinstance(cell, dict)}


def _notebook_metadata(notebook: Notebook) -> dict[str, Any]:
    metadata = dict(cast("Mapping[str, Any]", notebook.found.metadata))
    metadata.pop("widgets", None)
    metadata.setdefault("kernelspec", dict(_KERNELSPEC))
    language = {
        "name": "python",
        "pygments_lexer": "ipython3",
        "file_extension": ".py",
        "mimetype": "text/x-python",
    }
    metadata["language_info"] = {**language, **(metadata.get("language_info") or {})}
    return metadata


def _injected_cell() -> dict[str, Any]:
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": "injected-parameters",
        "metadata": {"tags": ["injected-parameters"]},
        "outputs": [],
        "source": "",
    }


def _cell(cell: Cell, original: Mapping[str, Any] | None, position: int) -> dict[str, Any]:
    metadata = dict((original or {}).get("metadata") or {})
    metadata.pop("execution", None)
    if cell.tags:
        metadata["tags"] = list(cell.tags)
    made: dict[str, Any] = {
        "cell_type": cell.kind,
        "id": _cell_id(cell.id, position),
        "metadata": metadata,
        "source": cell.source,
    }
    if cell.kind == "code":
        made.update(execution_count=None, outputs=[])
    elif original and "attachments" in original:
        made["attachments"] = original["attachments"]
    return made


def _cell_id(id: str, position: int) -> str:
    valid = 0 < len(id) <= 64 and all(c.isascii() and (c.isalnum() or c in "-_") for c in id)
    return id if valid else f"cell-{position}"


def write_notebook(
    executed: ExecutedNotebook, task: Task, conversions: Conversions, scratch: str, stop: StopRequest
) -> None:
    """Write every notebook product in its format. scratch: a file to hand the notebook on in. Raises
    `ExportError`."""
    assert task.products is not None
    options = task.spec.options.get("nbconvert_export_kwargs") or {}
    handed_on = False
    try:
        for product in notebook_products(task.spec, task.products):
            exporter: str | None = None
            try:
                exporter = exporter_name(task.spec, product)
                if exporter is None:
                    write_whole(product.path, executed.as_bytes())
                    continue
                if not handed_on:
                    handed_on = True
                    write_request_file(scratch, executed.as_json())
                given = cast("Mapping[str, Any]", options)
                conversions.convert(scratch, exporter, given, product.path, stop)
            except UnknownFormat as error:
                raise ExportError(str(error)) from error
            except ConversionFailed as error:
                raise ExportError(
                    f"{product.path} could not be made by nbconvert ({exporter}): {error}"
                ) from error
            except OSError as error:
                raise ExportError(f"{product.path} cannot be written: {error.strerror or error}") from error
    finally:
        if handed_on and os.path.exists(scratch):
            os.unlink(scratch)
