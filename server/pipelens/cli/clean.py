"""`pipelens clean`: takes away what Pipelens keeps of runs and, when asked to, what tasks made."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from pipelens.cli import arguments as arguments_
from pipelens.cli.commands import SUMMARIES
from pipelens.cli.pipeline import open_project
from pipelens.cli.refusal import Refusal
from pipelens.cli.terminal import Screen, counted, shown_path
from pipelens.core.project import Project
from pipelens.runner.build_lock import BuildLock
from pipelens.runner.intents import settle_all
from pipelens.runner.metadata import metadata_path
from pipelens.runner.state import StateError, state_path


def main(name: str, words: Sequence[str]) -> int:
    parser = arguments_.parser(name, SUMMARIES["clean"], formats=())
    parser.add_argument(
        "--products",
        action="store_true",
        help="list the products that a run has recorded; with --yes, delete them and their records, too",
    )
    parser.add_argument("-y", "--yes", action="store_true", help="delete what --products lists")
    arguments = arguments_.read(parser, words)
    project, screen = open_project(arguments), Screen()
    products = recorded_products(project) if arguments.products else []
    if arguments.products and not arguments.yes:
        for path in products:
            screen.line(shown_path(path, arguments.cwd))
        screen.line(
            f"{counted(len(products), 'product')} with the record of a run beside it. "
            "Nothing was deleted: --yes deletes them."
        )
        return 0
    with nobody_builds(project):
        failed = _deleted(products, arguments.cwd, screen)
        _remove_state(project, screen)
    return int(failed)


def recorded_products(project: Project) -> list[str]:
    """The files that tasks of this pipeline made, as the records beside them say. A folder is left
    alone, and so is a file that is also a source."""
    sources = {task.source_path for task in project.tasks.values()}
    sources |= {path for task in project.tasks.values() for path in task.spec.resources.values()}
    found: dict[str, None] = {}
    for task in project.tasks.values():
        if task.products is None or not task.products.are_files:
            continue
        for product in task.products.items:
            recorded = os.path.isfile(metadata_path(product.path))
            if recorded and os.path.isfile(product.path) and product.path not in sources:
                found[product.path] = None
    return list(found)


@contextmanager
def nobody_builds(project: Project) -> Iterator[None]:
    """Hold the locks of all pipelines of the root. Raises `Refusal` while one of them is built."""
    folder = state_path(project.root)
    names = [name for name in _listed(folder) if name.endswith(".lock")]
    with ExitStack() as held:
        for name in names:
            lock = BuildLock(project.root, project.path, path=os.path.join(folder, name))
            try:
                builder = lock.acquire("")
            except StateError as error:
                raise Refusal(str(error), exit_code=1) from None
            if builder is not None:
                raise Refusal(f"nothing was deleted: {builder.in_words}", exit_code=1)
            held.callback(lock.release)
        yield


def _listed(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _deleted(products: Sequence[str], cwd: str, screen: Screen) -> bool:
    """Delete products and their records; whether one could not be."""
    number = 0
    failed = False
    for path in products:
        try:
            os.unlink(path)
            os.unlink(metadata_path(path))
            number += 1
        except OSError as error:
            failed = True
            screen.line(f"{shown_path(path, cwd)} cannot be deleted: {error.strerror or error}")
    if products:
        screen.line(f"{counted(number, 'product')} deleted.")
    return failed


def _remove_state(project: Project, screen: Screen) -> None:
    folder = state_path(project.root)
    if os.path.islink(folder) or not os.path.isdir(folder):
        screen.line("There is no state of runs.")
        return
    # A product of a run that was cut off must not look fresh once nothing says so any more.
    settle_all(project.root)
    shutil.rmtree(folder, ignore_errors=True)
    if os.path.isdir(folder):
        raise Refusal(f"{folder} cannot be removed whole", exit_code=1)
    screen.line("The state of runs is gone: history, events, failures.")
