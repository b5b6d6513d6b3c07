"""Renaming: everything that names the thing changes, and nothing else does."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelens.core.answers.rename import NotRenamed, Renamable
from tests.core.renaming import Folder, notebook, script

PIPELINE = """\
tasks:
  - source: load.py  # the first
    name: load
    product: {nb: "{{out}}/load.ipynb", 'data': out/data.csv}
    params:
      sample: 3   # rows
  - source: steps.fit
    product: out/fit.txt
    params: {alpha: 2}
  - source: report.ipynb
    product: out/report.html
"""
TEXTS = {
    "pipeline.yaml": PIPELINE,
    "env.yaml": "out: results\nbelow: '{{out}}/below'\nsame: '{{below}}'\n",
    "load.py": script(
        "upstream = None\nproduct = None\nsample = 1",
        'print(f"{sample:>{sample}} {{sample}}", "sample", product["data"])',
        "def inner(sample):\n    return sample\n\ndef outer():\n    return [sample for x in y if sample.sample(sample=sample)]",
    ),
    "steps.py": 'def fit(product, upstream, alpha=1):\n    return upstream["load"]["data"], alpha\n',
    "report.ipynb": notebook(
        "upstream = [\"fit\", 'lo*']", 'x = "é", upstream[\'lo*\']["load"]["data"], upstream["fit"]'
    ),
}


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path, TEXTS)


def test_a_task_is_renamed_in_the_pipeline_in_sources_and_in_notebooks(folder: Folder) -> None:
    folder.rename("pipeline.yaml", "name: lo|ad", "lorry 🚚")
    assert "    name: lorry 🚚\n" in folder.text("pipeline.yaml")
    assert 'upstream["lorry 🚚"]["data"]' in folder.text("steps.py")
    assert "upstream['lo*'][\\\"lorry 🚚\\\"]" in folder.text("report.ipynb")
    assert folder.project().tasks["report"].upstream == ("fit", "lorry 🚚")


def test_a_notebook_that_is_ascii_stays_so(tmp_path: Path) -> None:
    entries = "  - {source: a.py, name: é, product: a.ipynb}\n  - {source: b.ipynb, product: c.ipynb}\n"
    text = notebook('upstream = ["é"]', 'upstream["é"]', ascii=True)
    folder = Folder(tmp_path, {"pipeline.yaml": f"tasks:\n{entries}", "b.ipynb": text})
    folder.rename("pipeline.yaml", "name: é|", "ü")
    assert folder.text("b.ipynb") == text.replace("\\u00e9", "\\u00fc")


def test_a_task_is_renamed_from_any_place_that_names_it(folder: Folder) -> None:
    folder.rename("steps.py", 'upstream["lo|ad"]', "lot")
    assert "    name: lot\n" in folder.text("pipeline.yaml")


def test_the_stretch_to_rename_is_the_name_without_quotes(folder: Folder) -> None:
    found = folder.prepare("pipeline.yaml", "'da|ta'")
    assert isinstance(found, Renamable)
    line = folder.text("pipeline.yaml").split("\n")[found.span.start.line]
    assert (line[found.span.start.character : found.span.end.character], found.name) == ("data", "data")
    assert folder.prepare("pipeline.yaml", "ta|sks:") is None
    assert folder.prepare("pipeline.yaml", "source: lo|ad") is None


def test_a_task_that_is_called_after_its_source_gets_a_name(folder: Folder) -> None:
    found = folder.prepare("pipeline.yaml", "steps.f|it")
    assert isinstance(found, Renamable)
    assert found.name == "fit"
    folder.rename("report.ipynb", 'upstream = [\\"f|it', "train")
    assert "  - source: steps.fit\n    name: train\n    product" in folder.text("pipeline.yaml")
    assert folder.text("steps.py") == TEXTS["steps.py"]
    assert folder.project().tasks["report"].upstream == ("train", "load")


def test_a_name_is_added_in_flow_style_and_behind_comments(tmp_path: Path) -> None:
    pipeline = "tasks:\n  - {source: a.py, product: a.ipynb}\n  - product: b.ipynb\n    source: b.py # b\n"
    folder = Folder(tmp_path, {"pipeline.yaml": pipeline})
    folder.rename("pipeline.yaml", "a|.py", "first")
    folder.rename("pipeline.yaml", "b|.py", "second")
    assert folder.text("pipeline.yaml") == (
        "tasks:\n  - {source: a.py, name: first, product: a.ipynb}\n"
        "  - product: b.ipynb\n    source: b.py # b\n    name: second\n"
    )


@pytest.mark.parametrize(
    ("new", "written"),
    [
        ("2024", '''"'2024'"'''),
        ("yes", '"yes"'),
        ("none", '''"'none'"'''),
        ("a: b", '"a: b"'),
        ("# no", '"# no"'),
        ("a, b", '"a, b"'),
        ("it's", "it's"),
        ('say "hi"', 'say "hi"'),
        ("back\\slash", "back\\slash"),
    ],
)
def test_quotes_come_where_yaml_and_python_need_them(tmp_path: Path, new: str, written: str) -> None:
    texts = {
        "pipeline.yaml": "tasks:\n  - {source: a.py, name: a, product: a.ipynb}\n  - {source: b.py, product: b.ipynb}\n",
        "a.py": script("upstream = None", "1"),
        "b.py": script("upstream = ['a']", "upstream['a'], upstream[\"a\"]"),
    }
    folder = Folder(tmp_path, texts)
    folder.rename("pipeline.yaml", "name: a|", new)
    assert f"name: {written}, product" in folder.text("pipeline.yaml")
    assert folder.project().tasks["b"].upstream == (new,)
    assert [reference.name for reference in folder.project().tasks["b"].references] == [new, new]
    folder.rename_at("b.py", folder.position("b.py", "upstream = ['|"), "a")
    assert folder.text("b.py") == texts["b.py"]


def test_quotes_that_stand_there_stay(tmp_path: Path) -> None:
    folder = Folder(
        tmp_path, {"pipeline.yaml": "tasks:\n  - source: a.py\n    name: 'a' # one\n    product: a.ipynb\n"}
    )
    folder.rename("pipeline.yaml", "'a|'", "b")
    assert "    name: 'b' # one\n" in folder.text("pipeline.yaml")


def test_a_product_key_is_renamed_where_it_is_read_and_written(folder: Folder) -> None:
    folder.rename("pipeline.yaml", "'da|ta'", "table one")
    assert "'table one': out/data.csv" in folder.text("pipeline.yaml")
    assert 'product["table one"]' in folder.text("load.py")
    assert 'upstream["load"]["table one"]' in folder.text("steps.py")
    assert '[\\"load\\"][\\"table one\\"]' in folder.text("report.ipynb")


def test_a_param_is_renamed_in_its_scope_only(folder: Folder) -> None:
    folder.rename("load.py", "sam|ple = 1", "rows")
    assert "      rows: 3   # rows\n" in folder.text("pipeline.yaml")
    assert folder.text("load.py") == script(
        "upstream = None\nproduct = None\nrows = 1",
        'print(f"{rows:>{rows}} {{sample}}", "sample", product["data"])',
        "def inner(sample):\n    return sample\n\ndef outer():\n    return [rows for x in y if rows.sample(sample=rows)]",
    )


def test_an_argument_of_a_function_is_renamed_with_its_param(folder: Folder) -> None:
    folder.rename("pipeline.yaml", "alp|ha", "beta")
    assert "params: {beta: 2}" in folder.text("pipeline.yaml")
    assert folder.text("steps.py") == (
        'def fit(product, upstream, beta=1):\n    return upstream["load"]["data"], beta\n'
    )


def test_a_param_of_a_shared_source_is_renamed_for_all_that_run_it(tmp_path: Path) -> None:
    pipeline = "tasks:\n" + "".join(
        f"  - source: a.py\n    name: {name}\n    product: {name}.ipynb\n    params: {{x: 1}}\n"
        for name in "pq"
    )
    folder = Folder(tmp_path, {"pipeline.yaml": pipeline, "a.py": script("upstream = None\nx = 0", "x")})
    folder.rename("pipeline.yaml", "{x|:", "y")
    assert folder.text("pipeline.yaml").count("params: {y: 1}") == 2
    assert folder.text("a.py") == script("upstream = None\ny = 0", "y")


def test_a_param_of_a_grid_is_renamed_in_names_and_products_too(tmp_path: Path) -> None:
    pipeline = (
        "tasks:\n  - source: a.py\n    name: fit-[[x]]\n    product: out/[[ x ]].ipynb\n"
        "    grid:\n      - x: [1, 2]\n      - {x: [3]}\n"
    )
    folder = Folder(tmp_path, {"pipeline.yaml": pipeline, "a.py": script("upstream = None\nx = 0", "x")})
    names = list(folder.project().tasks)
    folder.rename("a.py", "x| = 0", "depth")
    assert folder.text("pipeline.yaml") == pipeline.replace("[[x]]", "[[depth]]").replace(
        "[[ x ]]", "[[ depth ]]"
    ).replace("- x:", "- depth:").replace("{x:", "{depth:")
    assert list(folder.project().tasks) == names


def test_a_placeholder_is_renamed_in_env_and_pipeline(folder: Folder) -> None:
    folder.rename("pipeline.yaml", "{{ou|t", "folder")
    assert folder.text("env.yaml") == "folder: results\nbelow: '{{folder}}/below'\nsame: '{{below}}'\n"
    assert '"{{folder}}/load.ipynb"' in folder.text("pipeline.yaml")


def test_pipelines_that_share_a_source_are_renamed_together(folder: Folder) -> None:
    (folder.root / "pipeline.serve.yaml").write_text(PIPELINE.replace("out/", "serve/"))
    folder.fresh()
    folder.rename("pipeline.serve.yaml", "name: lo|ad", "lot")
    assert "    name: lot\n" in folder.text("pipeline.yaml")
    assert "    name: lot\n" in folder.text("pipeline.serve.yaml")
    assert folder.project("pipeline.serve.yaml").tasks["fit"].upstream == ("lot",)
    folder.rename("pipeline.yaml", "'da|ta'", "rows")
    assert "'rows': serve/data.csv" in folder.text("pipeline.serve.yaml")


def test_imported_tasks_and_r_and_sql_are_renamed(tmp_path: Path) -> None:
    texts = {
        "pipeline.yaml": "meta: {import_tasks_from: more.yaml}\n"
        "tasks:\n  - {source: load.sql, name: load, product: [load, table], product_class: SQLiteRelation}\n",
        "more.yaml": "- {source: a.R, product: a.ipynb}\n"
        "- {source: b.sql, product: [b, table], product_class: SQLiteRelation}\n",
        "load.sql": "create table {{product}} as select 1",
        "a.R": '# %% tags=["parameters"]\nupstream <- list("load")\n# %%\nupstream[["load"]]; upstream$load # upstream$load\n',
        "b.sql": "create table {{product}} as select * from {{upstream['load']}} join {{upstream.load}}",
    }
    folder = Folder(tmp_path, texts)
    folder.rename("pipeline.yaml", "name: lo|ad", "lot")
    assert folder.text("a.R").endswith('list("lot")\n# %%\nupstream[["lot"]]; upstream$lot # upstream$load\n')
    assert folder.text("b.sql").endswith("{{upstream['lot']}} join {{upstream.lot}}")
    assert "only a name without quotes can stand there" in folder.refusal(
        "pipeline.yaml", "name: lo|t", "a b"
    )


REFUSED = [
    ("pipeline.yaml", "name: lo|ad", "fit", "There is a task 'fit' already, on line 7."),
    ("pipeline.yaml", "name: lo|ad", " ", "A name cannot be empty."),
    ("pipeline.yaml", "name: lo|ad", "a*", "A task's name cannot hold `*`"),
    ("pipeline.yaml", "name: lo|ad", "{{x}}", "would be read as a template"),
    (
        "pipeline.yaml",
        "name: lo|ad",
        "store",
        "'report' finds 'load' through 'lo*', which does not match 'store'",
    ),
    ("pipeline.yaml", "steps.fi|t", "lost", "'lost' would be taken by 'lo*' in 'report'"),
    ("report.ipynb", "'lo|*']\"", "x", "'lo*' stands for all tasks that it matches"),
    ("pipeline.yaml", "{n|b", "x", "'nb' is where 'load' puts its executed notebook"),
    ("pipeline.yaml", "'da|ta'", "nb", "'load' has a product 'nb' already."),
    ("pipeline.yaml", "sam|ple", "a b", "'a b' is no name in Python"),
    ("pipeline.yaml", "sam|ple", "class", "'class' is a word of Python itself."),
    ("pipeline.yaml", "sam|ple", "upstream", "'upstream' is given to every task"),
    ("pipeline.yaml", "sam|ple", "inner", "load.py uses 'inner' already."),
    ("pipeline.yaml", "{{ou|t", "below", "'below' is defined already, in env.yaml."),
    ("pipeline.yaml", "{{ou|t", "a b", "would be no placeholder"),
    ("pipeline.yaml", "{{ou|t", "cwd", "'cwd' is defined already, for every pipeline."),
    ("pipeline.yaml", "{{ou|t", "path", "'path' has a meaning of its own in the env."),
]


@pytest.mark.parametrize(("name", "mark", "new", "reason"), REFUSED)
def test_what_would_go_wrong_is_refused_with_a_reason(
    folder: Folder, name: str, mark: str, new: str, reason: str
) -> None:
    assert reason in folder.refusal(name, mark, new)
    assert folder.texts() == TEXTS


def test_names_that_a_template_makes_are_refused(tmp_path: Path) -> None:
    pipeline = (
        "tasks:\n  - {source: a.py, name: '{{pre}}-a', product: a.ipynb}\n"
        "  - {source: b.py, name: 'b-[[x]]', product: b.ipynb, grid: {x: [1]}}\n"
        "  - {source: c.py, name: 'c-{{root}}', product: c.ipynb}\n"
    )
    folder = Folder(tmp_path, {"pipeline.yaml": pipeline, "env.yaml": "pre: x\n"})
    assert "does not say 'x-a' in so many words" in folder.refusal("pipeline.yaml", "}}-|a", "y")
    assert "tasks of a grid" in folder.refusal("pipeline.yaml", "b-[[|", "y")
    assert "defined for every pipeline" in folder.refusal("pipeline.yaml", "{{ro|ot", "y")


def test_what_cannot_be_read_is_mended_first(folder: Folder) -> None:
    (folder.root / "load.py").write_text(TEXTS["load.py"] + "# %%\nif sample\n")
    folder.fresh()
    assert "load.py, line 14, does not parse: mend it first" in folder.refusal(
        "pipeline.yaml", "sam|ple", "rows"
    )
    (folder.root / "load.py").write_text(TEXTS["load.py"] + "# %%\n!echo $sample\n")
    folder.fresh()
    assert "line 14, uses 'sample', and it is no Python" in folder.refusal("pipeline.yaml", "sam|ple", "rows")
    (folder.root / "load.py").write_text(TEXTS["load.py"] + "# %%\nimport sample\n")
    folder.fresh()
    assert "`import` gives 'sample' another meaning" in folder.refusal("pipeline.yaml", "sam|ple", "rows")
    (folder.root / "report.ipynb").write_text('{"cells": ["load"]')
    folder.fresh()
    assert "report.ipynb cannot be read and speaks of 'load'" in folder.refusal(
        "pipeline.yaml", "name: lo|ad", "x"
    )
    (folder.root / "report.ipynb").write_text(TEXTS["report.ipynb"])
    (folder.root / "pipeline.yaml").write_text(PIPELINE + "  - source: [load\n")
    folder.fresh()
    assert "is no valid YAML" in folder.refusal("pipeline.yaml", "name: lo|ad", "lot")


def test_two_tasks_of_one_name_are_told_apart_by_hand(tmp_path: Path) -> None:
    entry = "  - {source: a.py, name: a, product: a.ipynb}\n"
    folder = Folder(tmp_path, {"pipeline.yaml": f"tasks:\n{entry}{entry}"})
    assert folder.refusal("pipeline.yaml", "name: a|", "b") == (
        "2 tasks are called 'a': give one of them another name by hand first."
    )


def test_a_wildcard_that_a_task_is_also_named_beside_does_not_hold_it(tmp_path: Path) -> None:
    texts = {
        "pipeline.yaml": "tasks:\n  - {source: a.py, name: fit-a, product: a.ipynb}\n  - {source: b.py, product: b.ipynb}\n",
        "a.py": script("upstream = None", "1"),
        "b.py": script('upstream = ["fit-*", "fit-a"]', 'upstream["fit-a"]'),
    }
    folder = Folder(tmp_path, texts)
    folder.rename("pipeline.yaml", "fit-|a", "train")
    assert folder.text("b.py") == script('upstream = ["fit-*", "train"]', 'upstream["train"]')


def test_what_an_unserializer_loads_has_keys_of_its_own(tmp_path: Path) -> None:
    texts = {
        "pipeline.yaml": "unserializer: steps.load\nserializer: steps.save\n"
        "tasks:\n  - {source: steps.a, product: {x: a, y: b}}\n  - {source: steps.b, product: c}\n"
        "  - {source: r.R, product: r.ipynb}\n",
        "steps.py": "def save(o, product): pass\ndef load(product): pass\ndef a(): pass\n"
        "def b(upstream): return upstream['a']['x']\n",
        "r.R": '# %% tags=["parameters"]\nupstream <- list("a")\n# %%\nupstream$a$x; upstream[["a"]][["x"]]\n',
    }
    folder = Folder(tmp_path, texts)
    folder.rename("pipeline.yaml", "{x|: a", "z")
    assert folder.text("steps.py") == texts["steps.py"]
    assert folder.text("r.R").endswith('upstream$a$z; upstream[["a"]][["z"]]\n')


def test_a_name_that_is_declared_twice_and_calls_by_keyword_follow(tmp_path: Path) -> None:
    texts = {
        "pipeline.yaml": "tasks:\n  - {source: steps.a, name: a, product: a, params: {x: 1}}\n"
        "  - {source: b.py, product: b.ipynb}\n",
        "steps.py": "def a(product, x):\n    return x\n\n\nif __name__ == '__main__':\n    a('y', x=1)\n    b(x=2)\n",
        "b.py": script('upstream = ["a", "a"]', 'upstream["a"]'),
    }
    folder = Folder(tmp_path, texts)
    folder.rename("pipeline.yaml", "name: a|", "z")
    folder.rename("steps.py", "x|):", "y")
    assert folder.text("b.py") == script('upstream = ["z", "z"]', 'upstream["z"]')
    assert folder.text("steps.py") == texts["steps.py"].replace("product, x", "product, y").replace(
        "return x", "return y"
    ).replace("('y', x=1)", "('y', y=1)")


def test_renaming_to_the_same_name_changes_nothing(folder: Folder) -> None:
    assert folder.rename("pipeline.yaml", "name: lo|ad", "load") == ()
    assert not isinstance(folder.prepare("pipeline.yaml", "name: lo|ad"), NotRenamed)
