"""Freshness that is kept from question to question says what a reading from scratch says, and costs
what changed."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from pipelens.core.project import Project
from pipelens.core.sources import code_mark
from pipelens.runner.history import History
from pipelens.runner.metadata import stored_params, write_metadata
from pipelens.runner.outcome import Outcome
from pipelens.runner.run_states import RunStates
from pipelens.runner.state import make_state
from pipelens.workspace.buffers import Buffer
from pipelens.workspace.host import Host

TASKS = 12


class Typed:
    """A pipeline of functions, open in an editor, whose every task can be changed."""

    def __init__(self, root: Path, chance: random.Random) -> None:
        self.root = root
        self.path = str(root / "pipeline.yaml")
        self.upstream = {n: chance.sample(range(n), min(n, chance.randint(0, 2))) for n in range(TASKS)}
        self.params: dict[int, int | None] = {}
        self.count = TASKS
        source = "\n\n".join(
            f"def f{n}(product, upstream=None, a=1):\n    return {n}\n" for n in range(TASKS + 1)
        )
        (root / "steps.py").write_text(source)
        (root / "pipeline.yaml").write_text(self.text)
        (root / "out").mkdir()
        self.host = Host([str(root)], environ={})
        self.host.open(self.path, Buffer("file:///pipeline.yaml", self.text, 1))

    @property
    def text(self) -> str:
        lines = ["meta:", "  extract_upstream: false", "tasks:"]
        for number in range(self.count):
            needed = ", ".join(f"t{one}" for one in self.upstream.get(number, ()) if one < self.count)
            lines += [
                f"  - source: steps.f{number}",
                f"    name: t{number}",
                f"    product: out/{number}.txt",
                f"    upstream: [{needed}]",
            ]
            if self.params.get(number):
                lines += ["    params:", f"      a: {self.params[number]}"]
        return "\n".join(lines) + "\n"

    @property
    def project(self) -> Project:
        buffer = self.host.documents[self.path]
        if buffer.text != self.text:
            buffer.reset(self.text)
            self.host.edited(self.path)
        [project] = self.host.projects()
        return project

    def record(self, name: str, at: float) -> None:
        task = self.project.tasks[name]
        assert task.products is not None
        for product in task.products.items:
            Path(product.path).write_text("x")
            write_metadata(product.path, at, task.code or "", stored_params(task.params, {}))

    def record_all(self) -> None:
        for at, name in enumerate(self.project.order):
            self.record(name, 1000.0 + at)


@pytest.fixture
def typed(tmp_path: Path) -> Typed:
    return Typed(tmp_path, random.Random(1))


def from_scratch(project: Project) -> dict[str, object]:
    return dict(RunStates(project.root, project.path).of(project))


@pytest.mark.parametrize("seed", range(12))
def test_any_row_of_changes_ends_in_what_a_reading_from_scratch_says(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    typed = Typed(tmp_path, chance)
    typed.record_all()
    kept = RunStates(typed.project.root, typed.path)
    kept.of(typed.project)
    for _ in range(40):
        number = chance.randrange(typed.count)
        match chance.randrange(5):
            case 0:
                # Sometimes in a circle.
                among = range(number) if chance.random() < 0.7 else range(typed.count)
                typed.upstream[number] = chance.sample(among, min(len(among), chance.randint(0, 2)))
            case 1:
                typed.params[number] = chance.choice([None, 1, 2])
            case 2:
                typed.count = (
                    max(3, typed.count - 1) if chance.random() < 0.5 else min(TASKS, typed.count + 1)
                )
            case 3:
                name = chance.choice(list(typed.project.tasks))
                typed.record(name, chance.uniform(900, 1100))
                kept.touched([name])
            case _:
                name = chance.choice(list(typed.project.tasks))
                (tmp_path / "out" / f"{name[1:]}.txt").unlink(missing_ok=True)
                kept.disk_changed()
        assert dict(kept.of(typed.project)) == from_scratch(typed.project)


@pytest.mark.parametrize("seed", range(12))
def test_tasks_that_are_asked_for_one_by_one_and_looked_at_in_slices_say_the_same(
    tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    typed = Typed(tmp_path, chance)
    typed.record_all()
    kept = RunStates(typed.project.root, typed.path)
    for _ in range(TASKS):
        name = chance.choice(list(typed.project.tasks))
        match chance.randrange(4):
            case 0:
                assert kept.one(typed.project, name) == from_scratch(typed.project)[name]
            case 1:
                kept.read_some(typed.project, 0)
            case 2:
                typed.record(name, chance.uniform(900, 1100))
                kept.touched([name])
            case _:
                (tmp_path / "out" / f"{name[1:]}.txt").unlink(missing_ok=True)
                kept.disk_changed()
    while not kept.read_some(typed.project, 0):
        pass
    assert dict(kept.of(typed.project)) == from_scratch(typed.project)
    assert {name: kept.one(typed.project, name) for name in typed.project.tasks} == kept.of(typed.project)


def test_before_all_were_looked_at_one_task_costs_itself_and_those_that_count_for_it(typed: Typed) -> None:
    typed.upstream = {number: [number - 1] if number else [] for number in range(TASKS)}
    typed.record_all()
    kept = RunStates(typed.project.root, typed.path)
    assert kept.one(typed.project, "t4") == from_scratch(typed.project)["t4"]
    assert kept.judged == 5
    assert kept.one(typed.project, "nobody") is None


def test_an_edit_judges_the_task_that_it_changed_and_those_behind_it(typed: Typed) -> None:
    typed.upstream = {number: [number - 1] if number else [] for number in range(TASKS)}
    typed.record_all()
    kept = RunStates(typed.project.root, typed.path)
    assert {told.state for told in kept.of(typed.project).values()} == {"fresh"}
    before = kept.judged
    typed.params[TASKS - 2] = 5
    told = kept.of(typed.project)
    assert told[f"t{TASKS - 2}"].reason == "params changed: a"
    assert told[f"t{TASKS - 1}"].reason == f"upstream t{TASKS - 2} is stale"
    assert kept.judged - before == 2


def test_nothing_is_judged_again_while_nothing_changes(typed: Typed) -> None:
    kept = RunStates(typed.project.root, typed.path)
    kept.of(typed.project)
    before, generation = kept.judged, kept.generation
    kept.of(typed.project)
    kept.disk_changed()
    kept.of(typed.project)
    assert kept.judged == before
    assert kept.changed_since(generation) == set()


def test_what_changed_is_told_by_name(typed: Typed) -> None:
    typed.upstream = {}
    kept = RunStates(typed.project.root, typed.path)
    kept.of(typed.project)
    generation = kept.generation
    typed.record("t3", 1000.0)
    kept.touched(["t3"])
    assert kept.of(typed.project)["t3"].state == "fresh"
    assert kept.changed_since(generation) == {"t3"}


def test_a_failed_run_is_known_from_the_history_as_it_grows(typed: Typed) -> None:
    project = typed.project
    kept = RunStates(project.root, project.path)
    kept.of(project)
    make_state(project.root)
    code = code_mark(project.tasks["t1"].code)
    history = History(project.root, project.path)
    history.add(Outcome("t1", 2000.0, 1.0, False, "KeyError: 'x'", code, "r"))
    history.close()
    kept.touched(())
    assert kept.of(project)["t1"].reason == "KeyError: 'x'"
    assert kept.failed == {"t1"}
    last = kept.last_run(project, "t1")
    assert last is not None
    assert not last.ok


def test_a_resource_that_changed_is_seen_without_a_look_at_products(typed: Typed, tmp_path: Path) -> None:
    (tmp_path / "data.txt").write_text("1")
    text = (
        "tasks:\n  - source: note.py\n    name: note\n    product: out/note.ipynb\n"
        "    params:\n      resources_:\n        data: data.txt\n"
    )
    (tmp_path / "note.py").write_text(
        '# %% tags=["parameters"]\nupstream = None\nproduct = None\nresources_ = None\n'
    )
    typed.host.documents[typed.path].reset(text)
    typed.host.edited(typed.path)
    [project] = typed.host.projects()
    task = project.tasks["note"]
    product = os.path.join(project.root, "out", "note.ipynb")
    Path(product).write_text("{}")
    write_metadata(product, 1000.0, task.code or "", stored_params(task.params, task.spec.resources))
    kept = RunStates(project.root, project.path)
    assert kept.of(project)["note"].state == "fresh"
    (tmp_path / "data.txt").write_text("2")
    kept.files_changed()
    assert kept.of(project)["note"].reason == "a resource file changed"
