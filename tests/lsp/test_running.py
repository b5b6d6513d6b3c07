"""The path through all rooms, and what is asked before anything runs."""

from __future__ import annotations

from pathlib import Path

from tests.lsp.conftest import PIPELINE, STEPS
from tests.lsp.editor import editor


async def test_from_a_mistake_to_a_fresh_task(project: Path, any_editor: str) -> None:
    broken = PIPELINE.replace("source: steps.load", "source: steps.lod")
    (project / "pipeline.yaml").write_text(broken)
    async with editor(project, any_editor) as it:
        it.open("pipeline.yaml")
        await it.until(lambda: bool(it.codes("pipeline.yaml")))
        it.type("pipeline.yaml", 1, 12, 21, "steps.load")
        await it.shows("pipeline.yaml")
        it.save("pipeline.yaml", PIPELINE)
        assert (1, "○ never run") in await it.titles("pipeline.yaml")

        [run, *_] = [one for one in await it.lenses("pipeline.yaml") if one.command.title == "▶ Run"]
        await it.command(run.command.command, *run.command.arguments)
        # Not every client takes reports of progress.
        await it.until(lambda: "✓ load done" in it.log, "the end of the run")

        assert (project / "out" / "load.txt").read_text() == "1"
        assert (project / "out" / ".load.txt.metadata").is_file() or list((project / "out").glob("*metadata"))

        async def is_fresh() -> bool:
            return (1, "✓ fresh") in await it.titles("pipeline.yaml")

        await it.until_true(is_fresh, "a fresh task")
        assert "loading" in it.log
        if any_editor == "visual-studio-code":
            await it.until(lambda: it.refreshes > 0, "a refresh of the lenses")


async def test_a_source_has_a_lens_at_each_of_its_tasks(project: Path) -> None:
    async with editor(project) as it:
        it.open("steps.py")
        assert [line for line, title in await it.titles("steps.py") if title == "▶ Run"] == [3, 8]


async def test_a_fresh_task_runs_again_only_when_asked_for(project: Path) -> None:
    async with editor(project) as it:
        it.open("pipeline.yaml")
        load = {"pipeline": it.uri("pipeline.yaml"), "task": "load"}
        await it.command("pipelens.runTask", load)
        await it.until(lambda: it.runs_ended == 1)
        product = project / "out" / "load.txt"
        product.write_text("changed by hand")

        await it.command("pipelens.runTask", load)
        await it.until(lambda: len(it.asked) == 1)
        assert it.asked[0].message == "load is up to date."
        assert [action.title for action in it.asked[0].actions or ()] == ["Run anyway"]
        await it.quiet()
        assert product.read_text() == "changed by hand"

        it.answer = "Run anyway"
        await it.command("pipelens.runTask", load)
        await it.until(lambda: it.runs_ended == 2)
        assert product.read_text() == "1"


async def test_upstream_is_built_only_when_asked_for(project: Path) -> None:
    async with editor(project) as it:
        it.open("pipeline.yaml")
        fit = {"pipeline": it.uri("pipeline.yaml"), "task": "fit"}
        await it.command("pipelens.runTask", fit)
        await it.until(lambda: len(it.asked) == 1)
        assert "upstream load" in it.asked[0].message
        await it.quiet()
        assert not (project / "out").exists()

        it.answer = "Run with upstream"
        await it.command("pipelens.runTask", fit)
        await it.until(lambda: it.runs_ended == 1)
        assert (project / "out" / "fit.txt").read_text() == "12"


async def test_a_task_runs_in_the_root_wherever_the_server_was_started(project: Path, tmp_path: Path) -> None:
    (project / "steps.py").write_text(
        "import os\nfrom pathlib import Path\n\n\n"
        "def load(product):\n    Path(product).write_text(os.getcwd())\n\n\n"
        "def fit(product, upstream):\n    upstream['load']\n"
    )
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    async with editor(project, cwd=elsewhere) as it:
        it.open("pipeline.yaml")
        await it.command("pipelens.runTask", {"pipeline": it.uri("pipeline.yaml"), "task": "load"})
        await it.until(lambda: it.runs_ended == 1)
    assert Path((project / "out" / "load.txt").read_text()).resolve() == project.resolve()


async def test_a_failure_is_told_with_its_reason(project: Path) -> None:
    (project / "steps.py").write_text(STEPS.replace('print("loading")', 'raise KeyError("no such column")'))
    async with editor(project) as it:
        it.open("pipeline.yaml")
        await it.run_task("load")
        await it.until(lambda: bool(it.said))
        assert "no such column" in it.said[-1]
        assert any(title.startswith("✗ failed") for _, title in await it.titles("pipeline.yaml"))


async def test_a_run_can_be_stopped(project: Path) -> None:
    (project / "steps.py").write_text(STEPS.replace('print("loading")', "import time; time.sleep(600)"))
    async with editor(project) as it:
        it.open("pipeline.yaml")
        load = {"pipeline": it.uri("pipeline.yaml"), "task": "load"}
        await it.command("pipelens.runTask", load)
        await it.until(lambda: "load: running" in it.log)
        await it.command("pipelens.stopRun", load)
        await it.until(lambda: it.runs_ended == 1)
        assert it.said == []


async def test_unsaved_text_is_told_before_a_run(project: Path) -> None:
    async with editor(project) as it:
        it.open("pipeline.yaml")
        it.open("steps.py", STEPS + "\n# not saved\n")
        await it.run_task("load")
        assert any("Not saved: steps.py" in text for text in it.said)


async def test_the_lens_that_tells_shows_its_text(project: Path) -> None:
    async with editor(project) as it:
        it.open("pipeline.yaml")
        [lens, *_] = [one for one in await it.lenses("pipeline.yaml") if one.command.title == "○ never run"]
        await it.command(lens.command.command, *lens.command.arguments)
        await it.until(lambda: it.said == ["load is never run: it has not run yet."])


async def test_commands_of_the_client_are_left_to_it(project: Path) -> None:
    options = {"client": "vscode", "clientCommands": ["pipelens.runTask"], "trusted": True}
    async with editor(project, "visual-studio-code", options=options) as it:
        provided = it.result.capabilities.execute_command_provider
        assert provided is not None
        assert "pipelens.runTask" not in provided.commands
        assert "pipelens.showText" in provided.commands
        it.open("pipeline.yaml")
        assert (1, "$(play) Run") in await it.titles("pipeline.yaml")


async def test_before_trust_checks_work_and_nothing_runs(project: Path) -> None:
    (project / "pipeline.yaml").write_text(PIPELINE.replace("steps.load", "steps.lod"))
    async with editor(project, options={"trusted": False}) as it:
        provided = it.result.capabilities.execute_command_provider
        assert provided is not None
        assert "pipelens.runTask" not in provided.commands
        it.open("pipeline.yaml")
        await it.until(lambda: bool(it.codes("pipeline.yaml")))
        it.client.protocol.notify("pipelens/trustGranted", {})
        it.rewrite("pipeline.yaml", PIPELINE)
        await it.shows("pipeline.yaml")
        assert (1, "▶ Run") in await it.titles("pipeline.yaml")
