"""What is up to date, and the words for what is not."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from pipelens.runner.freshness import last_runs, same_function
from pipelens.runner.metadata import metadata_path, read_metadata, stored_params, write_metadata
from tests.runner.making import Pipeline

LOAD = "def load(product, n=1):\n    return n\n"


@pytest.fixture
def pipeline(tmp_path: Path) -> Pipeline:
    """Two tasks whose products and metadata are there, nothing was executed."""
    made = Pipeline(tmp_path)
    made.write("tasks.py", LOAD + "\n\ndef after(product, upstream):\n    return 2\n")
    made.task("tasks.load", {"a": "out/a.txt", "b": "out/b.txt"}, params={"n": 1})
    made.task("tasks.after", "out/after.txt", upstream=("load",))
    for name in ("out/a.txt", "out/b.txt", "out/after.txt"):
        made.write(name, name)
    record(made)
    return made


def record(pipeline: Pipeline) -> None:
    for i, task in enumerate(pipeline.project().tasks.values()):
        assert task.products is not None
        for product in task.products.items:
            write_metadata(product.path, 1000.0 + i, task.code or "", stored_params(task.params, {}))


def reasons(pipeline: Pipeline) -> dict[str, str]:
    return {name: told.reason for name, told in pipeline.freshness().items()}


def edit_metadata(pipeline: Pipeline, product: str, **fields: object) -> None:
    path = Path(metadata_path(str(pipeline.root / product)))
    path.write_text(json.dumps({**json.loads(path.read_text()), **fields}))


def test_what_is_as_recorded_is_fresh(pipeline: Pipeline) -> None:
    assert pipeline.states() == {"load": "fresh", "after": "fresh"}


@pytest.mark.parametrize(
    ("old", "new", "state"),
    [
        ("    return n\n", "    return n + 1\n", "stale"),
        ("n=1", "n=2", "stale"),
        ("    return n\n", "    # why\n\n    return (n)\n", "fresh"),
        ("    return n\n", '    """Doc."""\n    return n\n', "fresh"),
        ("    return n\n", "\treturn n  # trailing\n", "fresh"),
        ("def load", "import functools\n\ndef load", "fresh"),
    ],
)
def test_a_function_counts_by_its_syntax_tree(pipeline: Pipeline, old: str, new: str, state: str) -> None:
    pipeline.edit("tasks.py", old, new)
    assert pipeline.states()["load"] == state


def test_a_stale_task_makes_what_follows_stale(pipeline: Pipeline) -> None:
    pipeline.edit("tasks.py", "return n", "return -n")
    assert reasons(pipeline) == {"load": "source changed", "after": "upstream load is stale"}


def test_missing_products_are_named(pipeline: Pipeline) -> None:
    (pipeline.root / "out/b.txt").unlink()
    assert reasons(pipeline)["load"] == f"product {Path('out/b.txt')} is missing"


def test_missing_metadata_is_told(pipeline: Pipeline) -> None:
    (pipeline.root / "out/.b.txt.metadata").unlink()
    assert reasons(pipeline)["load"].startswith("there is no record of a run beside product")


@pytest.mark.parametrize(
    ("text", "words"),
    [("", "is empty"), ("{", "is not JSON"), ("[1]", "is not a mapping"), ("[" * 100_000, "is not JSON")],
)
def test_unreadable_metadata_makes_only_its_task_stale(pipeline: Pipeline, text: str, words: str) -> None:
    (pipeline.root / "out/.after.txt.metadata").write_text(text)
    told = pipeline.freshness()
    assert told["load"].state == "fresh"
    assert told["after"].state == "stale"
    assert words in told["after"].reason


@pytest.mark.parametrize("text", ["null", "{}"])
def test_empty_metadata_is_no_metadata(pipeline: Pipeline, text: str) -> None:
    (pipeline.root / "out/.after.txt.metadata").write_text(text)
    assert "no record" in reasons(pipeline)["after"]


def test_metadata_without_a_time_makes_its_own_task_stale(pipeline: Pipeline) -> None:
    edit_metadata(pipeline, "out/a.txt", timestamp=None)
    assert reasons(pipeline) == {
        "load": "the record of its last run has no time",
        "after": "upstream load is stale",
    }


def test_records_that_disagree_count_for_nothing(pipeline: Pipeline) -> None:
    edit_metadata(pipeline, "out/a.txt", stored_source_code="def load(): ...")
    assert reasons(pipeline)["load"] == "the records of its products disagree"


def test_an_upstream_that_ran_later_is_told(pipeline: Pipeline) -> None:
    edit_metadata(pipeline, "out/a.txt", timestamp=5000.0)
    edit_metadata(pipeline, "out/b.txt", timestamp=5000)
    assert reasons(pipeline) == {"load": "up to date", "after": "upstream load ran later"}


@pytest.mark.parametrize(
    ("before", "after", "state"),
    [
        (1, 1.0, "fresh"),
        (1, True, "fresh"),
        (1, 2, "stale"),
        ((1, 2), (1, 2), "fresh"),
        ([1], [1, 2], "stale"),
        ({1: "a"}, {1: "a"}, "fresh"),
        (float("nan"), float("nan"), "fresh"),
        ({"x": [float("nan")]}, {"x": [float("nan")]}, "fresh"),
        (None, 0, "stale"),
        ("é", "é", "fresh"),
    ],
)
def test_params_are_compared_as_they_are_stored(
    pipeline: Pipeline, before: object, after: object, state: str
) -> None:
    pipeline.set_params("load", n=before)
    record(pipeline)
    pipeline.set_params("load", n=after)
    told = pipeline.freshness()["load"]
    assert told.state == state
    assert state == "fresh" or told.reason == "params changed: n"


def test_params_that_cannot_be_stored_do_not_count(pipeline: Pipeline) -> None:
    import datetime

    pipeline.set_params("load", n=1, day=datetime.date(2020, 1, 1))
    assert pipeline.states()["load"] == "fresh"


def test_metadata_without_params_does_not_compare_them(pipeline: Pipeline) -> None:
    edit_metadata(pipeline, "out/a.txt", params=None)
    edit_metadata(pipeline, "out/b.txt", params=None)
    pipeline.set_params("load", n=9)
    assert pipeline.states()["load"] == "fresh"


def test_code_does_not_count_when_the_pipeline_says_so(pipeline: Pipeline) -> None:
    pipeline.edit("tasks.py", "return n", "return -n")
    pipeline.config = {"outdated_by_code": False}
    assert set(pipeline.states().values()) == {"fresh"}


def test_metadata_under_its_old_name_counts(pipeline: Pipeline) -> None:
    new = pipeline.root / "out/.after.txt.metadata"
    new.rename(pipeline.root / "out/after.txt.source")
    assert pipeline.states()["after"] == "fresh"


def test_a_link_that_leads_nowhere_is_no_product(pipeline: Pipeline) -> None:
    product = pipeline.root / "out/after.txt"
    product.unlink()
    product.symlink_to(pipeline.root / "gone")
    assert "is missing" in reasons(pipeline)["after"]


def test_a_source_that_cannot_be_read_is_told(pipeline: Pipeline) -> None:
    pipeline.write("tasks.py", "def load((:\n")
    assert set(reasons(pipeline).values()) == {"its source cannot be read"}


def test_the_kinds_that_are_not_compared_are_unknown(pipeline: Pipeline) -> None:
    pipeline.write("dump.sql", "SELECT 1")
    pipeline.write("out/n.csv", "1")
    pipeline.task("dump.sql", "out/n.csv", class_name="SQLDump")
    write_metadata(str(pipeline.root / "out/n.csv"), 1.0, "SELECT 1", {})
    told = pipeline.freshness()["dump"]
    assert (told.state, told.reason) == ("unknown", "the source of a SQLDump task is not compared")


def test_last_runs_are_those_of_the_metadata(pipeline: Pipeline) -> None:
    told = last_runs(pipeline.project())["load"]
    assert told is not None
    assert told.ok
    assert told.seconds is None
    from datetime import datetime

    assert datetime.fromisoformat(told.at).timestamp() == 1000.0


def test_a_failed_run_is_the_last_run_until_the_source_changes(pipeline: Pipeline) -> None:
    pipeline.edit("tasks.py", "return n", "raise ValueError")
    pipeline.build()
    assert pipeline.states() == {"load": "failed", "after": "stale"}
    assert reasons(pipeline)["after"] == "upstream load failed"
    told = last_runs(pipeline.project())["load"]
    assert told is not None
    assert (told.ok, told.seconds is not None) == (False, True)
    pipeline.edit("tasks.py", "raise ValueError", "raise KeyError")
    assert pipeline.states()["load"] == "stale"


def test_metadata_is_written_whole(tmp_path: Path) -> None:
    product = str(tmp_path / ".hidden é")
    write_metadata(product, time.time(), "é", {"x": "é"})
    assert [path.name for path in tmp_path.iterdir()] == ["..hidden é.metadata"]
    raw = Path(metadata_path(product)).read_bytes()
    assert raw.isascii()
    found = read_metadata(metadata_path(product))
    assert found is not None
    assert found.code == "é"  # type: ignore[union-attr]


def test_functions_that_do_not_parse_are_compared_as_text() -> None:
    assert not same_function("def f(:", "def f(:  ")
    assert not same_function("def f(): ...", "def f(:")
