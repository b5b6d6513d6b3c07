"""Completion, asked in text that is being typed: what is offered, what is not, and what taking it writes."""

from __future__ import annotations

import pytest

from pipelens.core.answers.complete import explain
from tests.core.completing import ENV, EXPLICIT, PIPELINE, PLOT, STEPS, Desk

YAML = "pipeline.yaml"
SCRIPT = "scripts/plot.py"
NEW = PIPELINE + "  - source: scripts/new.py\n"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return Desk(tmp_path_factory.mktemp("desk"))


def words(text: str) -> list[str]:
    return text.split()


IN_YAML = [
    # keys by place
    ("¦", "tasks meta config clients executor serializer on_finish", "source"),
    (PIPELINE + "me¦", "meta", "tasks"),
    (PIPELINE + "¦", "meta executor", "tasks location"),
    ("# me¦\n" + PIPELINE, "", "meta"),
    ("meta:\n  ¦", "extract_upstream import_tasks_from source_loader", "tasks"),
    ("meta:\n  extract_upstream: true\n  ¦", "extract_product", "extract_upstream"),
    ("meta:\n  source_loader:\n    ¦", "path module", "source"),
    ("meta:\n  product_default_class:\n    ¦", "NotebookRunner SQLScript", "Link File"),
    ("config:\n  ¦", "hot_reload outdated_by_code", "differ logging_factory"),
    ("clients:\n  ¦", "SQLScript File SQLiteRelation", "Link"),
    ("executor:\n  ¦", "dotted_path", ""),
    ("executor:\n  dotted_path: ploomber.executors.Parallel\n  ¦", "processes start_method", "catch_warnings"),
    ("on_finish:\n  ¦", "dotted_path steps.announce", "source"),
    (PIPELINE + "  - ¦", "source name class", "upstream executor"),
    (PIPELINE + "  - sour¦", "source", "product"),
    (NEW + "    ¦", "product name params executor static_analysis", "source serializer upstream"),
    (NEW + "    pro¦\n    name: x\n", "product product_class", "name"),
    (PIPELINE + "  - source: steps.fit\n    ser¦", "serializer unserializer", "executor"),
    (PIPELINE + "  - source: q.sql\n    product: a.csv\n    chu¦", "chunksize", ""),
    (PIPELINE + "  - {source: scripts/new.py, ¦}", "product name", "source"),
    (EXPLICIT + NEW + "    up¦", "upstream", ""),
    ("meta: {extract_product: true}\n" + NEW + "    ¦", "name", "product"),
    (NEW + "    on_finish:\n      ¦", "dotted_path steps.mail", "name"),
    (NEW + "    product:\n      ¦", "nb data", "source"),
    (NEW + "    product: {nb: a.ipynb, ¦}", "data", "nb"),
    # values
    ("executor: ¦", "serial parallel", ""),
    ("executor: p¦", "parallel", "serial"),
    ("executor:\n  dotted_path: ¦", "ploomber.executors.Serial ploomber.executors.Parallel", ""),
    ("executor:\n  dotted_path: ploomber.executors.Parallel\n  start_method: ¦", "fork spawn", ""),
    ("meta:\n  extract_upstream: ¦", "true false", ""),
    ("meta:\n  import_tasks_from: ¦", "pipeline.yaml env.yaml", "steps.py"),
    ("meta:\n  source_loader:\n    path: ¦", "scripts/", "steps.py"),
    ("meta:\n  source_loader:\n    path:\n      - ¦", "scripts/", "steps.py"),
    ("meta:\n  product_default_class:\n    SQLScript: ¦", "SQLiteRelation", "File"),
    ("config: {hot_reload: ¦}", "true false", ""),
    (NEW + "    class: ¦", "NotebookRunner PythonCallable SQLDump", "Link Input"),
    (NEW + "    class: Scr¦", "ScriptRunner", "PythonCallable"),
    (NEW + "    product_class: ¦", "File", "SQLRelation"),
    (NEW + "    static_analysis: ¦", "regular strict disable", ""),
    (NEW + "    executor: ¦", "papermill ploomber-engine", "serial"),
    (NEW + "    local_execution: ¦", "true false", ""),
    (NEW + "    name: ¦", "new", "load"),
    (NEW + "    product: {nb: a, data: b}\n    nb_product_key: ¦", "nb data", ""),
    (NEW + "    static_analysis: strict¦", "strict", "regular"),
    (NEW + "    static_analysis: 'strict'¦", "", "strict"),
    # names of tasks
    (EXPLICIT + NEW + "    upstream: ¦", "load fit plot", "new"),
    (EXPLICIT + NEW + "    upstream: [load, ¦]", "fit plot", "load new"),
    (EXPLICIT + NEW + "    upstream: [load, ¦", "fit plot", "load new"),
    (EXPLICIT + NEW + '    upstream: ["lo¦', "load", "fit"),
    (EXPLICIT + NEW + "    upstream:\n      - load\n      - ¦\n", "fit", "load"),
    (EXPLICIT + NEW + "    upstream:\n      ¦\n    name: x\n", "load fit", "source"),
    (EXPLICIT + NEW + "    upstream: [\n      load,\n      f¦\n    ]\n", "fit", "load"),
    # params of the source
    (PIPELINE.replace("title: all", "title: all, ¦"), "rows resources_", "title product upstream"),
    (PIPELINE.replace("{beta: 2}", "\n      ¦"), "alpha beta", "product upstream"),
    (PIPELINE.replace("{beta: 2}", "{a¦"), "alpha", ""),
    (PIPELINE + "  - source: steps.fit\n    name: again-\n    product: x\n    grid:\n      ¦", "alpha beta", "resources_"),
    (PIPELINE + "  - source: steps.fit\n    name: a-\n    product: x\n    params: {beta: 1}\n    grid: {¦}", "alpha", "beta"),
    # paths
    (PIPELINE + "  - source: ¦", "scripts/ steps.load", "env.yaml scripts/new.py"),
    (PIPELINE + "  - source: scripts/¦", "new.py", "notes.txt"),
    (PIPELINE + "  - source: ./scripts/n¦", "new.py", "plot.py"),
    (PIPELINE + "  - source: scripts/../¦", "scripts/ steps.py", ""),
    (PIPELINE + "  - source: '{{raw}}/¦'", "", "scripts/"),
    (NEW + "    product: ¦", "scripts/", "steps.py"),
    (NEW + "    product: {nb: s¦", "scripts/", "steps.py"),
    (NEW + "    params:\n      resources_:\n        notes: scripts/¦", "notes.txt", "new.py"),
    # dotted paths
    (PIPELINE + "  - source: steps.¦", "load fit", "_hidden Path"),
    (PIPELINE + "  - source: steps._¦", "_hidden", ""),
    (PIPELINE + "  - source: nosuch.¦", "", "load"),
    (NEW + "    on_finish: steps.¦", "mail", ""),
    (NEW + "    on_finish: {dotted_path: steps.m¦", "mail", "load"),
    (NEW + "    params: {db: 'steps::¦'}", "connect", "_hidden"),
    ("clients:\n  SQLScript: ¦", "steps.connect", ""),
    ("location: steps.¦", "connect", ""),
    # placeholders
    (NEW + "    product: '{{¦", "raw path root here user git", "out load"),
    (NEW + "    product: '{{ r¦ }}/x'", "raw root", "now"),
    (NEW + "    product: '{{path.¦}}'", "out", "raw"),
    (NEW + "    product: '{{raw}}¦'", "", "root"),
    (NEW + "    product: '{{ raw | ¦ }}'", "", "root"),
    (NEW + "    product: x # {{¦", "", "raw"),
    # params of a grid
    (PIPELINE + "  - source: steps.fit\n    grid: {alpha: [1], beta: [2]}\n    name: fit-[[¦", "alpha beta", "load"),
    (PIPELINE + "  - source: steps.fit\n    product: 'o/[[al¦]].csv'\n    grid:\n      alpha: [1]", "alpha", "beta"),
    (PIPELINE + "  - source: steps.fit\n    product: 'o/[[alpha]]¦.csv'\n    grid:\n      alpha: [1]", "", "alpha"),
    # new tasks
    ("tasks:\n  ¦", "task:", "source"),
    # nothing
    (NEW + "    name: x  # ¦", "", "name"),
    (NEW + "    params: {a: ¦}", "", "name true"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "offered", "not_offered"), IN_YAML)
