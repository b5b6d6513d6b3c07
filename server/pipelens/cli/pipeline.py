"""From a command's arguments to the pipeline that they mean."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from pipelens.cli.refusal import Refusal

if TYPE_CHECKING:
    from pipelens.core.project import Project
    from pipelens.runner.freshness import Freshness
    from pipelens.workspace.keeper import ProjectKeeper

NO_PIPELINE = "no-pipeline"


def open_keeper(arguments: argparse.Namespace, environ: Mapping[str, str] | None = None) -> ProjectKeeper:
    """The keeper of the pipeline that the arguments name. Raises `Refusal` when there is none. environ:
    instead of this process's variables."""
    from pipelens.workspace.opening import NotFound, open_pipeline

    found = open_pipeline(
        arguments.entry_point,
        cwd=arguments.cwd,
        environ=os.environ if environ is None else environ,
        overrides=arguments.overrides,
    )
    if isinstance(found, NotFound):
        raise Refusal(found.message, code=NO_PIPELINE, problems=found.problems)
    return found


def open_project(arguments: argparse.Namespace) -> Project:
    """The pipeline that the arguments name, as it is now. Raises `Refusal` when there is none."""
    return open_keeper(arguments).now()


def freshness_of(project: Project) -> Mapping[str, Freshness]:
    from pipelens.runner.freshness import read_freshness

    return read_freshness(project)


def only_shown(project: Project) -> str | None:
    """Why there are no tasks to show, where the file is none of ours or only code could tell."""
    match project.spec.form:
        case "foreign":
            told = next((p.message for p in project.problems), "it belongs to another tool")
            return f"{os.path.basename(project.path)}: {told}"
        case "location":
            factory = project.spec.location
            name = factory.path if factory else "a function"
            return f"{name} makes this pipeline; its tasks are unknown, because only running it can tell."
        case "unreadable":
            told = next((p.message for p in project.problems), "it cannot be read")
            return f"{os.path.basename(project.path)}: {told}"
        case _:
            return None
