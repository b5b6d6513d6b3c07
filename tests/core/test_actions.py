"""What can be done about a place: which actions there are, and what they write."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from pipelens.core.answers.actions import Action, actions, add_task, fix_all, scaffold
from pipelens.core.answers.fixes import Change
from pipelens.core.problems import CreateFile, Edit
from pipelens.core.text import Span
from tests.core.editing import applied
from tests.core.pipeline_folder import Folder

SCRIPT = '# %% tags=["parameters"]\nupstream = None\nproduct = None\n\n# %%\nprint(product)\n'
STEPS = "def load(product): ...\ndef clean(product, upstream=None): ...\n"
WHOLE = Span.of(0, 0, 10_000, 0)


def folder(root: Path, pipeline: str, **files: str) -> Folder:
    """`files`: by name, `__` for a slash and `_` before the ending for a dot."""
    texts = {name.replace("__", "/").replace("_", "."): text for name, text in files.items()}
    return Folder(root, {"steps.py": STEPS, "pipeline.yaml": pipeline, **texts})


def titles(it: Folder, name: str = "pipeline.yaml", stretch: Span = WHOLE) -> list[str]:
    return [one.title for one in actions(it.project, it.path(name), stretch, it.sight)]


def action(it: Folder, title: str, name: str = "pipeline.yaml", stretch: Span = WHOLE) -> Action:
    found = {one.title: one for one in actions(it.project, it.path(name), stretch, it.sight)}
    return found[title]


def after(it: Folder, changes: tuple[Change, ...]) -> Mapping[str, str]:
    """The texts that changes make, by relative path."""
    texts: dict[str, str] = {}
    edits: dict[str, list[Edit]] = {}
    for change in changes:
        match change:
            case CreateFile(path=path, text=text):
                texts[path] = text
            case Edit(place=place):
                edits.setdefault(place.path, []).append(change)
    for path, some in edits.items():
        texts[path] = applied(it.text(path), some, json_strings=path.endswith(".ipynb"))
    return {str(Path(path).relative_to(it.root)).replace("\\", "/"): text for path, text in texts.items()}


# -- fixes at a place


def test_only_problems_that_the_stretch_touches_are_answered(tmp_path: Path) -> None:
    it = folder(
        tmp_path,
        "tasks:\n  - source: steps.load\n    prodct: a\n  - source: steps.clean\n    clss: PythonCallable\n    product: b\n",
    )
    assert "Change to 'product'" in titles(it, stretch=Span.on_line(2, 5, 5))
    assert "Change to 'class'" not in titles(it, stretch=Span.on_line(2, 5, 5))
    assert "Change to 'class'" in titles(it, stretch=Span.on_line(4, 4, 4))
    assert titles(it, stretch=Span.on_line(0, 0, 0)) == []


def test_a_problem_that_several_tasks_tell_alike_has_one_fix(tmp_path: Path) -> None:
    source = SCRIPT.replace("upstream = None", 'upstream = ["laod"]')
    it = folder(
        tmp_path,
        "tasks:\n  - source: steps.load\n    product: a\n"
        "  - {source: fit.py, name: one, product: 1.ipynb}\n  - {source: fit.py, name: two, product: 2.ipynb}\n",
        fit_py=source,
    )
    assert titles(it, "fit.py").count("Change to 'load'") == 1


def test_preferred_fixes_come_first(tmp_path: Path) -> None:
    it = folder(tmp_path, "tasks:\n  - source: steps.laod\n    product: a\n")
    found = [
        one for one in actions(it.project, it.path("pipeline.yaml"), WHOLE, it.sight) if one.kind == "fix"
    ]
    assert [(one.title, one.preferred) for one in found] == [
        ("Change to 'load'", True),
        ("Create function 'laod' in steps.py", False),
    ]


def test_fixes_of_another_tools_file_are_none(tmp_path: Path) -> None:
    it = folder(tmp_path, "trigger:\n  - main\njobs:\n  - job: a\nstages: []\npool: x\n")
    assert titles(it) == []


def test_a_suppressed_problem_offers_nothing(tmp_path: Path) -> None:
    it = folder(
        tmp_path,
        "tasks:\n  - source: steps.load  # pipelens: ignore\n    product: a\n    clss: x  # pipelens: ignore\n",
    )
    assert titles(it) == []


# -- all at once


def test_all_clear_fixes_together_leave_none(tmp_path: Path) -> None:
    it = folder(
        tmp_path,
        "tasks:\n  - source: steps.load\n    prodct: a\n  - source: steps.claen\n    prduct: b\n",
    )
    found = fix_all(it.project, it.path("pipeline.yaml"))
    assert found is not None
    text = after(it, found.changes)["pipeline.yaml"]
    assert text == "tasks:\n  - source: steps.load\n    product: a\n  - source: steps.clean\n    product: b\n"
    it.edit("pipeline.yaml", text)
    assert fix_all(it.project, it.path("pipeline.yaml")) is None


def test_problems_of_one_kind_are_fixed_together(tmp_path: Path) -> None:
    it = folder(
        tmp_path,
        "tasks:\n  - source: steps.load\n    prodct: a\n  - source: steps.claen\n    prduct: b\n",
    )
    found = action(it, "Fix all 'unknown-key' problems in this file")
    text = after(it, found.changes)["pipeline.yaml"]
    assert text.count("product: ") == 2
    assert "claen" in text


def test_one_problem_of_a_kind_needs_no_action_for_all(tmp_path: Path) -> None:
    it = folder(tmp_path, "tasks:\n  - source: steps.load\n    prodct: a\n")
    assert not any("Fix all" in title for title in titles(it))


# -- ignoring


def ignored(it: Folder, code: str, name: str = "pipeline.yaml") -> str | None:
    found = next(
        (
            one
            for one in actions(it.project, it.path(name), WHOLE, it.sight)
            if one.title == f"Ignore '{code}' here"
        ),
        None,
    )
    return after(it, found.changes)[name] if found is not None else None


def test_a_comment_at_the_end_of_the_line_hides_a_problem(tmp_path: Path) -> None:
    it = folder(tmp_path, "tasks:\n  - source: steps.load\n    prodct: a\n    product: a\n")
    assert "    prodct: a  # pipelens: ignore[unknown-key]\n" in (ignored(it, "unknown-key") or "")


def test_a_code_is_added_to_the_comment_that_is_there(tmp_path: Path) -> None:
    it = folder(
        tmp_path, "tasks:\n  - source: steps.load\n    prodct: a  # pipelens: ignore[cycle]\n    product: a\n"
    )
    assert "# pipelens: ignore[cycle, unknown-key]\n" in (ignored(it, "unknown-key") or "")


def test_behind_another_comment_there_is_room_for_one_more(tmp_path: Path) -> None:
    it = folder(tmp_path, "tasks:\n  - source: steps.load\n    prodct: a  # odd\n    product: a\n")
    assert "prodct: a  # odd  # pipelens: ignore[unknown-key]\n" in (ignored(it, "unknown-key") or "")


def test_where_text_goes_on_in_the_next_line_the_comment_stands_above(tmp_path: Path) -> None:
    it = folder(tmp_path, "tasks:\n  - source: steps.load\n    prodct: a long\n      text\n    product: a\n")
    assert "    # pipelens: ignore[unknown-key]\n    prodct: a long\n" in (ignored(it, "unknown-key") or "")


def test_inside_a_text_of_several_lines_no_comment_is_offered(tmp_path: Path) -> None:
    source = SCRIPT + 'a = f"""\n{upstream["load"]}\n"""\n'
    it = folder(
        tmp_path,
        "tasks:\n  - source: steps.load\n    product: a\n  - source: fit.py\n    product: b.ipynb\n",
        fit_py=source,
    )
    assert ignored(it, "undeclared-reference", "fit.py") is None


# -- upstream in the YAML


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ("", "\n    upstream: [clean]"),
        ("\n    upstream: load", "\n    upstream: [load, clean]"),
        ("\n    upstream: [load]  # why", "\n    upstream: [load, clean]  # why"),
        ("\n    upstream:\n      - load  # why", "\n    upstream:\n      - load  # why\n      - clean"),
        ("\n    upstream: null", "\n    upstream: [clean]"),
        ("\n    upstream:", "\n    upstream: [clean]"),
    ],
)
def test_upstream_is_declared_in_the_pipeline_where_sources_do_not(
    tmp_path: Path, before: str, expected: str
) -> None:
    pipeline = (
        "meta: {extract_upstream: false}\ntasks:\n  - source: steps.load\n    product: a\n"
        "  - source: steps.clean\n    product: b\n  - source: fit.py%s\n    product: c.ipynb\n"
    )
    it = folder(tmp_path, pipeline % before, fit_py=SCRIPT + 'print(upstream["clean"])\n')
    found = action(it, "Declare 'clean' in 'upstream'", "fit.py")
    text = after(it, found.changes)["pipeline.yaml"]
    assert text == pipeline % expected
    it.edit("pipeline.yaml", text)
    assert "clean" in it.project.tasks["fit"].upstream


# -- sources that are missing


def test_a_function_is_appended_in_the_module_and_a_module_made_with_its_packages(tmp_path: Path) -> None:
    it = folder(
        tmp_path, "tasks:\n  - source: steps.fit\n    product: a\n  - source: pkg.more.go\n    product: b\n"
    )
    texts = after(it, scaffold(it.project, it.sight))
    assert sorted(texts) == ["pkg/__init__.py", "pkg/more.py", "steps.py"]
    assert texts["steps.py"].startswith(STEPS + "\n\ndef fit(product, upstream=None):\n")
    assert texts["pkg/more.py"].startswith("def go(")


def test_missing_files_are_created_with_what_the_pipeline_passes(tmp_path: Path) -> None:
    it = folder(tmp_path, "tasks:\n  - source: new/fit.ipynb\n    product: a.ipynb\n    params: {depth: 1}\n")
    (text,) = after(it, action(it, "Create 'new/fit.ipynb'").changes).values()
    assert '"depth = None"' in text


# -- a task for this file

PIPELINE = """\
tasks:
  - source: steps.load
    product: out/load.txt
