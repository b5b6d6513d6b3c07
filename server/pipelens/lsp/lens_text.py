"""What code lenses say and do, as JSON text in which the line number is left open.

Above a thousand tasks in a file each has one lens that says all, and another if its failure can be opened.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from json.encoder import encode_basestring_ascii as _quoted
from typing import TYPE_CHECKING, Final

from pipelens.frozen import frozen
from pipelens.lsp.states import SIGNS
from pipelens.protocol import commands
from pipelens.runner.plan import Plan, Step, refuse_unsupported

if TYPE_CHECKING:
    from pipelens.core.project import Project, Task
    from pipelens.protocol.tasks import Verb
    from pipelens.runner.freshness import Freshness

LINE: Final = "\0"
"""Stands for the line number; JSON text never holds it."""

_LONGEST_REASON = 160


@frozen
class Voice:
    """How to speak to this client. runs: whether running is offered: it may be done, or the client says
    itself why not, and what would allow it. is_code: it shows codicons, and a title without a command.
    brief: one lens for each task. debugs: whether it starts debug sessions."""

    runs: bool
    is_code: bool
    brief: bool
    debugs: bool = False

    @property
    def play(self) -> str:
        return "$(play)" if self.is_code else "▶"


@frozen
class Columns:
    """Where a lens begins and ends on its line, as the client counts."""

    start: int
    end: int

    def as_json(self) -> str:
        return (
            f'{{"start":{{"line":{LINE},"character":{self.start}}},'
            f'"end":{{"line":{LINE},"character":{self.end}}}}}'
        )


def task_lenses(
    project: Project,
    uri: str,
    task: Task,
    told: Freshness,
    where: Columns,
    voice: Voice,
    *,
    alone: bool,
    recorded: bool,
) -> list[str]:
    """The lenses of one task. uri: of its pipeline. alone: no other task is offered there. recorded:
    whether its failure left something to open."""
    verbs = verbs_of(project, task.name, recorded=recorded)
    runs = "run" in verbs
    runnable = (
        f'{{"pipeline":{_quoted(uri)},"task":{_quoted(str(task.name))},"range":{where.as_json()},'
        f'"freshness":{{"state":"{told.state}","reason":{_quoted(told.reason)}}},'
        f'"can":[{",".join(map(_quoted, verbs))}]}}'
    )
    name = "" if alone else f" {task.name}"
    edges = edges_title(task, project)
    run = (f"{voice.play} Run", commands.RUN_TASK) if runs and voice.runs else None
    opening: list[str] = []
    if "failure" in verbs:
        title = f"Open failure{name and ' of'}{name}"
        opening.append(_lens(where, title, commands.OPEN_FAILURE, runnable))
    if voice.brief:
        parts = [run[0] + name if run else "", brief_title(told) + ("" if run else name), edges]
        title = " · ".join(filter(None, parts))
        return [_lens(where, title, run[1] if run else commands.SHOW_TEXT, runnable), *opening]
    found = [_lens(where, run[0] + name, run[1], runnable)] if run else []
    shown = "" if voice.is_code else commands.SHOW_TEXT
    if "debug" in verbs and voice.runs and voice.debugs:
        title = "$(debug-alt) Debug" if voice.is_code else "Debug"
        found.append(_lens(where, title + name, commands.DEBUG_TASK, runnable))
    found.append(_lens(where, state_title(told, name), shown, runnable))
    found.extend(opening)
    if edges:
        found.append(_lens(where, edges, commands.SHOW_TEXT, runnable, "edges"))
    return found


def pipeline_lenses(uri: str, told: Mapping[str, Freshness], where: Columns, voice: Voice) -> list[str]:
    """What stands at `tasks:`: build everything, and how many tasks are in which state."""
    if not told:
        return []
    counts = Counter(one.state for one in told.values())
    words = " · ".join(f"{counts[state]} {state.replace('_', ' ')}" for state in SIGNS if counts[state])
    pipeline = json.dumps({"pipeline": uri})
    build = f"{voice.play} Build"
    if voice.brief and voice.runs:
        return [_lens(where, f"{build} · {words}", commands.BUILD_PIPELINE, pipeline)]
    found = [_lens(where, build, commands.BUILD_PIPELINE, pipeline)] if voice.runs else []
    shown = "" if voice.is_code else commands.SHOW_TEXT
    return [*found, _lens(where, words, shown, pipeline)]


def state_title(told: Freshness, name: str = "") -> str:
    """`● stale: source changed`, the reason word for word as `status` prints it."""
    title = f"{SIGNS[told.state]}{name} {told.state.replace('_', ' ')}"
    if told.state in ("fresh", "never_run", "running"):
        return title
    reason = (told.reason.splitlines() or [""])[0]
    return f"{title}: {reason[:_LONGEST_REASON]}"


def brief_title(told: Freshness) -> str:
    return f"{SIGNS[told.state]} {told.state.replace('_', ' ')}"


def edges_title(task: Task, project: Project) -> str:
    """`↑2 ↓3`: how many tasks it needs, and how many need it, directly."""
    above, below = len(task.upstream), len(project.downstream.get(task.name, ()))
    return " ".join(f"{arrow}{count}" for arrow, count in (("↑", above), ("↓", below)) if count)


def verbs_of(project: Project, name: str, *, recorded: bool) -> list[Verb]:
    """What can be done with a task. recorded: whether its failure left something to open."""
    found: list[Verb] = []
    if can_run(project, name):
        found.append("run")
        if can_debug(project, name):
            found.append("debug")
    if recorded:
        found.append("failure")
    return found


def can_debug(project: Project, name: str) -> bool:
    """Whether a debugger can see it run: Python, and not in a kernel."""
    task = project.tasks[name]
    if task.kind not in ("notebook", "script", "function") or not can_run(project, name):
        return False
    return task.kind != "notebook" or not task.spec.options.get("kernelspec_name")


def can_run(project: Project, name: str) -> bool:
    """Whether this version runs tasks of this kind."""
    return refuse_unsupported(project, Plan((Step(name, "run", ""),))) is None


def _lens(where: Columns, title: str, command: str, argument: str, *more: str) -> str:
    arguments = ",".join([argument, *map(_quoted, more)])
    return (
        f'{{"range":{where.as_json()},"command":{{"title":{_quoted(title)},'
        f'"command":"{command}","arguments":[{arguments}]}}}}'
    )
