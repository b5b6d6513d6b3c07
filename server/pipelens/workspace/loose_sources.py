"""Pipelines without a file of their own: a folder or pattern of sources, or a Python function (2.1, 2.5)."""

from __future__ import annotations

import os
from dataclasses import replace
from types import MappingProxyType

from pipelens.core.keys import DEFAULT_PRODUCT_CLASS
from pipelens.core.problems import Place, problem
from pipelens.core.read_spec import Header
from pipelens.core.spec import DottedPath, Meta, TaskEntry, TaskSpec
from pipelens.core.text import Span
from pipelens.workspace.discovery import Location

_TOP = Span.of(0, 0, 0, 0)


def header_of(location: Location) -> Header:
    """The header that such a pipeline would have: sources declare their products, or code tells all."""
    place = Place(location.path, _TOP)
    if location.form == "factory":
        message = "this pipeline is built by Python code; what is in it only running that code can tell"
        factory = DottedPath(location.dotted_path, place) if location.dotted_path else None
        return Header(form="location", location=factory, problems=(problem("python-api", message, place),))
    meta = Meta(extract_product=True, product_default_class=MappingProxyType(dict(DEFAULT_PRODUCT_CLASS)))
    return replace(Header(), meta=meta)


def entries_of(location: Location) -> tuple[TaskEntry, ...]:
    """A notebook task for each source, called like its file."""
    entries: list[TaskEntry] = []
    for number, path in enumerate(location.sources, start=1):
        place = Place(path, _TOP)
        name = os.path.splitext(os.path.basename(path))[0]
        spec = TaskSpec(
            name=name,
            kind="notebook",
            class_name="NotebookRunner",
            source=os.path.relpath(path, location.root),
            source_path=path,
            source_place=place,
            entry=number,
            place=place,
        )
        entries.append(TaskEntry(number, path, (spec,), label=name))
    return tuple(entries)
