"""What must be true of a pipeline after its build was hit, and after the next one."""

from __future__ import annotations

import json
import os
from pathlib import Path

from pipelens.runner.build_lock import is_building
from pipelens.runner.freshness import read_freshness
from pipelens.runner.history import past_runs
from pipelens.workspace.opening import NotFound, open_pipeline
from tests.faults import processes_posix as processes
from tests.faults.moments import Round
from tests.faults.victim import Models, built, content, content_of, differences


def states(folder: Path) -> dict[str, str]:
    keeper = open_pipeline(None, cwd=str(folder), environ={}, overrides={})
    assert not isinstance(keeper, NotFound)
    return {name: told.state for name, told in read_freshness(keeper.now()).items()}


def judged_meanwhile(round: Round, models: Models) -> None:
    """Before the next build: nobody is left, and what looks fresh is right."""
    left = processes.left_after(round.mark)
    round.expect(not left, f"processes are left: {[one.words for one in left]}")
    expected = content(models.of(2, page=round.page))
    keeper = open_pipeline(None, cwd=str(round.folder), environ={}, overrides={})
    assert not isinstance(keeper, NotFound)
    project = keeper.now()
    for name, told in read_freshness(project).items():
        products = project.tasks[name].products
        if told.state == "running":
            round.expect(False, f"{name} looks as if it ran")
        if told.state != "fresh" or products is None:
            continue
        for item in products.items:
            now = content_of(round.folder, item.path)
            was = {path: expected.get(path) for path in now}
            round.expect(now and now == was, f"{name} looks fresh, and {item.path} is not what it makes")


def judged(round: Round, models: Models) -> None:
    folder, expected = round.folder, content(models.of(2, page=round.page))
    judged_meanwhile(round, models)
    again = built(folder, round.mark, *round.words[:4])
    round.expect(
        again.returncode == 0, f"the next build ends with {again.returncode}: {again.stderr[-1500:]}"
    )
    found = differences(content(folder), expected)
    round.expect(not found, f"these are wrong after the next build: {found}")
    stale = {name: state for name, state in states(folder).items() if state != "fresh"}
    round.expect(not stale, f"after the next build: {stale}")
    if round.chance.random() < 0.25:  # it costs a third of a round
        third = built(folder, round.mark, "--json")
        round.expect(third.returncode == 0, f"the third build ends with {third.returncode}")
        if third.returncode == 0:
            ran = [task["name"] for task in json.loads(third.stdout)["tasks"] if task["ran"]]
            round.expect(not ran, f"the third build runs {ran}")
    round.expect(not processes.left_after(round.mark), "processes are left at the end")
    _clean(round)


def _clean(round: Round) -> None:
    """Nothing of the run that was hit lies about."""
    root, state = str(round.folder), round.folder / ".pipelens"
    pipeline = str(round.folder / "pipeline.yaml")
    for part in ("intents", "plans"):
        left = os.listdir(state / part)
        round.expect(not left, f"left in {part}: {left}")
    left = [str(path) for path in round.folder.rglob("*.tmp")]
    round.expect(not left, f"temporary files: {left}")
    round.expect(not is_building(root, pipeline), "the lock is held")
    runs = past_runs(root, pipeline)
    fewest = 1 if round.kind == "disk" else 2  # what found no room is not known
    # A run has its file of events an instant before it stands in the history.
    began = sum('"started"' in path.read_text("utf-8", "replace") for path in (state / "runs").glob("*"))
    round.expect(len(runs) >= min(fewest, began), f"the history knows {len(runs)} runs")
    round.expect(all(run.state != "running" for run in runs), "a run in the history runs for ever")
    round.expect(not list(state.glob("*.broken*")), "the history was broken")
