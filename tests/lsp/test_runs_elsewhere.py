"""Runs that others started, runs that outlive the server, and what is told of runs while they happen."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.lsp.conftest import STEPS
from tests.lsp.editor import PATIENCE, PIPELENS, Editor, editor

WAITING = """import time
    Path('started').touch()
    end = time.monotonic() + 120  # a task that a failed test forgot goes by itself
    while not Path('go').exists() and time.monotonic() < end: time.sleep(0.02)
    print('loading')"""
SLOW = STEPS.replace('print("loading")', WAITING)
OURS = {"client": "vscode", "trusted": True}


def in_terminal(root: Path, *words: str, **options: Any) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [PIPELENS, "build", *words],
        cwd=root,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        **options,
    )


async def until_there(path: Path) -> None:
    async def wait() -> None:
        while not path.exists():
            await asyncio.sleep(0.02)

    await asyncio.wait_for(wait(), PATIENCE)


class Listener:
    """Our own messages, as a client of ours gets them."""

    def __init__(self, it: Editor) -> None:
        self.messages: list[dict[str, Any]] = []
        self.changes: list[dict[str, Any]] = []
        self.status: list[dict[str, Any]] = []

        @it.client.feature("pipelens/runEvent")
        def event(params: Any) -> None:
            self.messages.append(plain(params))

        @it.client.feature("pipelens/status")
        def status(params: Any) -> None:
            self.status.append(plain(params))

        @it.client.feature("pipelens/stateChanged")
        def changed(params: Any) -> None:
            self.changes.append(plain(params))

    @property
    def events(self) -> list[dict[str, Any]]:
        return [event for message in self.messages for event in message["events"]]

    def kinds(self) -> list[str]:
        return [event["kind"] for event in self.events]


def plain(value: Any) -> Any:
    """What pygls made of a JSON object, as dictionaries again."""
    if hasattr(value, "_asdict"):
        value = value._asdict()
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    return value


async def test_a_build_in_a_terminal_shows_progress_and_can_be_stopped_from_it(project: Path) -> None:
    (project / "steps.py").write_text(SLOW)
    async with editor(project) as it:
        it.open("pipeline.yaml")
        await it.settled()
        with in_terminal(project) as build:
            await it.until(lambda: "load: running" in it.log, "the run of another process")

            async def running() -> bool:
                return (1, "↻ running") in await it.titles("pipeline.yaml")

            await it.until_true(running, "a running task")
            await it.command("pipelens.stopRun", {"pipeline": it.uri("pipeline.yaml")})
            await it.until(lambda: it.runs_ended == 1, "the end of the progress")
            assert build.wait(PATIENCE) == 130
        assert it.said == []


async def test_a_server_that_starts_later_finds_the_build_that_is_under_way(project: Path) -> None:
    (project / "steps.py").write_text(SLOW)
    with in_terminal(project) as build:
        await until_there(project / "started")
        async with editor(project, options=OURS) as it:
            heard = Listener(it)
            it.open("pipeline.yaml")
            await it.until(lambda: "plan" in heard.kinds(), "what happened before")
            (project / "go").touch()
            await it.until(lambda: "end" in heard.kinds(), "the end of the run")
            assert [event["seq"] for event in heard.events] == list(range(1, len(heard.events) + 1))
            assert heard.events[-1]["state"] == "ok"
        assert build.wait(PATIENCE) == 0


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
async def test_killing_the_server_leaves_the_run_going_and_the_next_server_follows_it(project: Path) -> None:
    (project / "steps.py").write_text(SLOW)
    async with editor(project, options=OURS) as it:
        it.open("pipeline.yaml")
        await it.command("pipelens.startRun", {"pipeline": it.uri("pipeline.yaml"), "mode": "build"})
        await until_there(project / "started")
        it.gone = True
        it.client._server.send_signal(signal.SIGKILL)
        await it.client._server.wait()
    async with editor(project, options=OURS) as it:
        heard = Listener(it)
        it.open("pipeline.yaml")
        await it.until(lambda: "plan" in heard.kinds(), "what happened before")
        (project / "go").touch()
        await it.until(lambda: "end" in heard.kinds(), "the end of the run")
    assert (project / "out" / "fit.txt").read_text() == "12"


async def test_shutting_down_tells_of_the_run_that_goes_on(project: Path) -> None:
    (project / "steps.py").write_text(SLOW)
    async with editor(project) as it:
        it.open("pipeline.yaml")
        await it.command("pipelens.runTask", {"pipeline": it.uri("pipeline.yaml"), "task": "load"})
        await until_there(project / "started")
        it.gone = True
        await it.client.shutdown_async(None)
        await it.until(lambda: "goes on without the editor" in it.log)
        it.client.exit(None)
    (project / "go").touch()
    await until_there(project / "out" / "load.txt")


async def test_a_client_of_ours_hears_events_in_order_and_no_log(project: Path) -> None:
    async with editor(project, options=OURS) as it:
        heard = Listener(it)
        it.open("pipeline.yaml")
        run = plain(
            await it.command("pipelens.startRun", {"pipeline": it.uri("pipeline.yaml"), "mode": "build"})
        )
        assert run["state"] == "running"
        await it.until(lambda: "end" in heard.kinds(), "the end of the run")
        assert {message["run"] for message in heard.messages} == {run["id"]}
        assert [event["seq"] for event in heard.events] == list(range(1, len(heard.events) + 1))
        assert [message["seq"] for message in heard.messages] == [
            message["events"][-1]["seq"] for message in heard.messages
        ]
        assert {"run", "plan", "task", "output", "end"} <= set(heard.kinds())
        assert "loading" not in it.log
        await it.until(lambda: bool(heard.changes), "news of states")
        assert heard.changes[-1]["what"] == "states"
        await it.until(
            lambda: {"text": "2 tasks · 2 fresh", "severity": "info"} in heard.status, "the status"
        )


async def test_the_status_is_told_before_anything_ran(project: Path) -> None:
    async with editor(project, options=OURS) as it:
        heard = Listener(it)
        it.open("pipeline.yaml")
        await it.until(lambda: bool(heard.status), "the status")
        assert heard.status[0]["text"] == "2 tasks · 2 never run"
        assert heard.status[0]["action"] == "pipelens.buildPipeline"


async def test_events_are_bounded_whatever_a_task_prints(project: Path) -> None:
    noisy = 'for n in range(3000):\n        print("x" * 2000, flush=True)\n    print("é\\x01" * 100_000)'
    (project / "steps.py").write_text(STEPS.replace('print("loading")', noisy))
    async with editor(project, options=OURS) as it:
        heard = Listener(it)
        it.open("pipeline.yaml")
        await it.command(
            "pipelens.startRun", {"pipeline": it.uri("pipeline.yaml"), "tasks": ["load"], "mode": "task"}
        )
        await it.until(lambda: "end" in heard.kinds(), "the end of the run")
        assert max(len(json.dumps(message)) for message in heard.messages) <= 64_000
        assert len(heard.messages) < 200
        assert any("left out" in event.get("text", "") for event in heard.events)


async def test_progress_tells_the_task_and_how_far_the_run_is(project: Path) -> None:
    async with editor(project) as it:
        it.open("pipeline.yaml")
        await it.command("pipelens.buildPipeline", {"pipeline": it.uri("pipeline.yaml")})
        await it.until(lambda: it.runs_ended == 1, "the end of the run")
        [reports] = [list(each) for each in it.client.progress_reports.values()]
        assert reports[0].title == "Running pipeline.yaml"
        assert reports[0].cancellable
        told = [report.message for report in reports[1:-1]]
        assert any("(1 of 2)" in one or "(2 of 2)" in one or "done" in one for one in told)
        percentages = [report.percentage for report in reports[1:-1]]
        assert percentages == sorted(percentages)


async def test_the_failing_line_is_a_problem_until_its_source_is_edited(project: Path) -> None:
    steps = STEPS.replace('print("loading")', 'raise KeyError("no such column")')
    (project / "steps.py").write_text(steps)
    async with editor(project) as it:
        it.open("pipeline.yaml")
        it.open("steps.py")
        await it.run_task("load")
        await it.shows("steps.py", "task-failed")
        [found] = it.client.diagnostics[it.uri("steps.py")]
        assert found.range.start.line == 4
        assert "no such column" in found.message
        await it.until(lambda: bool(it.said), "the reason")
        assert "(steps.py:5)" in it.said[-1]
        it.rewrite("steps.py", steps.replace("no such", "still no such"))
        await it.shows("steps.py")


async def test_a_client_that_shows_runs_places_the_failing_line_itself(project: Path) -> None:
    (project / "steps.py").write_text(STEPS.replace('print("loading")', 'raise KeyError("no such column")'))
    async with editor(project, options={**OURS, "showsRuns": True}) as it:
        heard = Listener(it)
        it.open("pipeline.yaml")
        it.open("steps.py")
        await it.command(
            "pipelens.startRun", {"pipeline": it.uri("pipeline.yaml"), "tasks": ["load"], "mode": "task"}
        )
        await it.until(lambda: "end" in heard.kinds(), "the end of the run")
        [problem] = [event for event in heard.events if event["kind"] == "problem"]
        assert (problem["path"], problem["line"]) == (str(project / "steps.py"), 4)
        await it.settled()
        it.rewrite("steps.py", "\n" + STEPS)
        await it.settled()
        assert "task-failed" not in it.codes("steps.py")
        assert not it.said
        assert not it.client.progress_reports
        [failure] = plain(await it.client.protocol.send_request_async("pipelens/failures", None))
        assert failure == {
            "pipeline": it.uri("pipeline.yaml"),
            "run": heard.messages[-1]["run"],
            "problem": problem,
        }


async def test_a_run_that_was_killed_ends_for_a_client_of_ours(project: Path) -> None:
    (project / "steps.py").write_text(SLOW)
    async with editor(project, options=OURS) as it:
        heard = Listener(it)
        it.open("pipeline.yaml")
        run = plain(
            await it.command("pipelens.startRun", {"pipeline": it.uri("pipeline.yaml"), "mode": "build"})
        )
        await until_there(project / "started")
        await it.command("pipelens.cancelRun", {"run": run["id"], "hard": True})
        await it.until(lambda: "end" in heard.kinds(), "the end of the run")


async def test_a_run_that_never_began_says_why(project: Path) -> None:
    (project / "steps.py").write_text(SLOW)
    async with editor(project, options=OURS) as it:
        heard = Listener(it)
        it.open("pipeline.yaml")
        build = {"pipeline": it.uri("pipeline.yaml"), "mode": "build"}
        await it.command("pipelens.startRun", build)
        await until_there(project / "started")
        second = plain(await it.command("pipelens.startRun", build))
        await it.until(lambda: "end" in heard.kinds(), "the end of the second run")
        [end] = [one for one in heard.messages if one["run"] == second["id"]]
        assert "another build of this pipeline is running" in end["events"][0]["message"]
        (project / "go").touch()


async def test_a_failure_from_before_the_server_is_shown_until_the_next_run(project: Path) -> None:
    (project / "steps.py").write_text(
        STEPS.replace('print("loading")', 'assert Path("go").exists(), "not yet"')
    )
    assert in_terminal(project).wait(PATIENCE) == 1
    async with editor(project) as it:
        it.open("steps.py")
        await it.shows("steps.py", "task-failed")
        await it.settled()
        (project / "go").touch()
        assert in_terminal(project).wait(PATIENCE) == 0
        await it.shows("steps.py")


async def test_a_run_is_cancelled_by_its_id(project: Path) -> None:
    (project / "steps.py").write_text(SLOW)
    async with editor(project) as it:
        it.open("pipeline.yaml")
        run = plain(
            await it.command("pipelens.startRun", {"pipeline": it.uri("pipeline.yaml"), "mode": "build"})
        )
        await until_there(project / "started")
        assert await it.command("pipelens.cancelRun", {"run": run["id"], "hard": True}) is True
        await it.until(lambda: it.runs_ended == 1, "the end of the run")
        assert await it.command("pipelens.cancelRun", run["id"]) is False


async def test_a_plan_says_what_would_run_and_how(project: Path) -> None:
    async with editor(project) as it:
        it.open("pipeline.yaml")
        request = {"pipeline": it.uri("pipeline.yaml"), "tasks": ["fit"], "mode": "upstream"}
        told = plain(await it.command("pipelens.plan", request))
        assert [(step["task"], step["action"]) for step in told["steps"]] == [("load", "run"), ("fit", "run")]
        assert told["refused"] is None
        done = subprocess.run([PIPELENS, *told["command"][1:]], cwd=project, capture_output=True, check=False)
        assert done.returncode == 0
        told = plain(await it.command("pipelens.plan", {**request, "mode": "task"}))
        assert "up to date" in told["refused"]


async def test_a_task_does_not_see_what_a_client_set_for_the_server(project: Path) -> None:
    body = 'import os, json\n    Path(product).write_text(json.dumps(dict(os.environ)))\n    return\n    print("loading")'
    (project / "steps.py").write_text(STEPS.replace('print("loading")', body))
    async with editor(project, options=OURS, PYTHONSAFEPATH="1", MARK="mine") as it:
        it.open("pipeline.yaml")
        await it.run_task("load")
    seen = json.loads((project / "out" / "load.txt").read_text())
    assert seen["MARK"] == "mine"
    assert "PYTHONSAFEPATH" not in seen
    assert not [name for name in seen if name.startswith("PIPELENS_")]


async def test_what_is_meant_is_asked_for_only_when_it_is_not_clear(project: Path) -> None:
    async with editor(project) as it:
        it.open("steps.py")
        it.answer = "load"
        await it.command("pipelens.runTask", it.uri("steps.py"))
        await it.until(lambda: it.runs_ended == 1, "the end of the run")
        assert [action.title for action in it.asked[0].actions or ()] == ["load", "fit"]
        await it.command("pipelens.buildPipeline")
        await it.until(lambda: it.runs_ended == 2, "the end of the build")
        assert len(it.asked) == 1
    assert (project / "out" / "fit.txt").exists()


async def test_our_own_requests_are_answered(project: Path) -> None:
    async with editor(project) as it:
        it.open("pipeline.yaml")
        ask = it.client.protocol.send_request_async
        [pipeline] = plain(await ask("pipelens/pipelines", {}))
        assert pipeline == {
            "uri": it.uri("pipeline.yaml"),
            "name": "pipeline.yaml",
            "root": project.as_uri(),
            "tasks": 2,
            "problems": {"errors": 0, "warnings": 0},
        }
        found = plain(await ask("pipelens/runnables", {"textDocument": {"uri": it.uri("steps.py")}}))
        assert [(one["task"], one["range"]["start"]["line"]) for one in found] == [("load", 3), ("fit", 8)]
        found = plain(await ask("pipelens/runnables", {"textDocument": {"uri": it.uri("pipeline.yaml")}}))
        assert [(one["task"], one["can"]) for one in found] == [
            ("load", ["run", "debug"]),
            ("fit", ["run", "debug"]),
        ]
        health = plain(await ask("pipelens/health", {}))
        assert "**interpreter**" in health["markdown"]
        assert health["json"][0]["pipeline"] == it.uri("pipeline.yaml")


async def test_a_product_is_opened_by_the_client(project: Path) -> None:
    async with editor(project, "visual-studio-code") as it:
        it.open("pipeline.yaml")
        load = {"pipeline": it.uri("pipeline.yaml"), "task": "load"}
        await it.command("pipelens.openProduct", load)
        await it.until(lambda: any("is not there yet" in one for one in it.said))
        await it.run_task("load")
        await it.command("pipelens.openProduct", load)
        product = (project / "out" / "load.txt").as_uri()
        await it.until(lambda: any(one.uri == product for one in it.client.shown_documents))


async def test_files_of_tasks_and_their_products_are_told(project: Path) -> None:
    async with editor(project) as it:
        it.open("pipeline.yaml")
        ask = it.client.protocol.send_request_async
        assert plain(await ask("pipelens/taskFiles", None)) == [it.uri("steps.py")]
        task = {"pipeline": it.uri("pipeline.yaml"), "task": "load"}
        told = plain(await ask("pipelens/products", task))
        assert told == [{"key": "load.txt", "uri": it.uri("out/load.txt"), "exists": False}]
        assert plain(await ask("pipelens/products", {**task, "task": "nobody"})) == []


async def test_a_plan_that_is_refused_says_so_in_a_word(project: Path) -> None:
    async with editor(project) as it:
        it.open("pipeline.yaml")
        request = {"pipeline": it.uri("pipeline.yaml"), "tasks": ["fit"], "mode": "task"}
        told = plain(await it.command("pipelens.plan", request))
        assert (told["refusal"], told["needed"]) == ("upstream", ["load"])
        told = plain(await it.command("pipelens.plan", {**request, "tasks": ["nobody"]}))
        assert told["refusal"] == "unclear"


async def test_the_doctor_shows_its_report(project: Path, tmp_path: Path) -> None:
    async with editor(project, "visual-studio-code", XDG_CACHE_HOME=str(tmp_path / "cache")) as it:
        it.open("pipeline.yaml")
        await it.command("pipelens.doctor")
        await it.until(lambda: bool(it.client.shown_documents), "the report")
        assert it.client.shown_documents[0].uri.endswith("health.md")


async def test_an_idle_server_sleeps(project: Path) -> None:
    """Nothing is polled where the system tells: between two looks the server does not even wake up."""
    stat = Path("/proc/self/status")
    if not stat.exists():
        pytest.skip("only Linux tells how often a process woke up")
    async with editor(project) as it:
        it.open("pipeline.yaml")
        await it.lenses("pipeline.yaml")
        await it.settled()

        def wakes() -> int:
            text = Path(f"/proc/{it.client._server.pid}/status").read_text()
            return int(text.partition("voluntary_ctxt_switches:")[2].split()[0])

        before = wakes()
        await asyncio.sleep(3)
        assert wakes() - before <= 3
