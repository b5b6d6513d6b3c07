"""Debugging as the server offers it: to clients that start debug sessions themselves, and to nobody else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.lsp.conftest import PIPELINE, STEPS
from tests.lsp.editor import Editor, editor
from tests.lsp.test_lenses import build

DEBUGGER = {
    "client": "vscode",
    "clientCommands": ["pipelens.runTask", "pipelens.debugTask", "pipelens.openFailure"],
}
BROKEN = STEPS.replace('print("loading")', 'raise ValueError("no rows")')


async def verbs(it: Editor, task: str) -> list[str]:
    lenses = [one.command.arguments for one in await it.lenses("pipeline.yaml") if one.command is not None]
    found: list[Any] = [given[0] for given in lenses if given]
    return next(list(one["can"]) for one in found if one.get("task") == task)


def field(answer: Any, name: str) -> Any:
    return answer[name] if isinstance(answer, dict) else getattr(answer, name)


async def test_only_clients_that_start_debug_sessions_get_a_debug_lens(project: Path) -> None:
    async with editor(project) as it:
        it.open("pipeline.yaml")
        assert not [title for _, title in await it.titles("pipeline.yaml") if "Debug" in title]
    async with editor(project, options=DEBUGGER) as it:
        it.open("pipeline.yaml")
        lenses = await it.lenses("pipeline.yaml")
        debug = [one for one in lenses if one.command.title == "$(debug-alt) Debug"]
        assert [one.range.start.line for one in debug] == [1, 3]
        assert {one.command.command for one in debug} == {"pipelens.debugTask"}
        assert await verbs(it, "load") == ["run", "debug"]


async def test_shell_tasks_run_but_cannot_be_debugged(project: Path) -> None:
    (project / "out.sh").write_text("echo 1 > {{product}}\n")
    (project / "pipeline.yaml").write_text(
        PIPELINE + "  - source: out.sh\n    product: out/sh.txt\n    name: sh\n"
    )
    async with editor(project, options=DEBUGGER) as it:
        it.open("pipeline.yaml")
        assert await verbs(it, "sh") == ["run"]
        given = {"pipeline": it.uri("pipeline.yaml"), "task": "sh"}
        assert await it.command("pipelens.debugConfiguration", given) is None
        assert "sh cannot be debugged" in it.said[-1]


async def test_the_arguments_of_a_launch_name_task_and_pipeline(project: Path) -> None:
    async with editor(project) as it:
        it.open("pipeline.yaml")
        given = {"pipeline": it.uri("pipeline.yaml"), "task": "fit"}
        told = await it.command("pipelens.debugConfiguration", given)
        assert field(told, "request") == "launch"
        assert field(told, "task") == "fit"
        assert field(told, "pipeline") == str(project / "pipeline.yaml")
        assert field(told, "cwd") == str(project)
        assert field(told, "upstreamReady") is False
        build(project, "--partially", "load")
        await it.until_true(lambda: _ready(it, given), "load to be fresh")


async def _ready(it: Editor, given: dict[str, str]) -> bool:
    return bool(field(await it.command("pipelens.debugConfiguration", given), "upstreamReady"))


async def test_a_failure_that_was_recorded_can_be_opened_until_the_task_ends_well(project: Path) -> None:
    (project / "steps.py").write_text(BROKEN)
    build(project)
    async with editor(project, options=DEBUGGER) as it:
        it.open("pipeline.yaml")
        lenses = await it.lenses("pipeline.yaml")
        opening = [one for one in lenses if one.command.command == "pipelens.openFailure"]
        assert [(one.range.start.line, one.command.title) for one in opening] == [(1, "Open failure")]
        assert await verbs(it, "load") == ["run", "debug", "failure"]
        assert await verbs(it, "fit") == ["run", "debug"]

        given = {"pipeline": it.uri("pipeline.yaml"), "task": "load", "failure": True}
        told = await it.command("pipelens.debugConfiguration", given)
        assert field(told, "request") == "attach"
        assert Path(field(told, "dump")).is_file()

        (project / "steps.py").write_text(STEPS)
        build(project)

        async def is_over() -> bool:
            return await verbs(it, "load") == ["run", "debug"]

        await it.until_true(is_over, "nothing to open")
        assert await it.command("pipelens.debugConfiguration", given) is None
        assert "No failure of load is recorded" in it.said[-1]


async def test_a_failure_stays_to_be_opened_when_a_later_run_ended_without_one(project: Path) -> None:
    (project / "steps.py").write_text(BROKEN)
    build(project)
    (kept,) = (project / ".pipelens" / "failures").glob("*.plpm")
    killed = BROKEN.replace("raise ValueError", "import os; os._exit(3); raise ValueError")
    (project / "steps.py").write_text(killed)
    build(project)
    async with editor(project, options=DEBUGGER) as it:
        it.open("pipeline.yaml")
        given = {"pipeline": it.uri("pipeline.yaml"), "task": "load", "failure": True}
        told = await it.command("pipelens.debugConfiguration", given)
        assert Path(field(told, "dump")) == kept
        assert await verbs(it, "load") == ["run", "debug", "failure"]


async def test_a_failure_before_the_task_ended_well_is_not_opened_for_a_later_one(project: Path) -> None:
    for text in (
        BROKEN,
        STEPS,
        BROKEN.replace("raise ValueError", "import os; os._exit(3); raise ValueError"),
    ):
        (project / "steps.py").write_text(text)
        build(project)
    assert list((project / ".pipelens" / "failures").glob("*.plpm"))
    async with editor(project, options=DEBUGGER) as it:
        it.open("pipeline.yaml")
        assert await verbs(it, "load") == ["run", "debug"]


async def test_in_a_large_pipeline_a_failure_can_be_opened_and_a_source_offers_all(project: Path) -> None:
    (project / "broken.py").write_text('# %% tags=["parameters"]\nupstream = None\n\n# %%\n1 / 0\n')
    (project / "steps.py").write_text(STEPS)
    entries = [
        f"  - source: steps.load\n    name: t{number}\n    product: out/{number}.txt\n"
        for number in range(1001)
    ]
    broken = "  - source: broken.py\n    product: out/broken.ipynb\n"
    (project / "pipeline.yaml").write_text("tasks:\n" + broken + "".join(entries))
    build(project, "--partially", "broken")
    async with editor(project, options=DEBUGGER) as it:
        it.open("pipeline.yaml")
        there = [title for line, title in await it.titles("pipeline.yaml") if line == 1]
        assert there == ["$(play) Run · ✗ failed", "Open failure"]
        it.open("broken.py")
        titles = [title for _, title in await it.titles("broken.py")]
        assert titles[:2] == ["$(play) Run", "$(debug-alt) Debug"]
        assert titles[2].startswith("✗ failed: ")
        assert titles[3] == "Open failure"