"""


def added(
    root: Path, pipeline: str, name: str = "scripts/plot.py", text: str = SCRIPT, **files: str
) -> str | None:
    it = folder(root, pipeline, **files)
    path = root / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    found = add_task(it.project, str(path), WHOLE, it.sight, asked=True)
    if found is None:
        return None
    changed = after(it, found.changes)["pipeline.yaml"]
    it.edit("pipeline.yaml", changed)
    assert it.project.tasks_in(str(path)), "the file is no task's source now"
    return changed


def test_an_entry_goes_behind_the_last_one(tmp_path: Path) -> None:
    assert (
        added(tmp_path, PIPELINE)
        == PIPELINE + "  - source: scripts/plot.py\n    product: output/plot.ipynb\n"
    )


def test_an_entry_is_written_as_the_others_are(tmp_path: Path) -> None:
    pipeline = "tasks:\n-   source: 'fit.py'\n    product:\n        nb: '{{out}}/fit.html'\n\n# the end\nmeta:\n  extract_product: false\n"
    expected = pipeline.replace(
        "fit.html'\n",
        "fit.html'\n-   source: 'scripts/plot.py'\n    product:\n        nb: '{{out}}/plot.html'\n",
    )
    assert added(tmp_path, pipeline, fit_py=SCRIPT, env_yaml="out: o\n") == expected


def test_a_name_that_is_taken_is_numbered(tmp_path: Path) -> None:
    text = added(tmp_path, PIPELINE, name="scripts/load.py")
    assert text is not None
    assert "  - source: scripts/load.py\n    name: load-2\n" in text


def test_sources_that_declare_their_product_need_none(tmp_path: Path) -> None:
    pipeline = "meta: {extract_product: true}\ntasks:\n  - source: a.py\n"
    declaring = SCRIPT.replace("product = None", 'product = "o.ipynb"')
    assert added(tmp_path, pipeline, a_py=declaring) == pipeline + "  - source: scripts/plot.py\n"


@pytest.mark.parametrize("nothing", ["", " []", " null"])
def test_the_first_task_of_a_pipeline_can_be_added(tmp_path: Path, nothing: str) -> None:
    text = added(tmp_path, f"tasks:{nothing}\n")
    assert text == "tasks:\n  - source: scripts/plot.py\n    product: output/plot.ipynb\n"


def test_a_module_of_tasks_and_a_file_elsewhere_are_not_added(tmp_path: Path) -> None:
    it = folder(tmp_path / "p", PIPELINE)
    assert add_task(it.project, it.path("steps.py"), WHOLE, it.sight, asked=True) is None
    other = tmp_path / "other.py"
    other.write_text(SCRIPT)
    assert add_task(it.project, str(other), WHOLE, it.sight, asked=True) is None


def test_unasked_a_file_is_offered_only_where_it_looks_like_a_source(tmp_path: Path) -> None:
    it = folder(tmp_path, PIPELINE, plot_py="import os\n" * 20, fit_py="import os\n" * 20 + SCRIPT)

    def offered(name: str, line: int) -> bool:
        stretch = Span.on_line(line, 0, 0)
        return add_task(it.project, it.path(name), stretch, it.sight, asked=False) is not None

    assert [offered("plot.py", 0), offered("fit.py", 0), offered("fit.py", 20)] == [False, False, True]


# -- half-typed text


def test_every_beginning_of_a_pipeline_and_of_a_source_is_answered(tmp_path: Path) -> None:
    pipeline = (
        "meta: {extract_upstream: false}\nclients: {SQLScript: steps.laod}\ntasks:\n  - source: steps.laod\n"
        "    prodct: '{{ot}}/a'\n    upstream: [x, 'y']\n  - {source: fit.py, clss: x, product: |\n     a}\n"
        '  - source: "fit.py"\n    name: two\n    upstream:\n      - steps\n    product: {nb: b.ipynb}\n'
    )
    source = SCRIPT.replace("upstream = None", 'upstream = ["laod", "clean"]') + 'print(upstream["lad"])\n'
    it = folder(tmp_path, pipeline, fit_py=source, env_yaml="out: o\n", plot_py=SCRIPT)
    for name, text in (("pipeline.yaml", pipeline), ("fit.py", source)):
        for end in range(0, len(text), 3):
            it.edit(name, text[:end])
            project = it.project
            for path in (it.path(name), it.path("pipeline.yaml")):
                for one in actions(project, path, WHOLE, it.sight):
                    assert one.changes
                found = fix_all(project, path)
                assert found is None or found.changes
            add_task(project, it.path("plot.py"), WHOLE, it.sight, asked=True)
            scaffold(project, it.sight)
        it.edit(name, text)


def test_line_ends_of_windows_are_kept(tmp_path: Path) -> None:
    pipeline = "tasks:\r\n  - source: steps.load\r\n    prodct: a\r\n"
    it = folder(tmp_path, pipeline)
    changed = ignored(it, "unknown-key")
    assert changed == pipeline.replace("prodct: a", "prodct: a  # pipelens: ignore[unknown-key]")
