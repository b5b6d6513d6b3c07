"""`pipelens scaffold`: creates the sources that the pipeline names and that are not there yet.

Section 14.1 of the format. Nothing that exists is changed but a module that lacks a function, which
is appended to it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from pipelens.cli import arguments as arguments_
from pipelens.cli import source_templates
from pipelens.cli.commands import SUMMARIES
from pipelens.cli.pipeline import NO_PIPELINE, only_shown, open_project
from pipelens.cli.refusal import Refusal
from pipelens.cli.source_templates import Blank
from pipelens.cli.terminal import Screen, Segment, counted, shown_path
from pipelens.core.project import Project, Task
from pipelens.core.sources import MissingSource, UnresolvedFunction

_TEMPLATES: dict[str, Callable[[Blank], str]] = {
    ".py": source_templates.script,
    ".ipynb": source_templates.notebook,
    ".r": source_templates.r_script,
    ".rmd": source_templates.r_markdown,
    ".sql": source_templates.sql,
}


@dataclass(slots=True)
class Sketch:
    """What is to be written: new files with their text, functions to append by module file."""

    files: dict[str, str] = field(default_factory=dict)
    functions: dict[str, list[str]] = field(default_factory=dict)
    packages: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


def main(name: str, words: Sequence[str]) -> int:
    parser = arguments_.parser(name, SUMMARIES["scaffold"], formats=())
    parser.add_argument("name", nargs="?", metavar="NAME", help="outside a pipeline: the project to make")
    arguments = arguments_.read(parser, words)
    screen = Screen()
    try:
        project = open_project(arguments)
    except Refusal as refusal:
        if refusal.code != NO_PIPELINE or arguments.entry_point:
            raise
        if arguments.name is None:
            raise Refusal(
                f"{refusal.message.rstrip('.')}. To make a new project: pipelens scaffold NAME"
            ) from None
        from pipelens.cli.new import create

        create(arguments.name, arguments.cwd, screen)
        return 0
    if arguments.name is not None:
        shown = shown_path(project.path, arguments.cwd)
        raise Refusal(
            f"there is a pipeline here ({shown}), whose missing sources `pipelens scaffold` creates; "
            f"for a new project write `pipelens new {arguments.name}`"
        )
    told = only_shown(project)
    if told:
        raise Refusal(f"there is nothing to create: {told}")
    sketch = sketched(project)
    for path, verb in write(sketch):
        screen.line(Segment(f"{verb} ", "green"), shown_path(path, arguments.cwd))
    for sentence in sketch.left:
        screen.line(Segment("left out ", "yellow"), sentence)
    made = len(sketch.files) + sum(map(len, sketch.functions.values()))
    if not made and not sketch.left:
        screen.line("All sources are there already.")
    elif made:
        screen.line(f"{counted(made, 'source')} created; `pipelens check` says what is still to be done.")
    return 0


def sketched(project: Project) -> Sketch:
    """What is missing, and the text that it would get."""
    sketch = Sketch()
    for task in project.tasks.values():
        match task.source:
            case MissingSource(path=path):
                _sketch_file(project, task, path, sketch)
            case UnresolvedFunction() as missing:
                _sketch_function(project, task, missing, sketch)
            case _:
                continue
    return sketch


def _sketch_file(project: Project, task: Task, path: str, sketch: Sketch) -> None:
    template = _TEMPLATES.get(os.path.splitext(path)[1].lower())
    if path in sketch.files:
        return
    if template is None:
        sketch.left.append(f"{path}: there is no template for such a source, please write it yourself")
        return
    sketch.files[path] = template(_blank(project, task, os.path.splitext(os.path.basename(path))[0]))


def _sketch_function(project: Project, task: Task, missing: UnresolvedFunction, sketch: Sketch) -> None:
    found = _module_for(project, missing)
    if found is None:
        sketch.left.append(f"{missing.dotted_path}: {missing.reason}")
        return
    path, packages = found
    sketch.packages += packages
    text = source_templates.function(_blank(project, task, missing.dotted_path.rpartition(".")[2]))
    texts = sketch.functions.setdefault(path, [])
    if text not in texts:
        texts.append(text)


def _module_for(project: Project, missing: UnresolvedFunction) -> tuple[str, list[str]] | None:
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
    return (os.path.join(inside, "__init__.py") if os.path.isdir(inside) else f"{inside}.py"), packages


def _blank(project: Project, task: Task, name: str) -> Blank:
    meta = project.spec.meta
    return Blank(name, tuple(task.params), upstream=meta.extract_upstream, product=meta.extract_product)


def write(sketch: Sketch) -> Iterator[tuple[str, str]]:
    """Write what is sketched; yields each path and what was done to it. Raises `Refusal`."""
    for path in dict.fromkeys(sketch.packages):
        if not os.path.exists(path):
            _create(path, "")
            yield path, "created "
    for path, text in sketch.files.items():
        _create(path, text)
        yield path, "created "
    for path, functions in sketch.functions.items():
        existed = os.path.exists(path)
        _append(path, "\n\n".join(functions)) if existed else _create(path, "\n\n".join(functions))
        yield path, "extended" if existed else "created "


def _create(path: str, text: str) -> None:
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except OSError as error:
        raise Refusal(f"{path} cannot be created: {error.strerror or error}", exit_code=1) from None


def _append(path: str, text: str) -> None:
    """Add `text` after two blank lines, in the line ends of the file. Whole or not at all."""
    part = f"{path}.{os.getpid()}.part"
    try:
        with open(path, "rb") as file:
            before = file.read()
        end = b"\r\n" if b"\r\n" in before else b"\n"
        gap = b"" if not before.strip() else end * 2 if before.endswith(b"\n") else end * 3
        with open(part, "xb") as file:
            file.write(before + gap + text.encode().replace(b"\n", end))
        os.chmod(part, os.stat(path).st_mode & 0o777)
        os.replace(part, path)
    except OSError as error:
        if os.path.exists(part):
            os.unlink(part)
        raise Refusal(f"{path} cannot be changed: {error.strerror or error}", exit_code=1) from None
