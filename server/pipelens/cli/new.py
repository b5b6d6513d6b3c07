"""`pipelens new NAME`: a small project that works at once, with nothing installed but Pipelens."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from importlib.resources import files
from importlib.resources.abc import Traversable

from pipelens.cli import arguments as arguments_
from pipelens.cli.commands import SUMMARIES
from pipelens.cli.refusal import Refusal
from pipelens.cli.terminal import Screen, Segment, counted

# A file that begins with a dot is easily lost by tools that copy package data.
_RENAMED = {"gitignore": ".gitignore"}


def main(name: str, words: Sequence[str]) -> int:
    parser = arguments_.plain_parser(name, SUMMARIES["new"])
    parser.add_argument("name", metavar="NAME", help="the folder to make")
    arguments = arguments_.read(parser, words)
    create(arguments.name, arguments.cwd, Screen())
    return 0


def create(name: str, cwd: str, screen: Screen) -> None:
    """Make the project in the folder `name`, whole or not at all. Raises `Refusal`."""
    folder = os.path.join(cwd, os.path.expanduser(name))
    if os.path.lexists(folder) and not (os.path.isdir(folder) and not os.listdir(folder)):
        raise Refusal(f"{name} is there already and not empty; choose another name or remove it")
    made = os.path.join(
        os.path.dirname(folder.rstrip(os.sep)), f".{os.path.basename(folder.rstrip(os.sep))}.{os.getpid()}"
    )
    try:
        os.makedirs(made)
        paths = [_copy(path, source, made) for path, source in template()]
        if os.path.isdir(folder):
            os.rmdir(folder)
        os.rename(made, folder)
    except OSError as error:
        _remove(made)
        raise Refusal(f"{name} cannot be made: {error.strerror or error}", exit_code=1) from None
    screen.line(Segment(f"Made {name}", "bold green"), f" with {counted(len(paths), 'file')}:")
    for path in sorted(paths):
        screen.line(f"  {os.path.join(name, path)}")
    screen.line()
    screen.line("What to do next:")
    screen.line(f"  cd {_quoted(name)}")
    screen.line("  pipelens build")


def template() -> Iterator[tuple[str, Traversable]]:
    """The files of the project by their path in it."""
    yield from _files(files("pipelens") / "starter", "")


def _files(folder: Traversable, prefix: str) -> Iterator[tuple[str, Traversable]]:
    for entry in sorted(folder.iterdir(), key=lambda e: e.name):
        if entry.is_dir():
            if entry.name != "__pycache__":
                yield from _files(entry, os.path.join(prefix, entry.name))
        else:
            yield os.path.join(prefix, _RENAMED.get(entry.name, entry.name)), entry


def _copy(path: str, source: Traversable, folder: str) -> str:
    target = os.path.join(folder, path)
    os.makedirs(os.path.dirname(target), exist_ok=True)
    with open(target, "wb") as file:
        file.write(source.read_bytes())
    return path


def _remove(folder: str) -> None:
    import shutil

    shutil.rmtree(folder, ignore_errors=True)


def _quoted(name: str) -> str:
    import shlex

    return shlex.quote(name) if os.name != "nt" else f'"{name}"' if " " in name else name
