"""`pipelens check` on real folders."""

from __future__ import annotations

from pathlib import Path

from tests.cli.command import pipelens, write

GOOD = {
    "pipeline.yaml": "tasks:\n  - source: steps.load\n    product: out/raw.csv\n",
    "steps.py": "def load(product):\n    open(product, 'w').close()\n",
}
MISSPELT = {
    **GOOD,
    "pipeline.yaml": "tasks:\n  - source: steps.load\n    product: out/raw.csv\n    parms: {a: 1}\n",
}
MISSING = {**GOOD, "pipeline.yaml": "tasks:\n  - source: lood.py\n    product: out/nb.ipynb\n"}


def test_a_clean_pipeline_has_no_problems(tmp_path: Path):
    answer = pipelens("check", cwd=write(tmp_path, GOOD))
    assert (answer.code, answer.err) == (0, "")
    assert answer.out == "No problems in pipeline.yaml (1 task)\n"


def test_an_error_is_shown_at_its_place_and_fails(tmp_path: Path):
    answer = pipelens("check", cwd=write(tmp_path, MISSPELT))
    assert answer.code == 1
    lines = answer.out.splitlines()
    assert lines[0].startswith("pipeline.yaml:4:5: error[unknown-key]")
    assert lines[1:3] == ["  4 |     parms: {a: 1}", "    |     ^^^^^"]
    assert lines[-1] == "1 error in pipeline.yaml (1 task)"


def test_json_and_text_tell_the_same_problems(tmp_path: Path):
    write(tmp_path, MISSING)
    told = pipelens("check", "--json", cwd=tmp_path)
    assert told.code == 1
    assert told.json["root"] == str(tmp_path)
    text = pipelens("check", cwd=tmp_path).out
    for found in told.json["problems"]:
        start = found["range"]["start"]
        place = f"{found['path']}:{start['line'] + 1}:{start['character'] + 1}"
        assert f"{place}: {found['severity']}[{found['code']}]" in text


def test_format_json_is_json(tmp_path: Path):
    write(tmp_path, GOOD)
    assert pipelens("check", "--format", "json", cwd=tmp_path).json["problems"] == []


def test_paths_are_told_from_where_the_command_was_given(tmp_path: Path):
    write(tmp_path, {**MISSPELT, "sub/x": ""})
    answer = pipelens("check", cwd=tmp_path / "sub")
    assert answer.out.replace("\\", "/").startswith("../pipeline.yaml:4:5: error")


def test_a_strict_check_fails_for_warnings(tmp_path: Path):
    source = "upstream = None\nproduct = None\n"
    script = f'# %% tags=["parameters"]\n{source}\n# %%\n1\n'
    write(
        tmp_path,
        {
            "pipeline.yaml": "tasks:\n  - source: a.py\n    product: a.ipynb\n    params: {unused: 1}\n",
            "a.py": script,
        },
    )
    told = pipelens("check", "--json", cwd=tmp_path)
    assert "warning" in {found["severity"] for found in told.json["problems"]}, told.json
    assert told.code == 0
    assert pipelens("check", "--strict", cwd=tmp_path).code == 1


def test_without_a_pipeline_the_remedy_is_told(tmp_path: Path):
    answer = pipelens("check", cwd=tmp_path)
    assert answer.code == 2
    assert answer.out == ""
    assert answer.err.startswith("pipelens: ")
    assert "pipeline.yaml" in answer.err


def test_without_a_pipeline_programs_get_json_all_the_same(tmp_path: Path):
    answer = pipelens("check", "--json", cwd=tmp_path)
    assert answer.code == 2
    assert [found["severity"] for found in answer.json["problems"]] == ["error"]
    assert pipelens("check", "--json", "--entry-point", cwd=tmp_path).json["problems"]


def test_the_entry_point_may_be_joined_to_its_option(tmp_path: Path):
    write(tmp_path, {**GOOD, "pipeline.yaml": "tasks: 3\n", "pipeline.serve.yaml": GOOD["pipeline.yaml"]})
    for words in (["-e", "pipeline.serve.yaml"], ["--entry-point=pipeline.serve.yaml"]):
        assert pipelens("check", *words, cwd=tmp_path).code == 0


def test_an_unknown_env_key_is_a_usage_error(tmp_path: Path):
    write(tmp_path, {**GOOD, "env.yaml": "out: here\n"})
    answer = pipelens("check", "--env--oot", "x", cwd=tmp_path)
    assert answer.code == 2
    assert "oot" in answer.err
    assert "out" in answer.err


def test_a_file_of_another_tool_gets_one_sentence(tmp_path: Path):
    write(tmp_path, {"pipeline.yaml": "apiVersion: tekton.dev/v1\nkind: Pipeline\nspec: {}\n"})
    told = pipelens("check", "--json", cwd=tmp_path)
    assert told.code == 0
    assert [found["severity"] for found in told.json["problems"]] == ["info"]


def test_colour_is_for_those_who_ask(tmp_path: Path):
    write(tmp_path, MISSPELT)
    assert "\x1b[" not in pipelens("check", cwd=tmp_path).out
    assert "\x1b[" in pipelens("check", cwd=tmp_path, FORCE_COLOR="1").out
    assert "\x1b[" not in pipelens("check", cwd=tmp_path, FORCE_COLOR="1", NO_COLOR="1").out
