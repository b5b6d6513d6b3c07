"""`pipelens scaffold`: creates the sources that the pipeline names and that are not there yet.

Section 14.1 of the format. Nothing that exists is changed but a module that lacks a function, which
is appended to it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from pipelens.cli import arguments as arguments_
from pipelens.cli.commands import SUMMARIES
from pipelens.cli.pipeline import NO_PIPELINE, only_shown, open_keeper
from pipelens.cli.refusal import Refusal
from pipelens.cli.terminal import Screen, Segment, counted, shown_path
from pipelens.core.sketch import Sketch, joined, sketched


def main(name: str, words: Sequence[str]) -> int:
    parser = arguments_.parser(name, SUMMARIES["scaffold"], formats=())
    parser.add_argument("name", nargs="?", metavar="NAME", help="outside a pipeline: the project to make")
    arguments = arguments_.read(parser, words)
    screen = Screen()
    try:
        keeper = open_keeper(arguments)
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
    project = keeper.now()
    if arguments.name is not None:
        shown = shown_path(project.path, arguments.cwd)
        raise Refusal(
            f"there is a pipeline here ({shown}), whose missing sources `pipelens scaffold` creates; "
            f"for a new project write `pipelens new {arguments.name}`"
        )
    told = only_shown(project)
    if told:
        raise Refusal(f"there is nothing to create: {told}")
    sketch = sketched(project, keeper.files)
    for path, verb in write(sketch):
        screen.line(Segment(f"{verb} ", "green"), shown_path(path, arguments.cwd))
    for sentence in sketch.left:
        screen.line(Segment("left out ", "yellow"), sentence)
    made = sketch.count
    if not made and not sketch.left:
        screen.line("All sources are there already.")
    elif made:
        screen.line(f"{counted(made, 'source')} created; `pipelens check` says what is still to be done.")
    return 0


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
        _append(path, joined(functions)) if existed else _create(path, joined(functions))
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
