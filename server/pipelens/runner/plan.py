"""Plan: what a build would run and why, before anything runs. Pure.

The selections are those of section 11.5 of the format.
"""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Literal

from pipelens.core.graph import closure
from pipelens.core.project import Project
from pipelens.frozen import frozen
from pipelens.runner.freshness import Freshness
from pipelens.runner.supported import unsupported

Action = Literal["run", "skip", "unselected"]


@frozen
class BuildOptions:
    """What was asked for.

    force: run the selected tasks whatever their freshness. partially: names or `*` patterns; these
    and all before them. skip_upstream: with `partially`, only these. task: exactly this one task
    (then `partially` and `skip_upstream` are ignored).
    """

    force: bool = False
    partially: tuple[str, ...] = ()
    skip_upstream: bool = False
    task: str | None = None

    @property
    def mode(self) -> Literal["task", "upstream", "force", "build"]:
        """What was asked for, in one word."""
        if self.force:
            return "force"
        if self.task is not None or (self.partially and self.skip_upstream):
            return "task"
        return "upstream" if self.partially else "build"


@frozen
class Step:
    """One task in build order. `reason`: why it runs, is skipped, or is left out."""

    task: str
    action: Action
    reason: str


@frozen
class Plan:
    """All tasks of the pipeline in build order."""

    steps: tuple[Step, ...]
    options: BuildOptions = BuildOptions()

    @property
    def to_run(self) -> tuple[str, ...]:
        return tuple(step.task for step in self.steps if step.action == "run")


RefusalCode = Literal["unknown-task", "cycle", "fresh", "upstream", "unsupported"]


@frozen
class Refusal:
    """Why there is no plan, or why it cannot be carried out.

    `fresh`: the single task is up to date (force runs it). `upstream`: its upstream is not ready
    (`tasks` names it). `unsupported`: tasks of a kind that is not run yet.
    """

    code: RefusalCode
    message: str
    tasks: tuple[str, ...] = ()
    suggestions: tuple[str, ...] = ()


def make_plan(project: Project, freshness: Mapping[str, Freshness], options: BuildOptions) -> Plan | Refusal:
    """The steps of a build in build order, or why the selection cannot be planned."""
    if project.cycles:
        rings = "; ".join(", ".join(ring) for ring in project.cycles)
        message = f"the tasks depend on each other in a circle: {rings}"
        return Refusal("cycle", message, tuple(name for ring in project.cycles for name in ring))
    if (unseen := _unseen(project)) is not None:
        return unseen
    if options.task is not None:
        return _plan_one(project, freshness, options, options.task)
    selected = _selection(project, options)
    if isinstance(selected, Refusal):
        return selected
    return Plan(tuple(_step(name, selected, freshness, options) for name in project.order), options)


def refuse_unsupported(project: Project, plan: Plan, engine: str | None = None) -> Refusal | None:
    """Says which of the tasks to run are of a kind that this version does not run. engine: the one that
    was asked for by name."""
    reasons = {name: unsupported(project, project.tasks[name], engine) for name in plan.to_run}
    found = {name: reason for name, reason in reasons.items() if reason is not None}
    if not found:
        return None
    listed = "; ".join(f"{name}: {reason}" for name, reason in list(found.items())[:3])
    more = f"; and {len(found) - 3} more" if len(found) > 3 else ""
    message = f"cannot run {listed}{more}. Select other tasks with --partially, or build these with Ploomber"
    return Refusal("unsupported", message, tuple(found))


def _unseen(project: Project) -> Refusal | None:
    """Whether some tasks are not known because a function makes the values of their grid: what waits for
    them by a pattern would run without them."""
    found = tuple(
        entry.label
        for entry in project.entries.values()
        if any(problem.code == "grid-from-code" for problem in entry.problems)
    )
    if not found:
        return None
    message = (
        f"the values of the grid of {', '.join(found[:3])} come from a function, which this version does not "
        "call: nobody knows which tasks there are. Write the values into the pipeline, let the function "
        "return a literal list, or build with Ploomber"
    )
    return Refusal("unsupported", message, found)


def _selection(project: Project, options: BuildOptions) -> frozenset[str] | Refusal:
    if not options.partially:
        return frozenset(project.order)
    targets: set[str] = set()
    for wanted in options.partially:
        if "*" in wanted:
            targets.update(name for name in project.order if fnmatchcase(name, wanted))
        elif wanted in project.tasks:
            targets.add(wanted)
        else:
            return _unknown(project, wanted)
    if options.skip_upstream:
        return frozenset(targets)
    return closure(targets, {name: task.upstream for name, task in project.tasks.items()})


def _step(
    name: str, selected: frozenset[str], freshness: Mapping[str, Freshness], options: BuildOptions
) -> Step:
    if name not in selected:
        return Step(name, "unselected", "not selected")
    told = freshness[name]
    if told.state != "fresh":
        return Step(name, "run", _why(told))
    if options.force:
        return Step(name, "run", "forced")
    return Step(name, "skip", told.reason or "up to date")


def _why(told: Freshness) -> str:
    """The reason to run, as it reads without the word for the state in front of it."""
    return f"its last run failed: {told.reason}" if told.state == "failed" else told.reason


def _plan_one(
    project: Project, freshness: Mapping[str, Freshness], options: BuildOptions, wanted: str
) -> Plan | Refusal:
    if wanted not in project.tasks:
        return _unknown(project, wanted)
    told = freshness[wanted]
    unready = [name for name in project.tasks[wanted].upstream if _state(freshness, name) != "fresh"]
    if unready:
        why = "; ".join(f"{name}: {_why(freshness[name])}" for name in unready if name in freshness)
        return Refusal(
            "upstream",
            f"{wanted} cannot run yet, its upstream is not up to date ({why}). "
            f"Build it first, or build {wanted} with everything before it (--partially)",
            tuple(unready),
        )
    if told.state == "fresh" and not options.force:
        return Refusal("fresh", f"{wanted} is up to date; use --force to run it all the same", (wanted,))
    reason = _why(told) if told.state != "fresh" else "forced"
    steps = (
        Step(name, "run", reason) if name == wanted else Step(name, "unselected", "not selected")
        for name in project.order
    )
    return Plan(tuple(steps), options)


def _state(freshness: Mapping[str, Freshness], name: str) -> str:
    told = freshness.get(name)
    return told.state if told else "unknown"


def _unknown(project: Project, wanted: str) -> Refusal:
    import difflib

    near = tuple(difflib.get_close_matches(wanted, [str(name) for name in project.tasks], n=3, cutoff=0.6))
    hint = f"; did you mean {' or '.join(near)}?" if near else ""
    listed = ", ".join(sorted(str(name) for name in project.tasks)[:20])
    return Refusal(
        "unknown-task", f"there is no task {wanted}{hint or f'; the tasks are: {listed}'}", (), near
    )
