"""`pipelens nb`: the injected cell in the sources themselves, for who opens them elsewhere (9.2)."""

from __future__ import annotations

import argparse
import os
import re
import stat
from collections.abc import Sequence

from pipelens.cli import arguments as arguments_
from pipelens.cli.commands import SUMMARIES
from pipelens.cli.pipeline import only_shown, open_project
from pipelens.cli.refusal import Refusal
from pipelens.cli.terminal import Screen, counted, shown_path
from pipelens.core.answers.injected import injected_cell
from pipelens.core.injection import NotInjected, inject, remove
from pipelens.core.project import Project, Task
from pipelens.runner.whole_file import write_whole

_NOT_OURS = ("-s", "--sync", "-I", "--install-hook", "-u", "--uninstall-hook", "-S", "--single-click")
_NOT_OURS_WITH_VALUE = ("-f", "--format", "-p", "--pair")


def main(name: str, words: Sequence[str]) -> int:
    parser = arguments_.parser(name, SUMMARIES["nb"], formats=())
    what = parser.add_mutually_exclusive_group()
    what.add_argument("-i", "--inject", action="store_true", help="write the cell with the task's values")
    what.add_argument("-r", "--remove", action="store_true", help="take it out again")
    parser.add_argument(*_NOT_OURS, dest="not_ours", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument(*_NOT_OURS_WITH_VALUE, dest="not_ours", help=argparse.SUPPRESS)
    arguments = arguments_.read(parser, words)
    if arguments.not_ours:
        raise Refusal("this version has no such option of nb; it knows --inject and --remove")
    if not (arguments.inject or arguments.remove):
        parser.error("nb needs --inject or --remove")
    project = open_project(arguments)
    if told := only_shown(project):
        raise Refusal(told, exit_code=1)
    screen, code, changed, number = Screen(), 0, 0, 0
    for path, task in chosen(project).items():
        number += 1
        told, failed = _edited(project, path, task, arguments.inject)
        if told:
            screen.line(f"{shown_path(path, arguments.cwd)}: {told}")
        changed += bool(told) and not failed
        code = code or int(failed)
    screen.line(f"{counted(changed, 'source')} changed, {number - changed} as before.")
    return code


def chosen(project: Project) -> dict[str, Task]:
    """The sources that take the cell, each with the task whose values it gets: where several tasks
    share a file, the one that `inject-priority` names, else the first in build order."""
    sharing: dict[str, list[Task]] = {}
    for name in project.order:
        task = project.tasks[name]
        if task.kind == "notebook" and task.source_path is not None and os.path.isfile(task.source_path):
            sharing.setdefault(task.source_path, []).append(task)
    wanted = [one for one in _priorities(project) if one]
    names = [str(name) for name in project.tasks]
    for one in wanted:
        if not any(_means(one, name) for name in names):
            raise Refusal(f"inject-priority in setup.cfg names {one}, and there is no such task", exit_code=1)
    found: dict[str, Task] = {}
    for path, tasks in sharing.items():
        named = [task for task in tasks if any(_means(one, task.name) for one in wanted)]
        if len(named) > 1:
            listed = ", ".join(task.name for task in named)
            raise Refusal(
                f"inject-priority in setup.cfg names several tasks of one file: {listed}", exit_code=1
            )
        found[path] = named[0] if named else tasks[0]
    return found


def _priorities(project: Project) -> list[str]:
    from configparser import ConfigParser, Error

    for folder in dict.fromkeys((project.spec.folder, project.root)):
        parser = ConfigParser(interpolation=None)
        try:
            if parser.read(os.path.join(folder, "setup.cfg"), encoding="utf-8"):
                return parser.get("ploomber", "inject-priority", fallback="").split(",")
        except (Error, UnicodeDecodeError):
            continue
    return []


def _means(wanted: str, name: str) -> bool:
    """`a*` is looked for anywhere in a name, as `a` and whatever follows (section 9.2)."""
    if "*" not in wanted:
        return wanted == name
    return re.search(".*".join(map(re.escape, wanted.split("*"))), name) is not None


def _edited(project: Project, path: str, task: Task, wanted: bool) -> tuple[str, bool]:
    """What was done to one source, nothing where nothing was; whether it could not be."""
    file = os.path.realpath(path)
    try:
        with open(file, encoding="utf-8", newline="") as opened:
            text = opened.read()
    except (OSError, UnicodeDecodeError) as error:
        return f"cannot be read: {error}", True
    mark, body = ("\ufeff", text[1:]) if text.startswith("\ufeff") else ("", text)
    if wanted:
        cell = injected_cell(project, task)
        made = inject(path, body, cell.text)
        told = f"the values of {task.name} are in it" if cell.complete else f"some values of {task.name} are"
        told += "" if cell.complete else " in it; what is not known, the cell says"
    else:
        made = remove(path, body)
        told = "the injected cell is out of it"
    if isinstance(made, NotInjected):
        return f"{made.reason}; it stays as it is", True
    if made == body:
        return "", False
    try:
        mode = stat.S_IMODE(os.stat(file).st_mode)
        write_whole(file, (mark + made).encode("utf-8"), mode=mode)
        os.chmod(file, mode)
    except OSError as error:
        return f"cannot be written: {error.strerror or error}", True
    return told, False
