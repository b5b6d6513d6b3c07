"""`_module` in `env.yaml` (section 3.2): the package whose version the env knows, never imported."""

from __future__ import annotations

import ast
import os.path
import re
from collections.abc import Iterable

from pipelens.core.files import Files, Unreadable
from pipelens.frozen import frozen


@frozen
class Missing:
    """Why `_module` names nothing."""

    message: str


def module_named(
    text: str, here: str, bases: Iterable[str], libraries: Iterable[str], files: Files
) -> str | Missing | None:
    """The folder that `_module` names; None where it is installed, so that only importing can tell.

    here: the env file's folder. bases: where relative folders and modules are looked up. libraries:
    where installed packages lie.
    """
    if text == "{{here}}":
        return here
    bases = tuple(bases)
    for base in bases:
        path = os.path.normpath(os.path.join(base, text))
        kind = files.kind(path) if text else "missing"
        if kind == "folder":
            return path
        if kind == "file":
            return Missing(f"`_module` must be a folder or a module, and '{text}' is a file")
    parts = text.split(".") if re.fullmatch(r"[\w.]+", text) else []
    for base in bases if parts else ():
        for folder in (base, os.path.join(base, "src")):
            at = os.path.join(folder, *parts)
            if files.kind(at) == "folder":
                return at
            if files.kind(at + ".py") == "file":
                return os.path.dirname(at)
    for folder in libraries if parts else ():
        at = os.path.join(folder, *parts)
        if files.kind(at) == "folder" or files.kind(at + ".py") == "file":
            return None
    return Missing(
        f"`_module`: '{text}' is neither a folder nor a module beside the pipeline, in src/ or installed"
    )


def version_of(module: str | None, files: Files) -> str | None:
    """The `__version__` literal of the package in the folder `module` (3.3)."""
    if module is None:
        return None
    text = files.read(os.path.join(module, "__init__.py"))
    if isinstance(text, Unreadable):
        return None
    match = re.search(r"__version__\s+=\s+(['\"][^'\"\n]*['\"])", text)
    return str(ast.literal_eval(match[1])) if match else None
