"""Cost follows the change: in a pipeline of 10,000 tasks an edit does work for what it touches."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pipelens.core.project import Project
from pipelens.workspace.keeper import ProjectKeeper
from pipelens.workspace.work import Work
from tests.workspace.keeping import keeper_in, keeper_of, picture, write

MODULES, EACH = 100, 100
COUNT = MODULES * EACH


def name_of(number: int) -> str:
    return f"task_{number}"


def needs_of(number: int) -> list[str]:
    """A chain, and fan-ins: every hundredth task needs the ten before it."""
    if number == 0:
        return []
    if number % 100 == 0:
        return [name_of(other) for other in range(number - 10, number)]
    return [name_of(number - 1)]


def entry(number: int, params: str = "") -> str:
    source = f"m{number // EACH}.{name_of(number)}"
    return f"  - source: {source}\n    product: out/{number}.csv\n" + (
        f"    params: {{depth: {params}}}\n" if params else "    params: {depth: 1}\n"
    )


def function(number: int, more: str = "") -> str:
    needed = needs_of(number)
    body = "".join(f'    upstream["{other}"]\n' for other in needed) or "    pass\n"
    head = "depth, product" + (", upstream" if needed else "")
    return f"def {name_of(number)}({head}):\n{body}{more}\n\n"


def module(first: int, more: str = "") -> str:
    return "".join(function(number, more if number == first else "") for number in range(first, first + EACH))


def pipeline(changed: dict[int, str] | None = None) -> str:
    changed = changed or {}
    return "tasks:\n" + "".join(changed.get(number) or entry(number) for number in range(COUNT))


@pytest.fixture(scope="module")
def read_once(tmp_path_factory: pytest.TempPathFactory) -> ProjectKeeper:
    folder = tmp_path_factory.mktemp("large")
    files = {"pipeline.yaml": pipeline()}
    files |= {f"m{number}.py": module(number * EACH) for number in range(MODULES)}
    keeper = keeper_in(write(folder, files))
    project = keeper.now()
    assert len(project.order) == COUNT
    assert project.problems == ()
    return keeper


@pytest.fixture
def large(read_once: ProjectKeeper) -> Iterator[ProjectKeeper]:
    """A keeper that has read the pipeline once, which an editor shows; what a test edits is as before
    afterwards."""
    read_once.edit(path_of(read_once, "pipeline.yaml"), pipeline())
    assert read_once.now().problems == ()
    yield read_once
    for name in ("pipeline.yaml", "m7.py", "notes.txt"):
        read_once.close(path_of(read_once, name))
    assert read_once.now().problems == ()


def path_of(keeper: ProjectKeeper, name: str) -> str:
    return os.path.join(keeper.location.folder, name)


def work_of(keeper: ProjectKeeper, name: str, text: str) -> tuple[Work, Project]:
    before = keeper.work
    keeper.edit(path_of(keeper, name), text)
    project = keeper.now()
    return keeper.work.since(before), project


ONE_ENTRY = Work(entries_composed=1, entries_read=1, tasks_joined=1, entries_checked=1)


def test_reading_a_large_pipeline_does_each_thing_once(large: ProjectKeeper) -> None:
    fresh = keeper_in(large.location.folder)
    fresh.now()
    assert fresh.work == Work(COUNT, COUNT, COUNT, COUNT, COUNT, 1, 1)


def test_asking_again_does_nothing(large: ProjectKeeper) -> None:
    before, project = large.work, large.now()
    large.refresh()
    assert large.now() is project
    assert large.work.since(before) == Work()


@pytest.mark.parametrize("number", [0, 1, 5_000, COUNT - 1])
def test_an_edit_of_params_reads_and_checks_one_entry(large: ProjectKeeper, number: int) -> None:
    work, project = work_of(large, "pipeline.yaml", pipeline({number: entry(number, "2")}))
    assert work == ONE_ENTRY
    assert project.tasks[name_of(number)].params == {"depth": 2}


def test_a_typing_mistake_costs_one_entry_and_so_does_its_repair(large: ProjectKeeper) -> None:
    broken = entry(5_000).replace("{depth: 1}", "{depth: ")
    work, project = work_of(large, "pipeline.yaml", pipeline({5_000: broken}))
    assert [problem.code for problem in project.problems if problem.severity == "error"] == ["yaml-error"]
    assert work.entries_read == work.tasks_joined == work.entries_checked == 1
    assert work.entries_composed <= 2
    assert work.sources_read == work.orders_made == 0
    assert len(project.tasks) == COUNT
    work, _ = work_of(large, "pipeline.yaml", pipeline())
    assert work.entries_read == work.entries_checked == 1
    assert work.orders_made == 0


def test_lines_above_all_entries_cost_nothing_and_move_every_place(large: ProjectKeeper) -> None:
    work, project = work_of(large, "pipeline.yaml", "# a comment\n\n" + pipeline())
    assert work == Work()
    task = project.tasks[name_of(COUNT - 1)]
    _, span = project.locate(task.spec.source_place)
    assert span.start.line == 3 + 3 * (COUNT - 1)


def test_an_edit_of_a_product_checks_the_entry_and_those_that_need_it(large: ProjectKeeper) -> None:
    other = entry(5_000).replace("out/5000.csv", "out/else.csv")
    work, _ = work_of(large, "pipeline.yaml", pipeline({5_000: other}))
    assert work == replace(ONE_ENTRY, entries_checked=2)


def test_a_product_that_another_task_makes_checks_that_one_too(large: ProjectKeeper) -> None:
    other = entry(5_000).replace("out/5000.csv", "out/17.csv")
    work, project = work_of(large, "pipeline.yaml", pipeline({5_000: other}))
    assert work == replace(ONE_ENTRY, entries_checked=3)
    (found,) = (problem for problem in project.problems if problem.code == "duplicate-product")
    assert found.task == name_of(5_000)


def test_another_name_checks_the_entry_and_those_that_needed_it(large: ProjectKeeper) -> None:
    other = entry(5_099) + "    name: renamed\n"  # needed by 5,100 alone, as are the nine before it
    work, project = work_of(large, "pipeline.yaml", pipeline({5_099: other}))
    assert work == replace(ONE_ENTRY, entries_checked=2, orders_made=1)
    assert [problem.code for problem in project.problems if problem.severity == "error"] == [
        "unknown-upstream"
    ]
    work, project = work_of(large, "pipeline.yaml", pipeline())
    assert (work.entries_checked, work.orders_made) == (2, 1)


def test_an_entry_more_costs_one_entry(large: ProjectKeeper) -> None:
    more = (
        entry(5_000)
        + "  - source: m0.task_0\n    name: more\n    product: out/more.csv\n    params: {depth: 1}\n"
    )
    work, project = work_of(large, "pipeline.yaml", pipeline({5_000: more}))
    assert work == replace(ONE_ENTRY, orders_made=1)
    assert len(project.tasks) == COUNT + 1


def test_typing_the_path_of_a_hook_checks_its_own_entry_alone(large: ProjectKeeper) -> None:
    for typed in ("m1.t", "m1.ta", "m1.task_100"):
        other = entry(5_000) + f"    on_finish: {typed}\n"
        work, project = work_of(large, "pipeline.yaml", pipeline({5_000: other}))
        assert work == ONE_ENTRY
        assert list(project.callables) == [typed]


KEYS = {
    "a letter": ("out/5000.csv", "out/5000x.csv"),
    "a space": ("depth: 1", "depth:  1"),
    "a line": ("    product: out/5000.csv\n", "    product: out/5000.csv\n\n"),
    "a key without a value": ("    product: out/5000.csv\n", "    product: out/5000.csv\n    on_finish:\n"),
    "a word without a colon": ("    product: out/5000.csv\n", "    product: out/5000.csv\n    on_fin\n"),
    "an open quote": ("out/5000.csv", "'out/5000.csv"),
    "an open bracket": ("out/5000.csv", "[out/5000.csv"),
    "a dash": ("    product: out/5000.csv\n", "    product: out/5000.csv\n  -\n"),
    "a comment": ("    product: out/5000.csv\n", "    # one more\n    product: out/5000.csv\n"),
    "a comment above all": ("tasks:\n", "# a pipeline\ntasks:\n"),
    "a section above all": ("tasks:\n", "executor: serial\ntasks:\n"),
    "an anchor": ("out/5000.csv", "&out out/5000.csv"),
    "a comment that suppresses": ("out/5000.csv", "out/5000.csv  # pipelens: ignore[cycle]"),
}


@pytest.mark.parametrize("kind", sorted(KEYS))
def test_a_keystroke_looks_at_the_lines_that_it_touches_and_its_undo_too(
    large: ProjectKeeper, kind: str
) -> None:
    old, new = KEYS[kind]
    text = pipeline()
    at = text.index(old, 0 if old == "tasks:\n" else text.index("task_5000\n"))
    for edited in (text[:at] + new + text[at + len(old) :], text):
        work, _ = work_of(large, "pipeline.yaml", edited)
        assert work.specs_read == work.sources_read == 0
        assert work.entries_composed <= 3
        assert work.entries_read <= 3
        assert work.entries_checked <= 3


def test_an_edit_of_a_module_reads_its_functions_and_no_others(large: ProjectKeeper) -> None:
    """All functions of a file are read again when it changes; the file itself is parsed once."""
    work, _ = work_of(large, "m7.py", module(7 * EACH, more="    x = 1\n    return x\n"))
    assert work.entries_composed == work.entries_read == work.orders_made == 0
    assert work.sources_read == work.tasks_joined == EACH
    assert EACH <= work.entries_checked <= EACH + 1  # the first of the next module needs the last of this


def test_an_edge_more_in_a_module_makes_one_new_order(large: ProjectKeeper) -> None:
    work, project = work_of(large, "m7.py", module(7 * EACH, more='    upstream["task_3"]\n'))
    assert work.sources_read == EACH
    assert work.orders_made == 1
    assert project.tasks[name_of(7 * EACH)].upstream[-1] == "task_3"


def test_a_file_that_the_pipeline_does_not_use_costs_nothing(large: ProjectKeeper) -> None:
    work, _ = work_of(large, "notes.txt", "hello")
    assert work == Work()


def test_what_was_kept_over_edits_is_what_a_new_keeper_reads(tmp_path: Path) -> None:
    """The same edits in a small pipeline: the picture at the end is that of a keeper without a past."""
    texts = {
        "pipeline.yaml": "tasks:\n" + "".join(map(entry, range(30))),
        "m0.py": module(0),
    }
    keeper = keeper_of(tmp_path, texts)
    keeper.now()
    for name, text in [
        ("pipeline.yaml", "tasks:\n" + "".join(entry(n, "2" if n == 3 else "") for n in range(30))),
        ("m0.py", module(0, more='    upstream["task_0"]\n')),
        ("pipeline.yaml", "tasks:\n" + "".join(entry(n) for n in range(29, -1, -1))),
        ("pipeline.yaml", "tasks:\n" + "".join(entry(n) for n in range(0, 30, 2))),
        ("m0.py", module(0)),
        ("pipeline.yaml", "executor: parallel\ntasks:\n" + "".join(entry(n) for n in range(5, 30))),
    ]:
        keeper.edit(path_of(keeper, name), text)
        texts[name] = text
        assert picture(keeper.now()) == picture(keeper_of(tmp_path, texts).now())
