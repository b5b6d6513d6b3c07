"""What is missing from a pipeline's sources, and the text that it would get (section 14.1 of the format)."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from pipelens.core import scaffold_text
from pipelens.core.files import Files
from pipelens.core.project import Project, Task
from pipelens.core.scaffold_text import Blank
from pipelens.core.sources import MissingSource, UnresolvedFunction

_TEMPLATES: dict[str, Callable[[Blank], str]] = {
    ".py": scaffold_text.script,
    ".ipynb": scaffold_text.notebook,
    ".r": scaffold_text.r_script,
    ".rmd": scaffold_text.r_markdown,
    ".sql": scaffold_text.sql,
}


@dataclass(slots=True)
class Sketch:
    """What is to be written: new files with their text, functions to append by module file (which may
    be missing, too), packages' `__init__.py` files that are needed where there are none. left: what
    cannot be written, with the reason."""

    files: dict[str, str] = field(default_factory=dict[str, str])
    functions: dict[str, list[str]] = field(default_factory=dict[str, "list[str]"])
    packages: list[str] = field(default_factory=list[str])
    left: list[str] = field(default_factory=list[str])

    @property
    def count(self) -> int:
        """How many sources would be made."""
        return len(self.files) + sum(map(len, self.functions.values()))


def sketched(project: Project, files: Files, tasks: Iterable[Task] | None = None) -> Sketch:
    """What is missing for `tasks` (None = all). files: tells which folders are there."""
    sketch = Sketch()
    for task in project.tasks.values() if tasks is None else tasks:
        match task.source:
            case MissingSource(path=path, is_folder=True):
                sketch.left.append(f"{path} is a folder, not a file")
            case MissingSource(path=path, meant=str(meant)):
                sketch.left.append(f"{path}: write '{meant}', which works everywhere")
            case MissingSource(path=path):
                _sketch_file(project, task, path, sketch)
            case UnresolvedFunction() as missing:
                _sketch_function(project, task, missing, files, sketch)
            case _:
                continue
    return sketch


def source_text(project: Project, task: Task, path: str) -> str | None:
    """The first text of the task's source at `path`; None where there is no template for its kind."""
    name, extension = os.path.splitext(os.path.basename(path))
    template = _TEMPLATES.get(extension.lower())
    return template(_blank(project, task, name)) if template is not None else None


def joined(functions: Iterable[str]) -> str:
    """Functions as they follow each other in a module."""
    return "\n\n".join(functions)


def _sketch_file(project: Project, task: Task, path: str, sketch: Sketch) -> None:
    if path in sketch.files:
        return
    text = source_text(project, task, path)
    if text is None:
        sketch.left.append(f"{path}: there is no template for such a source, please write it yourself")
    else:
        sketch.files[path] = text


def _sketch_function(
    project: Project, task: Task, missing: UnresolvedFunction, files: Files, sketch: Sketch
) -> None:
    found = _module_for(project, missing, files)
    if found is None:
        sketch.left.append(f"{missing.dotted_path}: {missing.reason}")
        return
    path, packages = found
    sketch.packages += (one for one in packages if one not in sketch.packages)
    text = scaffold_text.function(_blank(project, task, missing.dotted_path.rpartition(".")[2]))
    texts = sketch.functions.setdefault(path, [])
    if text not in texts:
        texts.append(text)


def _module_for(project: Project, missing: UnresolvedFunction, files: Files) -> tuple[str, list[str]] | None:
    """The file that a missing function belongs in and the `__init__.py` files it needs; None when
    writing a file would not make the function be found (an installed package, a compiled module …)."""
    *modules, function = missing.dotted_path.split(".")
    names = [*modules, function]
    if not modules or not missing.certain or not all(name.isidentifier() for name in names):
        return None
    if modules[0] in sys.stdlib_module_names:
        return None
    if missing.part >= len(modules):
        if missing.path is not None:
            return missing.path, []
        base, known = project.spec.folder, 0
    else:
        if missing.path is not None and os.path.basename(missing.path) != "__init__.py":
            return None
        base = project.spec.folder if missing.path is None else os.path.dirname(missing.path)
        known = 0 if missing.path is None else missing.part
    folder = os.path.join(base, *modules[known:-1])
    packages = [
        os.path.join(base, *modules[known:end], "__init__.py") for end in range(known + 1, len(modules))
    ]
    inside = os.path.join(folder, modules[-1])
    is_package = files.kind(inside) == "folder"
    return (os.path.join(inside, "__init__.py") if is_package else f"{inside}.py"), packages


def _blank(project: Project, task: Task, name: str) -> Blank:
    meta = project.spec.meta
    return Blank(name, tuple(task.params), upstream=meta.extract_upstream, product=meta.extract_product)
