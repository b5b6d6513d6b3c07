"""Reads the source of a task: what it declares and uses, and what is wrong with it.

Only reading itself is judged here (sections 7.1, 8.1 to 8.4 of the format): names of other tasks,
params and products are compared by the checks.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import Literal, cast

from pipelens.core.cells import Cell, Cells, CellsError, read_cells_quickly
from pipelens.core.declaring import assigned_upstream
from pipelens.core.files import Files, Unreadable
from pipelens.core.functions import ModuleReader, read_function
from pipelens.core.literals import Declarations, read_declarations
from pipelens.core.magics import plain_python
from pipelens.core.parameters_cell import added_cell
from pipelens.core.plain_scripts import read_plain_script
from pipelens.core.problems import Fix, Place, Problem, problem
from pipelens.core.python_text import first_line, opening_string, parse_python, words
from pipelens.core.r_declarations import read_r_declaration
from pipelens.core.references import read_references
from pipelens.core.sources import (
    Declaration,
    MissingSource,
    NotebookSource,
    OpaqueSource,
    Parameter,
    Reference,
    Rereads,
    Source,
    UnreadableSource,
    Words,
    code_mark,
)
from pipelens.core.spec import Meta, TaskSpec
from pipelens.core.templates import read_template
from pipelens.core.text import Document, Span
from pipelens.frozen import frozen

__all__ = [
    "ModuleReader",
    "read_function",
    "read_notebook",
    "read_source",
]

_Declared = Literal["upstream", "product"]
_DEFAULTS = Meta()


def read_source(
    task: TaskSpec,
    files: Files,
    *,
    import_folders: tuple[str, ...] = (),
    library_folders: tuple[str, ...] = (),
    meta: Meta = _DEFAULTS,
    modules: ModuleReader | None = None,
) -> Source:
    """The source of `task`, read by its kind. Problems name files, never entries of the pipeline.

    import_folders: where its modules may lie, in the order of `sys.path`. library_folders: where
    installed packages lie. modules: the reader to share among tasks, so that a module is parsed once.
    """
    if task.kind == "function":
        return read_function(
            task.source,
            import_folders,
            files,
            library_folders=library_folders,
            modules=modules,
            extract_upstream=meta.extract_upstream,
        )
    path = task.source_path
    if path is None or "://" in task.source:
        return OpaqueSource(task.source)
    if task.kind == "other" or task.class_name in ("SQLUpload", "PostgresCopyFrom"):
        return OpaqueSource(path)
    text = files.read(path)
    if isinstance(text, Unreadable):
        if text.missing or files.kind(path) == "folder":
            there = "\\" in task.source and files.kind(path.replace("\\", "/")) == "file"
            meant = task.source.replace("\\", "/") if there else None
            return MissingSource(path, is_folder=not text.missing, meant=meant)
        return _unreadable(path, text.reason)
    if task.kind in ("sql", "shell"):
        return read_template(path, text)
    kernel = task.options.get("kernelspec_name")
    return read_notebook(
        path,
        text,
        extract_upstream=meta.extract_upstream,
        extract_product=meta.extract_product,
        kernelspec_name=kernel if isinstance(kernel, str) else None,
        from_loader=bool(meta.source_loader_paths or meta.source_loader_module),
        whole=Again(files, path),
    )


@frozen
class Again:
    """Reads the cells of the file at `path` as it is then."""

    files: Files
    path: str

    def __call__(self) -> Cells | None:
        text = self.files.read(self.path)
        if isinstance(text, Unreadable):
            return None
        cells = read_cells_quickly(self.path, text)
        return cells if isinstance(cells, Cells) else None


def _unreadable(path: str, reason: str, span: Span | None = None) -> UnreadableSource:
    place = Place(path, span) if span else Place(path)
    return UnreadableSource(path, (problem("unreadable-source", f"this source {reason}", place),))


def read_notebook(
    path: str,
    text: str,
    *,
    extract_upstream: bool = True,
    extract_product: bool = False,
    kernelspec_name: str | None = None,
    from_loader: bool = False,
    cells: Cells | CellsError | None = None,
    whole: Rereads | None = None,
) -> NotebookSource | UnreadableSource:
    """A script or notebook, read to what the pipeline needs.

    kernelspec_name: the task's own choice of a kernel. from_loader: found through
    `meta.source_loader`, which takes double braces for a template. cells: `read_cells` of the same
    text, where the caller has it already. whole: how the cells are had again later, else they are kept.
    """
    if cells is None:
        if whole is not None and not from_loader and path.endswith(".py"):
            found = read_plain_script(
                path, text, whole, extract_upstream=extract_upstream, extract_product=extract_product
            )
            if found is not None:
                return found
        cells = read_cells_quickly(path, text)
    if isinstance(cells, CellsError):
        return _unreadable(path, cells.message, cells.span)
    reading = _Reading(path, text, cells, extract_upstream, extract_product)
    return reading.source(kernelspec_name, from_loader, whole or cells)


class _Reading:
    def __init__(
        self, path: str, text: str, cells: Cells, extract_upstream: bool, extract_product: bool
    ) -> None:
        self.path = path
        self.text = text
        self.cells = cells
        self.extract_upstream = extract_upstream
        self.extract_product = extract_product
        self.problems: list[Problem] = []
        self.python = cells.language == "python"

    def report(self, code: str, message: str, span: Span, fixes: Iterable[Fix] = ()) -> None:
        self.problems.append(problem(code, message, Place(self.path, span), fixes=fixes))

    def source(
        self, kernelspec_name: str | None, from_loader: bool, whole: Rereads | Cells
    ) -> NotebookSource:
        kept = self.cells.kept
        cell = self.cells.parameters
        if from_loader:
            self.braces()
        self.kernel(kernelspec_name)
        upstream: Declaration | None = None
        product: Declaration | None = None
        params: tuple[Parameter, ...] = ()
        if cell is None:
            self.untagged(kept)
        else:
            self.last(cell, kept)
            declared = self.declarations(cell)
            params = declared.params
            upstream, product = declared.upstream, declared.product
            if self.extract_upstream:
                self.check_upstream(cell, declared)
            if self.extract_product:
                self.check_product(cell, declared)
        code = [each for each in kept if each.kind == "code"]
        references: list[Reference] = []
        uses: set[str] = set()
        together: list[str] = []
        for each in code:
            if self.python and "upstream" in each.source:
                references.extend(read_references(each))
            if each is cell:
                continue
            plain = plain_python(each.source)
            uses |= plain.bound
            text = plain.text if self.python else each.source
            if '"""' in text or "'''" in text:
                uses |= words(text)  # a string that never closes ends with its cell
            else:
                together.append(text)
        uses |= words("\n".join(together))
        return NotebookSource(
            self.path,
            self.cells.language,
            whole,
            cell.text_span if cell else None,
            upstream,
            product,
            params,
            Words(uses),
            tuple(references),
            _doc(kept),
            tuple(self.problems),
            code_mark("\n".join(each.source for each in kept)),
        )

    def declarations(self, cell: Cell) -> Declarations:
        if self.python:
            return read_declarations(cell)
        if self.cells.language == "r" and cell.kind == "code":
            return Declarations(
                read_r_declaration(cell, "upstream") if self.extract_upstream else None,
                read_r_declaration(cell, "product") if self.extract_product else None,
            )
        return Declarations()

    def braces(self) -> None:
        """A source that comes through a loader and holds a template mark (section 8.1)."""
        document = Document(self.text)
        for mark in ("{{", "}}", "{%", "%}"):
            at = self.text.find(mark)
            if at >= 0:
                message = f"`{mark}` makes this source a template, since it is found by a source loader"
                self.report("template-in-notebook", message, document.span(at, at + 2))
                return

    def kernel(self, kernelspec_name: str | None) -> None:
        """An `.ipynb` that does not say which kernel runs it (section 7.1)."""
        cells = self.cells
        if kernelspec_name or cells.kernelspec_name or cells.nbformat is None:
            return
        if cells.kernelspec_language == "python":
            return
        code = "\n".join(cell.source for cell in cells.cells)
        if not cells.kernelspec_language and "<-" not in code and isinstance(parse_python(code), ast.Module):
            return
        at = self.text.rfind('"metadata"')
        document = Document(self.text)
        span = document.span(at, at + len('"metadata"')) if at >= 0 else Span.on_line(0, 0, 1)
        self.report(
            "no-kernel",
            "this notebook names no kernel, and its cells do not tell its language: choose a kernel in Jupyter, "
            "or set `kernelspec_name: python3` in the task",
            span,
        )

    def untagged(self, kept: tuple[Cell, ...]) -> None:
        fix = added_cell(self.path, self.text, self.cells, self.extract_upstream, self.extract_product)
        first = kept[0].label_span if kept else Span.on_line(0, 0, 0)
        if not any(cell.source.strip() for cell in kept):
            message = (
                "this source is empty: it needs a cell tagged `parameters` and a cell with code after it"
            )
            self.problems.append(
                problem("parameters-cell-last", message, Place(self.path, first), fixes=(fix,))
            )
            return
        message = "this source has no cell tagged `parameters`, so its `upstream` is not read"
        self.problems.append(problem("no-parameters-cell", message, Place(self.path, first), fixes=(fix,)))

    def last(self, cell: Cell, kept: tuple[Cell, ...]) -> None:
        """The parameters cell must not be the last that is not empty (section 8.3)."""
        after = [each for each in kept if each.index > cell.index]
        if any(each.source.strip() for each in after):
            return
        message = "the parameters cell is the last cell of this source: add a cell with code after it"
        self.report("parameters-cell-last", message, cell.label_span)

    def check_upstream(self, cell: Cell, declared: Declarations) -> None:
        found = declared.upstream
        if found is None:
            if self.python:
                self.missing(cell, declared, "upstream")
            return
        if found.error is not None:
            self.report("invalid-declaration", f"`upstream` is not understood: {found.error}", _where(found))
            return
        value = found.value
        if value is None:
            return
        if not isinstance(value, (list, tuple, dict)):
            kind = type(value).__name__
            message = (
                f'`upstream` must be None or a list of task names, as in ["name"]; this is of type {kind}'
            )
            self.report("invalid-declaration", message, found.value_span)
            return
        for name in cast("Iterable[object]", value):
            if not isinstance(name, str):
                message = f"`upstream` lists the names of tasks, and {name!r} is no string"
                self.report("invalid-declaration", message, found.value_span)
                return

    def check_product(self, cell: Cell, declared: Declarations) -> None:
        found = declared.product
        if found is None:
            if self.python or self.cells.language == "r":
                self.missing(cell, declared, "product")
            return
        if found.error is not None:
            self.report("invalid-declaration", f"`product` is not understood: {found.error}", _where(found))
        elif found.value is None:
            message = "`product` is None, and this pipeline takes products from its sources (extract_product)"
            self.report("product-not-assigned", message, found.span)

    def missing(self, cell: Cell, declared: Declarations, name: _Declared) -> None:
        code = "upstream-not-assigned" if name == "upstream" else "product-not-assigned"
        if cell.kind != "code":
            message = f"the parameters cell is a {cell.kind} cell, so `{name}` is not assigned in it"
            self.report(code, message, cell.label_span)
            return
        unseen = declared.unseen.get(name)
        if unseen is not None:
            span, reason = unseen
            self.report(code, f"this assignment of `{name}` is not seen: {reason}", span)
            return
        example = "`upstream = None`" if name == "upstream" else '`product = "out/name.ipynb"`'
        message = f"the parameters cell does not assign `{name}`: add {example}"
        python = self.cells.language == "python" and name == "upstream"
        fix = assigned_upstream(self.path, cell) if python else None
        self.report(code, message, cell.label_span, (fix,) if fix is not None else ())


def _where(found: Declaration) -> Span:
    return found.error_span or found.span


def _doc(kept: tuple[Cell, ...]) -> str:
    """The first line of the first cell if that is text, or of the string that opens the first code."""
    if not kept:
        return ""
    if kept[0].kind == "markdown":
        return first_line(kept[0].source)
    first = next((cell for cell in kept if cell.kind == "code"), None)
    if first is None or not first.source.lstrip().startswith(('"""', "'''")):
        return ""
    return opening_string(plain_python(first.source).text)
