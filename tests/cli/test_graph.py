"""`pipelens graph`, `plot` and `status` on real folders."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.command import pipelens, write

CHAIN = {
    "pipeline.yaml": """\
tasks:
  - source: steps.load
    product: out/raw.csv
    params: {rows: 3}
  - source: steps.clean
    product: {data: out/clean.csv}
""",
    "steps.py": """\
def load(product, rows):
    open(product, "w").write("x" * rows)


def clean(product, upstream):
    open(product["data"], "w").write(open(upstream["load"]).read())
""",
}
BROKEN = {
    **CHAIN,
    "pipeline.yaml": CHAIN["pipeline.yaml"] + "  - source: nowhere.py\n    product: out/n.ipynb\n",
}


def test_the_graph_for_programs(tmp_path: Path):
    told = pipelens("graph", "--json", cwd=write(tmp_path, CHAIN)).json
    assert (told["root"], told["pipeline"]) == (str(tmp_path), "pipeline.yaml")
    load, clean = told["tasks"]
    assert (load["name"], load["class"], load["source"], load["line"]) == (
        "load",
        "PythonCallable",
        "steps.py",
        0,
    )
    assert (load["products"], load["params"], load["freshness"]["state"]) == (
        {"": "out/raw.csv"},
        {"rows": 3},
        "never_run",
    )
    assert (clean["upstream"], clean["products"]) == (["load"], {"data": "out/clean.csv"})


def test_the_graph_for_people(tmp_path: Path):
    answer = pipelens("graph", cwd=write(tmp_path, CHAIN))
    lines = answer.out.splitlines()
    assert lines[0].startswith("○ load")
    assert lines[1].startswith("└─ ○ clean")


def test_the_graph_as_mermaid(tmp_path: Path):
    answer = pipelens("graph", "--format", "mermaid", cwd=write(tmp_path, CHAIN))
    assert answer.out.startswith("flowchart LR\n")
    assert "t0 --> t1" in answer.out


@pytest.mark.parametrize("words", [["plot"], ["plot", "-b", "mermaid"], ["graph", "--backend", "mermaid"]])
def test_a_plot_is_one_page(words: list[str], tmp_path: Path):
    assert pipelens(*words, cwd=write(tmp_path, CHAIN)).code == 0
    assert "<svg" in (tmp_path / "pipeline.html").read_text("utf-8")


def test_a_plot_carries_the_name_of_its_pipeline_and_goes_where_it_is_told(tmp_path: Path):
    write(tmp_path, {"steps.py": CHAIN["steps.py"], "pipeline.serve.yaml": CHAIN["pipeline.yaml"]})
    assert pipelens("plot", "-e", "pipeline.serve.yaml", cwd=tmp_path).code == 0
    assert (tmp_path / "pipeline.serve.html").exists()
    assert pipelens("plot", "-e", "pipeline.serve.yaml", "-o", "x.html", cwd=tmp_path).code == 0
    assert (tmp_path / "x.html").exists()


@pytest.mark.parametrize("backend", ["d3", "pygraphviz"])
def test_other_back_ends_are_refused_with_a_sentence(backend: str, tmp_path: Path):
    answer = pipelens("plot", "-b", backend, cwd=write(tmp_path, CHAIN))
    assert answer.code == 2
    assert "-b mermaid only" in answer.err


def test_an_output_that_is_no_page_is_refused(tmp_path: Path):
    answer = pipelens("plot", "-o", "graph.png", cwd=write(tmp_path, CHAIN))
    assert answer.code == 2
    assert "must end in .html" in answer.err


@pytest.mark.parametrize("command", ["graph", "status"])
def test_a_pipeline_with_problems_can_be_shown(command: str, tmp_path: Path):
    answer = pipelens(command, cwd=write(tmp_path, BROKEN))
    assert answer.code == 0
    assert "nowhere" in answer.out
    assert "pipelens check" in answer.out + answer.err


def test_a_circle_of_tasks_can_be_shown(tmp_path: Path):
    steps = "def a(product, upstream):\n    upstream['b']\n\n\ndef b(product, upstream):\n    upstream['a']\n"
    pipeline = "tasks:\n  - {source: steps.a, product: a.txt}\n  - {source: steps.b, product: b.txt}\n"
    answer = pipelens("graph", cwd=write(tmp_path, {"pipeline.yaml": pipeline, "steps.py": steps}))
    assert answer.code == 0
    assert answer.out.count("on a cycle") == 2


def test_the_status_for_programs_has_the_last_run(tmp_path: Path):
    write(tmp_path, CHAIN)
    told = pipelens("status", "--json", cwd=tmp_path).json
    assert [task["last_run"] for task in told["tasks"]] == [None, None]
    assert pipelens("build", cwd=tmp_path).code == 0
    told = pipelens("status", "--json", cwd=tmp_path).json
    assert [task["freshness"]["state"] for task in told["tasks"]] == ["fresh", "fresh"]
    for task in told["tasks"]:
        assert set(task["last_run"]) == {"at", "seconds", "ok"}
        assert task["last_run"]["ok"] is True


def test_the_status_for_people(tmp_path: Path):
    answer = pipelens("status", cwd=write(tmp_path, CHAIN))
    assert "never run" in answer.out
    assert "steps.py:5" in answer.out
    assert "`pipelens build` brings them up to date." in answer.out


def test_env_values_reach_the_products(tmp_path: Path):
    pipeline = "tasks:\n  - source: steps.load\n    product: '{{out}}/raw.csv'\n    params: {rows: 3}\n"
    write(tmp_path, {**CHAIN, "pipeline.yaml": pipeline, "env.yaml": "out: a\n"})
    for words in (["--env--out", "b"], ["--env--out=b"]):
        told = pipelens("graph", "--json", *words, cwd=tmp_path).json
        assert told["tasks"][0]["products"] == {"": "b/raw.csv"}


def test_json_brings_no_rich(tmp_path: Path):
    import subprocess
    import sys

    write(tmp_path, CHAIN)
    for command in ("graph", "check", "status"):
        program = (
            "import sys; from pipelens.cli.entry import main; "
            f"main([{command!r}, '--json']); print('rich' in sys.modules, file=sys.stderr)"
        )
        finished = subprocess.run(
            [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True
        )
        assert finished.stderr.strip() == "False"
