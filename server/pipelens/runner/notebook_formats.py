"""Which products of a task are its executed notebook, in which format, and what that format needs
(sections 6.4 and 7.1 of the format)."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from typing import cast

from pipelens.core.project import Task
from pipelens.core.spec import Product, Products, TaskSpec
from pipelens.runner.interpreter import is_bundled

EXPORTER_OF_EXTENSION = {".html": "html", ".md": "markdown", ".tex": "latex", ".pdf": "pdf", ".rst": "rst"}
_NEEDS_PANDOC = frozenset({"latex", "pdf", "rst", "asciidoc"})


def notebook_products(spec: TaskSpec, products: Products) -> tuple[Product, ...]:
    """The products that are the executed notebook."""
    if products.form == "single":
        return products.items[:1]
    wanted = spec.options.get("nb_product_key", "nb")
    keys = [str(key) for key in cast("list[object]", wanted)] if isinstance(wanted, list) else [str(wanted)]
    return tuple(found for key in keys if (found := products.get(key)) is not None)


def exporter_name(spec: TaskSpec, product: Product) -> str | None:
    """The exporter of nbconvert for a product; None for the notebook itself. Raises `UnknownFormat`."""
    named = spec.options.get("nbconvert_exporter_name")
    if isinstance(named, Mapping):
        named = cast("Mapping[str, object]", named).get(product.key)
    if named:
        return str(named)
    extension = os.path.splitext(product.path)[1].lower()
    if extension == ".ipynb":
        return None
    if extension in EXPORTER_OF_EXTENSION:
        return EXPORTER_OF_EXTENSION[extension]
    known = ", ".join([".ipynb", *EXPORTER_OF_EXTENSION])
    raise UnknownFormat(
        f"{product.path} is the executed notebook, and its extension tells no format; use one of {known}, "
        "or set nbconvert_exporter_name"
    )


class UnknownFormat(Exception):
    """The text says why."""


def conversions(task: Task) -> list[tuple[Product, str]]:
    """The notebook products that nbconvert makes, with its exporter. Raises `UnknownFormat`."""
    if task.kind != "notebook" or task.products is None:
        return []
    named = (
        (product, exporter_name(task.spec, product))
        for product in notebook_products(task.spec, task.products)
    )
    return [(product, name) for product, name in named if name is not None]


def is_converted(task: Task) -> bool:
    """Whether nbconvert is needed for the task's products."""
    try:
        return bool(conversions(task))
    except UnknownFormat:
        return False


def missing_for(task: Task) -> str | None:
    """What the formats of a task's products need and is not installed, in words."""
    try:
        wanted = conversions(task)
    except UnknownFormat as error:
        return str(error)
    if not wanted:
        return None
    product, name = wanted[0]
    shown = os.path.basename(product.path)
    if find_spec("nbconvert") is None:
        return f"its product {shown} needs nbconvert: {_remedy()}"
    for product, name in wanted:
        if (unknown := _unknown_exporter(name)) is not None:
            return f"its product {os.path.basename(product.path)} cannot be made: {unknown}"
        if (missing := _missing_tools(name)) is not None:
            return f"its product {os.path.basename(product.path)} needs {missing}; .html and .md need neither"
    return None


def _unknown_exporter(name: str) -> str | None:
    """What is wrong with the name of an exporter. That of a class, with its module, is not looked up."""
    if name in EXPORTER_OF_EXTENSION.values() or name == "ipynb" or "." in name:
        return None
    from importlib.metadata import entry_points

    known = entry_points(group="nbconvert.exporters").names
    if not known or name in known or name.lower() in known:
        return None
    return f"nbconvert has no exporter {name!r}; it has {', '.join(sorted(known))}"


def _missing_tools(exporter: str) -> str | None:
    if exporter == "webpdf" and find_spec("playwright") is None:
        return f"playwright, which is not installed beside pipelens ({sys.executable} -m pip install nbconvert[webpdf])"
    tools = ["pandoc"] if exporter in _NEEDS_PANDOC else []
    tools += ["xelatex"] if exporter == "pdf" else []
    absent = [tool for tool in tools if shutil.which(tool) is None]
    if not absent:
        return None
    return f"{' and '.join(absent)}, which {'are' if len(absent) > 1 else 'is'} not on the PATH"


def _remedy() -> str:
    if is_bundled():
        return (
            "the server inside the editor's extension has none, "
            "install pipelens into the project's environment"
        )
    return f"it is missing beside pipelens, {sys.executable} -m pip install nbconvert"
