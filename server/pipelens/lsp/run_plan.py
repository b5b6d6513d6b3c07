"""What a run would do, before it is started."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelens.lsp.runs import command_words
from pipelens.protocol.runs import Mode, PlanAnswer, PlanStep, RunRequest
from pipelens.runner.plan import BuildOptions, Plan, Refusal, make_plan, refuse_unsupported

if TYPE_CHECKING:
    from pipelens.core.project import Project
    from pipelens.lsp.server import Server


def requested_run(server: Server, given: tuple[object, ...]) -> tuple[Project, RunRequest] | str:
    """The run that a client asks for; in words why it cannot be."""
    request = RunRequest.read(given[0]) if given else None
    if request is None:
        return "This command needs {pipeline: URI of its file, tasks: names, mode: task, upstream, force or build}."
    path = server.places.path(request.pipeline)
    project = server.host.project(path) if path is not None else None
    if project is None:
        return f"There is no pipeline {request.pipeline}."
    unknown = [task for task in request.tasks if task not in project.tasks]
    if unknown:
        return f"There is no task {unknown[0]} in {project.path}."
    return project, request


def plan_answer(server: Server, given: tuple[object, ...]) -> dict[str, object]:
    """What would run and why, and the command line that does it."""
    match requested_run(server, given):
        case (project, request):
            pass
        case why:
            return PlanAnswer((), (), why, "unclear").as_json()
    # What ran elsewhere a moment ago may not have been noticed yet.
    server.states.may_have_changed(project.path)
    words = command_words(project, request.tasks, request.mode, server.runs.interpreter(project))
    command = ("pipelens", *words)
    made = make_plan(project, server.states.of(project), build_options(request.tasks, request.mode))
    if isinstance(made, Refusal):
        return PlanAnswer((), command, made.message, made.code, made.tasks).as_json()
    steps = tuple(PlanStep(step.task, step.action, step.reason) for step in made.steps)
    refused = refuse_unsupported(project, Plan(made.steps, made.options))
    if refused is not None:
        return PlanAnswer(steps, command, refused.message, refused.code, refused.tasks).as_json()
    return PlanAnswer(steps, command).as_json()


def build_options(tasks: tuple[str, ...], mode: Mode) -> BuildOptions:
    """As the command line of `command_words` understands them."""
    force = mode == "force"
    if not tasks:
        return BuildOptions(force=force)
    if mode in ("task", "force") and len(tasks) == 1:
        return BuildOptions(force=force, task=tasks[0])
    return BuildOptions(force=force, partially=tasks, skip_upstream=mode in ("task", "force"))
