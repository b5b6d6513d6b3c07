"""The project root: the folder that relative sources and products start at (section 2.3 of the format)."""

from __future__ import annotations

import os
from typing import Final

from pipelens.core.files import Files
from pipelens.core.problems import Place, Problem, problem
from pipelens.frozen import frozen

LEVELS: Final = 6
DEFAULT_NAME: Final = "pipeline.yaml"


@frozen
class Root:
    """The root found for a pipeline file's name. spec: that file, None when it is missing there.

    problems: those with severity error make Ploomber refuse the pipeline.
    """

    folder: str
    spec: str | None
    problems: tuple[Problem, ...] = ()


def is_in(path: str, folder: str) -> bool:
    """Whether `path` is `folder` or lies below it (both absolute)."""
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def find_up(name: str, start: str, files: Files) -> tuple[str, int] | None:
    """The nearest folder with `name`, from `start` six levels up, and how far up it is."""
    folder = start
    for level in range(LEVELS):
        if files.kind(os.path.join(folder, name)) != "missing":
            return folder, level
        above = os.path.dirname(folder)
        if above == folder:
            return None
        folder = above
    return None


def packaged(folder: str, name: str, files: Files) -> tuple[str, ...]:
    """`src/*/name` below a folder with a `setup.py`, in sorted order."""
    src = os.path.join(folder, "src")
    found = (
        os.path.join(src, package, name)
        for package in files.names(src)
        if not package.endswith(".egg-info") and not package.startswith(".")
    )
    return tuple(path for path in sorted(found) if files.kind(path) == "file")


def find_root(start: str, name: str, files: Files) -> Root | None:
    """The root for the pipeline file `name`, searched from the folder `start`; None: nothing there."""
    root = _root(start, name, files)
    if root is None or any(found.severity == "error" for found in root.problems):
        return root
    above = _root(os.path.dirname(root.folder), name, files)
    if above is None or above.folder == root.folder or any(p.severity == "error" for p in above.problems):
        return root
    message = f"Another pipeline's root is further up, at {above.folder}; this one is used"
    nested = problem("nested-pipelines", message, Place(root.spec or root.folder))
    return Root(root.folder, root.spec, (*root.problems, nested))


def _root(start: str, name: str, files: Files) -> Root | None:
    by_spec = find_up(name, start, files)
    by_setup = find_up("setup.py", start, files)
    if by_spec is not None:
        folder, level = by_spec
        in_src = os.path.basename(os.path.dirname(folder)) == "src"
        spec = os.path.join(folder, name)
        if by_setup is None:
            return Root(folder, spec, _without_setup(spec) if in_src else ())
        if level < by_setup[1] and not in_src:
            return Root(folder, spec)
    return _packaged_root(by_setup[0], name, files) if by_setup is not None else None


def _without_setup(spec: str) -> tuple[Problem, ...]:
    message = (
        "The pipeline lies in a package's folder (src/NAME), and there is no setup.py beside src: create one"
    )
    return (problem("package-without-setup", message, Place(spec)),)


def _packaged_root(folder: str, name: str, files: Files) -> Root:
    inside = packaged(folder, name, files)
    beside = os.path.join(folder, name)
    has_beside = files.kind(beside) != "missing"
    if inside and has_beside:
        message = f"'{name}' is here and in {os.path.relpath(inside[0], folder)}: keep one of them"
        return Root(folder, beside, (problem("two-pipeline-files", message, Place(beside)),))
    if not inside and not has_beside:
        setup = os.path.join(folder, "setup.py")
        message = f"This setup.py is the root, and '{name}' is neither beside it nor in src/NAME/"
        return Root(folder, None, (problem("setup-without-pipeline", message, Place(setup)),))
    if not inside:
        return Root(folder, beside)
    if len(inside) == 1:
        return Root(folder, inside[0])
    others = ", ".join(os.path.relpath(path, folder) for path in inside[1:4])
    message = f"Other packages have a '{name}', too: {others}; this one is used, as the first by name"
    return Root(folder, inside[0], (problem("several-packages", message, Place(inside[0])),))