def test_what_is_offered_in_the_pipeline(desk: Desk, text: str, offered: str, not_offered: str) -> None:
    found = desk.labels(YAML, text)
    joined = {word for label in found for word in (label, *label.split())}
    assert not [word for word in words(offered) if word not in joined], found
    assert not [word for word in words(not_offered) if word in found], found
    assert offered or not found, found


TAKEN = [
    (YAML, NEW + "    pro¦", "product", "    product: "),
    (YAML, NEW + "    par¦", "params", "    params:"),
    (YAML, NEW + "    pro¦: x\n", "product", "    product: x"),
    (YAML, NEW + "    na¦me: x\n", "name", "    name: x"),
    (YAML, PIPELINE + "  ¦", "source", "  - source: "),
    (YAML, PIPELINE + "  - {sou¦}", "source", "  - {source: }"),
    (YAML, EXPLICIT + NEW + '    upstream: ["lo¦', "load", '    upstream: ["load"'),
    (YAML, EXPLICIT + NEW + '    upstream: ["lo¦]', "load", '    upstream: ["load"]'),
    (YAML, EXPLICIT + NEW + '    upstream: ["lo¦"]', "load", '    upstream: ["load"]'),
    (YAML, EXPLICIT + NEW + '    upstream: ["lo¦, "fit"]', "load", '    upstream: ["load", "fit"]'),
    (YAML, EXPLICIT + NEW + "    upstream: [lo¦, fit]", "load", "    upstream: [load, fit]"),
    (YAML, EXPLICIT + NEW + "    upstream:\n      l¦\n", "load", "      - load"),
    (YAML, NEW + "    class: Note¦ # why\n", "NotebookRunner", "    class: NotebookRunner # why"),
    (YAML, NEW + "    class: 'Note¦\n", "NotebookRunner", "    class: 'NotebookRunner'"),
    (YAML, PIPELINE + "  - source: scripts/n¦", "new.py", "  - source: scripts/new.py"),
    (YAML, PIPELINE + '  - source: "scripts/n¦', "new.py", '  - source: "scripts/new.py"'),
    (YAML, PIPELINE + "  - source: sc¦", "scripts/", "  - source: scripts/"),
    (YAML, PIPELINE + "  - source: steps.lo¦ad", "load", "  - source: steps.load"),
    (YAML, PIPELINE + "  - source: lo¦", "steps.load", "  - source: steps.load"),
    (YAML, NEW + "    params: {db: 'steps::c¦'}", "connect", "    params: {db: 'steps::connect'}"),
    (YAML, NEW + "    product: '{{r¦'", "raw", "    product: '{{raw}}'"),
    (YAML, NEW + "    product: '{{ r¦'", "raw", "    product: '{{ raw }}'"),
    (YAML, NEW + "    product: '{{r¦oo}}/x'", "root", "    product: '{{root}}/x'"),
    (YAML, NEW + "    product: '{{path.¦}}'", "out", "    product: '{{path.out}}'"),
    (YAML, NEW + "    grid: {n: [1]}\n    name: f-[[¦", "n", "    name: f-[[n]]"),
    (SCRIPT, PLOT.replace('["fit"]', '["fit", "lo¦"]', 1), "load", 'upstream = ["fit", "load"]'),
    (SCRIPT, PLOT.replace('["fit"]', '["fit", "lo¦', 1), "load", 'upstream = ["fit", "load"'),
    (SCRIPT, PLOT.replace('["fit"]', '["lo¦]', 1), "load", 'upstream = ["load"]'),
    (SCRIPT, PLOT.replace('["fit"]', '["lo¦, "fit"]', 1), "load", 'upstream = ["load", "fit"]'),
    (SCRIPT, PLOT.replace('["fit"]', "['fit', ¦]", 1), "load", "upstream = ['fit', 'load']"),
    (SCRIPT, PLOT.replace('["fit"]', "[¦", 1), "load", 'upstream = ["load"'),
    (SCRIPT, PLOT.replace('upstream["fit"]', "upstream['¦"), "fit", "print(upstream['fit', product[\"nb\"], rows, title)"),
    (SCRIPT, PLOT.replace('["nb"]', '["d¦"]'), "data", 'print(upstream["fit"], product["data"], rows, title)'),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text", "label", "line"), TAKEN)
def test_taking_an_offer_writes_what_is_missing_and_nothing_else(
    desk: Desk, name: str, text: str, label: str, line: str
) -> None:
    assert desk.accept(name, text, label) == line


IN_SOURCES = [
    (PLOT.replace('["fit"]', '["¦"]', 1), "load fit", "plot"),
    (PLOT.replace('["fit"]', '["fit", "¦"]', 1), "load", "fit plot"),
    (PLOT.replace('["fit"]', '[\n    "fit",\n    "¦\n]', 1), "load", "fit"),
    (PLOT.replace('["fit"]', '("¦', 1), "load", "plot"),
    (PLOT.replace('["fit"], product', '["¦"], product'), "fit load", "plot"),
    (PLOT.replace('["fit"], product', '["load"]["¦"], product'), "nb data", "load"),
    (PLOT.replace('["fit"], product', '["fit"]["¦"], product'), "", "nb"),
    (PLOT.replace('["fit"], product', '["*o*"]["¦"], product'), "load plot", "fit"),
    (PLOT.replace('["nb"]', '["¦'), "nb data", "load"),
    (PLOT.replace("upstream =", "ups¦ ="), "", "load"),
    (PLOT.replace('upstream = ["fit"]', "upstream = ¦"), "", "load"),
    (PLOT.replace("rows = 10", 'rows = ["¦"]'), "", "load"),
    (PLOT.replace("rows = 10", '# upstream["¦"]'), "", "load"),
    (PLOT.replace("rows = 10", 'x.upstream["¦"]'), "", "load"),
    (PLOT.replace("rows = 10", 'upstreams["¦"]'), "", "load"),
    (PLOT.replace("rows = 10", 'f(upstream=["¦"])'), "", "load"),
    (PLOT.replace("rows = 10", 'rows = """\nupstream["¦"]\n"""'), "", "load"),
    (PLOT.replace("rows = 10", 'upstream["load"]¦'), "", "load nb"),
    (PLOT.replace("rows = 10", 'upstream["load"].get("¦")'), "", "load nb"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "offered", "not_offered"), IN_SOURCES)
def test_what_is_offered_in_a_script(desk: Desk, text: str, offered: str, not_offered: str) -> None:
    found = desk.labels(SCRIPT, text)
    assert not [word for word in words(offered) if word not in found], found
    assert not [word for word in words(not_offered) if word in found], found
    assert offered or not found, found


def test_in_a_function_that_is_a_task_names_and_keys_are_offered(desk: Desk) -> None:
    assert desk.labels("steps.py", STEPS.replace('upstream["load"]["data"]', 'upstream["¦"]'))[0] == "load"
    assert desk.labels("steps.py", STEPS.replace('["load"]["data"]', '["load"]["¦')) == ["nb", "data"]
    assert desk.labels("steps.py", STEPS.replace('product["data"]', 'product["¦"]')) == ["nb", "data"]


def test_in_a_function_that_is_no_task_nothing_is_offered(desk: Desk) -> None:
    text = STEPS.replace("def mail(task, client):\n    pass", 'def mail(task, client):\n    upstream["¦"]')
    assert desk.labels("steps.py", text) == []
    assert desk.labels("steps.py", STEPS + 'upstream["¦"]') == []


def test_what_would_close_a_circle_ranks_last_and_says_so(desk: Desk) -> None:
    found = desk.ask(YAML, EXPLICIT + PIPELINE.replace("params: {beta: 2}", "upstream: [¦]").replace(
        "params: {title: all}", "upstream: [fit]")).items  # fmt: skip
    assert [(item.label, item.last) for item in found] == [("load", False), ("plot", True)]
    assert found[1].detail == "would close a circle"


def test_functions_that_fit_come_first(desk: Desk) -> None:
    def ranked(text: str) -> list[str]:
        return [item.label for item in desk.ask(YAML, text).items if item.kind == "function"]

    assert ranked(NEW + "    on_finish: steps.¦")[:2] == ["load", "mail"]
    assert ranked("on_finish: steps.¦\n" + PIPELINE)[:2] == ["announce", "connect"]
    assert ranked("clients:\n  SQLScript: steps.¦")[0] == "connect"
    assert ranked(PIPELINE + "  - source: steps.¦")[:2] == ["load", "fit"]


def test_a_source_that_is_a_task_already_ranks_last(desk: Desk) -> None:
    found = desk.ask(YAML, PIPELINE + "  - source: scripts/¦").items
    assert [(item.label, item.last) for item in found] == [("new.py", False), ("plot.py", True)]


def test_values_of_placeholders_are_told_and_those_of_the_process_are_not(desk: Desk) -> None:
    found = {item.label: item for item in desk.ask(YAML, NEW + "    product: '{{¦").items}
    assert found["raw"].detail == "data/raw"
    assert found["raw"].doc == "From the env file."
    inside = desk.ask(YAML, NEW + "    product: '{{env.¦").items
    assert {item.label for item in inside} >= {"PATH", "USER"}
    assert not any(item.detail for item in inside)


def test_in_the_env_file_only_what_stands_above_can_be_used(desk: Desk) -> None:
    found = desk.labels("env.yaml", ENV.replace("later: 1", "later: '{{¦'\nlast: 2"))
    assert "raw" in found
    assert "root" in found
    assert not {"last", "later", "path"} & set(found)
    assert desk.labels("env.yaml", "me¦") == ["meta", "_module"]


def test_keys_step_back_and_values_stay(desk: Desk) -> None:
    assert not desk.ask(YAML, NEW + "    na¦", keys=False).items
    assert not desk.ask("env.yaml", "¦", keys=False).items
    assert [item.label for item in desk.ask(YAML, NEW + "    class: Not¦", keys=False).items] == [
        "NotebookRunner"
    ]
    assert "task: script" in [item.label for item in desk.ask(YAML, PIPELINE + "  - ¦", keys=False).items]


def test_a_new_task_is_indented_like_its_line(desk: Desk) -> None:
    def first(text: str, *, snippets: bool) -> str:
        return next(
            i.insert for i in desk.ask(YAML, text, snippets=snippets).items if i.label == "task: script"
        )

    assert first(PIPELINE + "  - ¦", snippets=False) == (
        "source: scripts/name.py\n  product:\n    nb: out/name.ipynb\n    data: out/name.csv"
    )
    assert first("tasks:\n  ¦", snippets=True).startswith("- source: scripts/${1:name}.py\n  product:")


def test_a_deprecated_key_comes_last(desk: Desk) -> None:
    found = desk.ask(YAML, NEW + "    params: {}\n    par¦").items
    assert [item.label for item in found if item.deprecated] == ["papermill_params"]
    assert found[-1].deprecated


def test_a_function_is_explained_by_its_signature_and_its_first_words(desk: Desk) -> None:
    project = desk.host.project(str(desk.root / YAML))
    assert project is not None
    text = explain(project, desk.host.files, "function:steps.load")
    assert text == "```python\ndef load(product)\n```\n\nRead the raw rows."
    assert "out/load.csv" in explain(project, desk.host.files, "task:load")
    assert explain(project, desk.host.files, "function:steps.nothing") == ""
    assert explain(project, desk.host.files, "task:nothing") == ""


def test_a_module_that_does_not_parse_still_tells_its_functions(desk: Desk) -> None:
    broken = Desk(desk.root / "broken", {"steps.py": STEPS + "\ndef half(product\n"})
    assert "load" in broken.labels(YAML, PIPELINE + "  - source: steps.¦")


def test_what_a_package_imports_into_itself_is_offered(desk: Desk) -> None:
    package = Desk(
        desk.root / "package",
        {
            "pkg/__init__.py": "from .deep import (run,\n    walk)\n",
            "pkg/deep.py": "def run(product): pass\n",
        },
    )
    found = package.labels(YAML, PIPELINE + "  - source: pkg.¦")
    assert found == ["run", "walk", "deep"]


def test_in_a_query_names_are_offered_in_its_placeholders(desk: Desk) -> None:
    query = "SELECT * FROM {{upstream['load']}}\n"
    made = Desk(
        desk.root / "query",
        {
            "pipeline.yaml": PIPELINE + "  - source: q.sql\n    product: [t, table]\n    name: q\n",
            "q.sql": query,
        },
    )
    assert "fit" in made.labels("q.sql", query.replace("load'", "¦'"))
    assert made.labels("q.sql", "SELECT '¦'") == []


def test_in_the_file_of_another_tool_nothing_is_offered(desk: Desk) -> None:
    other = Desk(desk.root / "other", {"pipeline.yaml": "kind: Job\nsteps:\n  - run: x\n"})
    assert other.labels(YAML, "kind: Job\nsteps:\n  - run: x\n¦") == []
