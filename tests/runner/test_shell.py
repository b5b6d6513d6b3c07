"""Shell tasks: rendered, run by bash, recorded as Ploomber records them."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from pipelens.runner.events import OutputMade
from tests.runner.making import Pipeline

pytestmark = pytest.mark.skipif(os.name == "nt", reason="shell tasks need bash, which Windows lacks")


@pytest.fixture
def pipeline(tmp_path: Path) -> Pipeline:
    made = Pipeline(tmp_path / "it")
    made.root.mkdir()
    made.write("count.sh", "# write numbers\necho counting\nseq {{n}} > {{product}}\n")
    made.write("sum.sh", "awk '{ s += $1 } END { print s }' {{upstream['count']}} > {{product['sum']}}\n")
    made.task("count.sh", "out/numbers.txt", params={"n": 3})
    made.task("sum.sh", {"sum": "out/sum.txt"}, upstream=("count",))
    return made


def test_a_script_runs_and_is_recorded_with_its_values(pipeline: Pipeline) -> None:
    result = pipeline.build()
    assert (result.exit_code, result.ran) == (0, ("count", "sum"))
    assert (pipeline.root / "out/sum.txt").read_text() == "6\n"
    assert "counting\n" in "".join(event.text for event in pipeline.of_kind(OutputMade))
    record = json.loads((pipeline.root / "out/.numbers.txt.metadata").read_text())
    assert record["stored_source_code"] == (
        f"# write numbers\necho counting\nseq 3 > {pipeline.root}/out/numbers.txt"
    )
    assert record["params"] == {"n": 3}
    assert set(pipeline.states().values()) == {"fresh"}


def test_any_change_of_the_rendered_text_counts_and_spaces_in_a_placeholder_do_not(
    pipeline: Pipeline,
) -> None:
    pipeline.build()
    pipeline.edit("count.sh", "{{n}}", "{{ n }}")
    assert pipeline.states() == {"count": "fresh", "sum": "fresh"}
    pipeline.edit("count.sh", "# write numbers", "# numbers")
    assert pipeline.states() == {"count": "stale", "sum": "stale"}


def test_a_project_that_was_moved_is_as_fresh_as_before(pipeline: Pipeline) -> None:
    pipeline.build()
    elsewhere = pipeline.root.with_name("another place")
    shutil.move(pipeline.root, elsewhere)
    moved = Pipeline(elsewhere)
    moved.task("count.sh", "out/numbers.txt", params={"n": 3})
    moved.task("sum.sh", {"sum": "out/sum.txt"}, upstream=("count",))
    assert moved.states() == {"count": "fresh", "sum": "fresh"}
    moved.edit("count.sh", "seq", "seq 2")
    assert moved.states() == {"count": "stale", "sum": "stale"}


def test_a_build_writes_down_where_a_moved_project_lies_and_runs_nothing(pipeline: Pipeline) -> None:
    pipeline.build()
    before = json.loads((pipeline.root / "out/.numbers.txt.metadata").read_text())
    elsewhere = pipeline.root.with_name("another longer name")
    pipeline.root.rename(elsewhere)
    moved = Pipeline(elsewhere)
    moved.task("count.sh", "out/numbers.txt", params={"n": 3})
    moved.task("sum.sh", {"sum": "out/sum.txt"}, upstream=("count",))
    assert moved.build().ran == ()
    after = json.loads((elsewhere / "out/.numbers.txt.metadata").read_text())
    assert after["timestamp"] == before["timestamp"]
    assert str(elsewhere) in after["stored_source_code"]
    assert {told.reason for told in moved.freshness().values()} == {"up to date"}


def test_a_failure_names_the_status_and_the_line_that_bash_tells(pipeline: Pipeline) -> None:
    pipeline.write("count.sh", "echo before\n\nno_such_command {{n}} > {{product}}\n")
    result = pipeline.build()
    assert (result.exit_code, result.failed, result.not_run) == (1, ("count",), ("sum",))
    (problem,) = result.problems
    assert problem.path == str(pipeline.root / "count.sh")
    assert problem.line == 2
    assert problem.message == "its script ended with status 127: no_such_command: command not found"


def test_a_status_without_words_is_told_with_what_was_written_last(pipeline: Pipeline) -> None:
    pipeline.write("count.sh", "echo {{n}} > {{product}}\necho 'no disk' >&2\nexit 3\n")
    (problem,) = pipeline.build().problems
    assert problem.message == "its script ended with status 3: no disk"
    assert not (pipeline.root / "out/.numbers.txt.metadata").exists()


def test_a_template_that_cannot_be_rendered_is_told_where_it_is_wrong(pipeline: Pipeline) -> None:
    pipeline.write("count.sh", "seq {{n}}\necho {{product['x'] + 1}}\n")
    assert pipeline.states()["count"] in ("stale", "never_run")
    (problem,) = pipeline.build().problems
    assert problem.path == str(pipeline.root / "count.sh")


def test_a_param_that_is_the_result_of_a_function_is_in_the_script(pipeline: Pipeline) -> None:
    pipeline.write("values.py", "def five():\n    return 5\n")
    pipeline.set_params("sum")
    made = Pipeline(pipeline.root)
    made.task("count.sh", "out/numbers.txt", params={"n": "values::five"})
    result = made.build()
    assert result.problems == ()
    assert (made.root / "out/numbers.txt").read_text().split() == ["1", "2", "3", "4", "5"]
    assert made.states() == {"count": "fresh"}


def test_a_product_of_upstream_that_gets_another_name_changes_the_script(pipeline: Pipeline) -> None:
    from pipelens.runner.run_states import RunStates

    pipeline.build()
    states = RunStates(str(pipeline.root), str(pipeline.root / "pipeline.yaml"))
    assert {told.state for told in states.of(pipeline.project()).values()} == {"fresh"}
    other = Pipeline(pipeline.root)
    other.task("count.sh", "out/list.txt", params={"n": 3})
    other.task("sum.sh", {"sum": "out/sum.txt"}, upstream=("count",))
    assert states.of(other.project())["sum"].reason == "its script changed"


def test_bash_that_is_missing_is_told_before_anything_runs(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(pipeline.root))
    result = pipeline.build()
    assert result.refused is not None
    assert "needs bash" in result.refused
