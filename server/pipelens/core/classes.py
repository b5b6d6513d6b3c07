"""Which class a source makes (section 6.2)."""

from __future__ import annotations

import os

from pipelens.core.files import Files
from pipelens.core.keys import NOTEBOOK_SOURCES
from pipelens.core.suggestions import nearest
from pipelens.frozen import frozen

_DATA_EXTENSIONS = (".csv", ".parquet")
SOURCE_EXTENSIONS = (*NOTEBOOK_SOURCES, ".sql", ".sh")
_FILE_ENDINGS = """
.cfg .cpp .css .csv .doc .docx .feather .gif .gz .h5 .hdf5 .htm .html .ini .java .jl .jpeg .jpg .js .json
.log .md .ods .parquet .pdf .pickle .pkl .png .pyc .qmd .rst .scala .svg .tar .tex .toml .ts .tsv .txt .xls
.xlsx .xml .yaml .yml .zip
"""
"""Endings of names that are taken for files where no module is near. The system's list of types is of no
use: on many machines it knows `.fit`, as in `model.fit`."""


@frozen
class Inferred:
    """A class, or why none can be told. suggestion: what the source, or the product, may have meant."""

    class_name: str | None
    reason: str = ""
    blame_product: bool = False
    suggestion: str | None = None
    looks_like_extension: bool = False


def extension(path: str) -> str:
    return os.path.splitext(path)[1]


def infer_class(source: str, product: object, files: Files, base: str) -> Inferred:
    """The class of `source`; `product`: the entry's value; `base`: the folder sources start from."""
    ending = extension(source)
    is_name = "/" not in source and "\\" not in source and source.replace(".", "").replace("_", "").isalnum()
    if ending in NOTEBOOK_SOURCES or ending in (".sql", ".sh"):
        is_missing = (
            is_name and source.count(".") == 1 and files.kind(os.path.join(base, source)) == "missing"
        )
        if is_missing and _module(source, files, base):
            # A function may be called like an extension: the file decides (quirk Q10).
            return Inferred("PythonCallable", looks_like_extension=True)
        if ending == ".sql":
            return _sql(product)
        return Inferred("ShellScript" if ending == ".sh" else "NotebookRunner")
    known = ", ".join(SOURCE_EXTENSIONS)
    if "/" in source or "\\" in source:
        near = _near_extension(source)
        if not ending:
            return Inferred(None, f"the path has no extension; sources end in {known}", suggestion=near)
        return Inferred(
            None, f"no task class runs files that end in {ending!r}; sources end in {known}", suggestion=near
        )
    if "::" in source:
        dotted = source.replace("::", ".")
        return Inferred(
            None,
            "`::` is only for values of params and grid; a function is named with dots",
            suggestion=dotted,
        )
    if "." not in source:
        return Inferred(
            None,
            f"it is neither a file ({known}) nor the dotted path of a function, such as `module.function`",
        )
    if ending.lower() in _FILE_ENDINGS.split() and not _package(source, files, base):
        return Inferred(
            None,
            f"no task class runs files that end in {ending!r}; sources end in {known}",
            suggestion=_near_extension(source),
        )
    return Inferred("PythonCallable")


def _module(source: str, files: Files, base: str) -> bool:
    """Whether the part before the last dot is a module beside the pipeline."""
    path = os.path.join(base, *source.split(".")[:-1])
    return files.kind(path + ".py") == "file" or files.kind(path) == "folder"


def _package(source: str, files: Files, base: str) -> bool:
    """Whether the first part names a module beside the pipeline or below `src`."""
    first = source.partition(".")[0]
    folders = (base, os.path.join(base, "src"))
    return any(
        files.kind(os.path.join(folder, first)) == "folder"
        or files.kind(os.path.join(folder, first + ".py")) == "file"
        for folder in folders
    )


def _near_extension(source: str) -> str | None:
    stem, ending = os.path.splitext(source)
    if not ending:
        return None
    for known in SOURCE_EXTENSIONS:
        if known.lower() == ending.lower():
            return stem + known
    near = nearest(ending, SOURCE_EXTENSIONS)
    return stem + near if near else None


def _sql(product: object) -> Inferred:
    if isinstance(product, str):
        ending = extension(product)
        if ending in _DATA_EXTENSIONS:
            return Inferred("SQLDump")
        near = nearest(ending, _DATA_EXTENSIONS) if ending else None
        if near:
            return Inferred(
                None,
                f"{ending!r} is no extension of a dump; did you mean {near!r}?",
                True,
                product[: -len(ending)] + near,
            )
    return Inferred("SQLScript")
