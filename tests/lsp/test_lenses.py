"""Code lenses: what stands above which line, in which documents, for which editors."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.lsp.conftest import PIPELINE
from tests.lsp.editor import PIPELENS, Editor, editor

SCRIPT = """\
# %% tags=["parameters"]
upstream = None
product = None

# %%
print(1)
"""

NOTEBOOK = {
    "cells": [
        {"cell_type": "markdown", "id": "a", "metadata": {}, "source": ["# Words"]},
        {
            "cell_type": "code",
            "id": "b",
            "metadata": {"tags": ["parameters"]},
            "execution_count": None,
            "outputs": [],
            "source": ["upstream = None\n", "product = None"],
        },
    ],
    "metadata": {"kernelspec": {"name": "python3", "language": "python", "display_name": "Python 3"}},
    "nbformat": 4,
    "nbformat_minor": 5,
}


def build(root: Path, *words: str) -> None:
    subprocess.run([PIPELENS, "build", *words], cwd=root, check=False, capture_output=True)


async def said_by(it: Editor, title: str) -> str:
    """What the lens called `title` in the pipeline tells."""
    before = len(it.said)
    [lens, *_] = [one for one in await it.lenses("pipeline.yaml") if one.command.title == title]
    await it.command(lens.command.command, *lens.command.arguments)
    await it.until(lambda: len(it.said) > before)
    return it.said[-1]


async def test_each_task_is_offered_with_its_freshness_and_its_edges(project: Path, any_editor: str) -> None:
    async with editor(project, any_editor) as it:
        it.open("pipeline.yaml")
        assert await it.titles("pipeline.yaml") == [
            (0, "▶ Build"),
            (0, "2 never run"),
            (1, "▶ Run"),
            (1, "○ never run"),
            (1, "↓1"),
            (3, "▶ Run"),
            (3, "○ never run"),
            (3, "↑1"),
        ]


async def test_lenses_are_whole_in_the_first_answer(project: Path) -> None:
    async with editor(project) as it:
        provider = it.result.capabilities.code_lens_provider
        assert provider is not None
        assert not provider.resolve_provider
        it.open("pipeline.yaml")
        assert all(lens.command and lens.command.title for lens in await it.lenses("pipeline.yaml"))


async def test_a_lens_carries_the_whole_runnable(project: Path) -> None:
    async with editor(project) as it:
        it.open("pipeline.yaml")
        run = next(one for one in await it.lenses("pipeline.yaml") if one.command.title == "▶ Run")
        told = json.loads(json.dumps(run.command.arguments[0], default=vars))
        assert told["pipeline"] == it.uri("pipeline.yaml")
        assert told["task"] == "load"
        assert told["can"] == ["run", "debug"]
        assert told["freshness"] == {"state": "never_run", "reason": "it has not run yet"}
        assert told["range"]["start"] == {"line": 1, "character": 4}


async def test_the_reason_is_word_for_word_that_of_status(project: Path) -> None:
    build(project)
    steps = (project / "steps.py").read_text()
    (project / "steps.py").write_text(steps.replace('"1"', '"one"'))
    shown = subprocess.run(
        [PIPELENS, "status", "--json"], cwd=project, capture_output=True, text=True, check=True
    )
    reasons = {one["name"]: one["freshness"]["reason"] for one in json.loads(shown.stdout)["tasks"]}
    assert reasons == {"load": "source changed", "fit": "upstream load is stale"}
    async with editor(project) as it:
        it.open("pipeline.yaml")
        titles = [title for _, title in await it.titles("pipeline.yaml")]
        assert [f"● stale: {reason}" for reason in reasons.values()] == [
            title for title in titles if title.startswith("●")
        ]


async def test_an_edit_that_is_not_saved_changes_the_lens(project: Path) -> None:
    build(project)
    async with editor(project) as it:
        it.open("pipeline.yaml")
        it.open("steps.py")
        assert (1, "✓ fresh") in await it.titles("pipeline.yaml")
        it.rewrite("steps.py", (project / "steps.py").read_text().replace('"1"', '"one"'))
        assert (1, "● stale: source changed") in await it.titles("pipeline.yaml")
        assert (3, "● stale: upstream load is stale") in await it.titles("pipeline.yaml")


async def test_lenses_move_with_the_lines_above_them(project: Path) -> None:
    async with editor(project) as it:
        it.open("pipeline.yaml")
        before = await it.titles("pipeline.yaml")
        it.type("pipeline.yaml", 0, 0, 0, "# new\n\n")
        assert await it.titles("pipeline.yaml") == [(line + 2, title) for line, title in before]
        it.type("pipeline.yaml", 4, 0, 0, "  # between\n")
        assert (6, "▶ Run") in await it.titles("pipeline.yaml")


async def test_an_entry_that_is_half_typed_keeps_its_lens(project: Path) -> None:
    async with editor(project) as it:
        it.open("pipeline.yaml")
        await it.lenses("pipeline.yaml")
        it.type("pipeline.yaml", 2, 13, 13, "[")
        found = await it.titles("pipeline.yaml")
        assert (1, "▶ Run") in found
        assert (3, "▶ Run") in found


async def test_a_name_with_emoji_is_counted_in_the_units_of_the_client(project: Path) -> None:
    line = "  - {source: steps.load, name: 🎈, product: out/a.txt}"
    (project / "pipeline.yaml").write_text(f"tasks:\n{line}\n", encoding="utf-8")
    for encoding, more in (("utf-8", 3), ("utf-16", 1), ("utf-32", 0)):
        async with editor(project, encodings=[encoding]) as it:
            it.open("pipeline.yaml")
            run = next(one for one in await it.lenses("pipeline.yaml") if one.command.title == "▶ Run")
            assert (run.range.start.character, run.range.end.character) == (4, len(line) + more)


async def test_a_script_is_offered_at_its_top_and_a_notebook_at_its_parameters(project: Path) -> None:
    (project / "clean.py").write_text(SCRIPT)
    (project / "plot.ipynb").write_text(json.dumps(NOTEBOOK, indent=1))
    (project / "pipeline.yaml").write_text(
        PIPELINE + "  - source: clean.py\n    product: out/clean.ipynb\n"
        "  - source: plot.ipynb\n    product: out/plot.ipynb\n"
    )
    async with editor(project) as it:
        it.open("clean.py")
        assert await it.titles("clean.py") == [(0, "▶ Run"), (0, "○ never run")]
        it.open("plot.ipynb")
        parameters = next(
            number
            for number, line in enumerate((project / "plot.ipynb").read_text().splitlines())
            if "upstream = None" in line
        )
        assert await it.titles("plot.ipynb") == [(parameters, "▶ Run"), (parameters, "○ never run")]


async def test_tasks_that_share_a_place_are_told_apart_by_name(project: Path) -> None:
    (project / "clean.py").write_text(SCRIPT)
    (project / "pipeline.yaml").write_text(
        "tasks:\n"
        "  - source: clean.py\n    name: one\n    product: out/one.ipynb\n"
        "  - source: clean.py\n    name: fit-[[size]]\n    product: out/fit.ipynb\n"
        "    grid:\n      size: [1, 2]\n"
    )
    async with editor(project) as it:
        it.open("clean.py")
        names = [title for _, title in await it.titles("clean.py") if title.startswith("▶")]
        assert names == ["▶ Run one", "▶ Run fit-1", "▶ Run fit-2"]
        it.open("pipeline.yaml")
        lines = [line for line, title in await it.titles("pipeline.yaml") if title.startswith("▶ Run fit")]
        assert lines == [4, 4]


async def test_above_a_thousand_tasks_each_has_one_lens(project: Path) -> None:
    entries = [
        f"  - source: steps.load\n    name: t{number}\n    product: out/{number}.txt\n"
        for number in range(1001)
    ]
    (project / "pipeline.yaml").write_text("tasks:\n" + "".join(entries))
    async with editor(project) as it:
        it.open("pipeline.yaml")
        found = await it.titles("pipeline.yaml")
        assert len(found) == 1002
        assert found[0] == (0, "▶ Build · 1001 never run")
        assert found[1] == (1, "▶ Run · ○ never run")


async def test_a_lens_that_tells_says_it_in_words(project: Path) -> None:
    async with editor(project) as it:
        it.open("pipeline.yaml")
        assert await said_by(it, "○ never run") == "load is never run: it has not run yet."
        assert await said_by(it, "↓1") == "load needs no other task. It is needed by fit."
        assert await said_by(it, "2 never run") == "pipeline.yaml: 2 never run."


async def test_codicons_are_for_vscode_alone(project: Path) -> None:
    async with editor(project, "visual-studio-code", options={"client": "vscode"}) as it:
        it.open("pipeline.yaml")
        lenses = {one.command.title: one.command for one in await it.lenses("pipeline.yaml")}
        assert "$(play) Run" in lenses
        assert lenses["○ never run"].command == ""
        assert lenses["↓1"].command == "pipelens.showText"


async def test_before_trust_lenses_tell_and_offer_no_run(project: Path) -> None:
    async with editor(project, options={"trusted": False}) as it:
        provided = it.result.capabilities.execute_command_provider
        assert provided is not None
        assert not [name for name in provided.commands if "run" in name.lower() or "build" in name.lower()]
        it.open("pipeline.yaml")
        assert [title for _, title in await it.titles("pipeline.yaml")] == [
            "2 never run",
            "○ never run",
            "↓1",
            "○ never run",
            "↑1",
        ]


async def test_before_trust_a_client_that_runs_tasks_itself_says_why_it_does_not(project: Path) -> None:
    ours = {"client": "vscode", "clientCommands": ["pipelens.runTask", "pipelens.buildPipeline"]}
    async with editor(project, "visual-studio-code", options={**ours, "trusted": False}) as it:
        it.open("pipeline.yaml")
        titles = [title for _, title in await it.titles("pipeline.yaml")]
        assert titles[0] == "$(play) Build"
        assert titles.count("$(play) Run") == 2


async def test_what_this_version_cannot_run_is_not_offered(project: Path) -> None:
    (project / "count.sql").write_text("CREATE TABLE {{product}} AS SELECT 1")
    entry = "  - source: count.sql\n    product: [n, table]\n    product_class: SQLiteRelation\n"
    (project / "pipeline.yaml").write_text(f"tasks:\n{entry}")
    async with editor(project) as it:
        it.open("pipeline.yaml")
        assert "▶ Run" not in [title for _, title in await it.titles("pipeline.yaml")]


@pytest.mark.parametrize("watches", ["visual-studio-code", "neovim"])
async def test_a_build_in_a_terminal_changes_the_lenses(project: Path, watches: str) -> None:
    async with editor(project, watches) as it:
        it.open("pipeline.yaml")
        assert (1, "○ never run") in await it.titles("pipeline.yaml")
        await it.settled()
        refreshed = it.refreshes
        build(project)

        async def fresh() -> bool:
            return (3, "✓ fresh") in await it.titles("pipeline.yaml")

        await it.until_true(fresh, "fresh lenses")
        if watches == "visual-studio-code":
            await it.until(lambda: it.refreshes > refreshed, "a refresh of the lenses")


async def test_lenses_are_refreshed_when_a_task_is_called_otherwise(project: Path) -> None:
    named = PIPELINE.replace("    product: out/fit.txt", "    name: fit\n    product: out/fit.txt")
    (project / "pipeline.yaml").write_text(named)
    async with editor(project, "visual-studio-code") as it:
        it.open("steps.py")
        it.open("pipeline.yaml")
        await it.titles("steps.py")
        await it.settled()
        refreshed = it.refreshes
        it.type("pipeline.yaml", 5, 0, 0, "    params: {size: 1}\n")
        await it.quiet()
        assert it.refreshes == refreshed

        it.type("pipeline.yaml", 4, 10, 13, "train")
        await it.until(lambda: it.refreshes > refreshed, "a refresh of the lenses")
        runs = [
            str(one.command.arguments) for one in await it.lenses("steps.py") if one.command.title == "▶ Run"
        ]
        assert any("train" in arguments for arguments in runs)
        assert not any("fit" in arguments for arguments in runs)


async def test_records_that_another_tool_writes_change_the_lenses(project: Path) -> None:
    build(project)
    async with editor(project) as it:
        it.open("pipeline.yaml")
        assert (1, "✓ fresh") in await it.titles("pipeline.yaml")
        await it.settled()
        (project / "out" / ".load.txt.metadata").unlink()

        async def stale() -> bool:
            return any(
                title.startswith("● stale: there is no") for _, title in await it.titles("pipeline.yaml")
            )

        await it.until_true(stale, "a stale lens")
        (project / "out" / "load.txt").unlink()

        async def never_run() -> bool:
            return (1, "○ never run") in await it.titles("pipeline.yaml")

        await it.until_true(never_run, "a lens of a task that never ran")
