"""Inlay hints: what the text leaves unsaid. `⟨…⟩` in a text shows a hint where it stands."""

from __future__ import annotations

from pathlib import Path

from pipelens.core.answers.hints import LONGEST, MOST_OF_AN_ENTRY, Hint, Hints
from pipelens.core.text import Span
from tests.core.pipeline_folder import Folder

STEPS = "def load(product, **params): ...\n"
WHOLE = Span.of(0, 0, 10_000, 0)


def folder(root: Path, pipeline: str, env: str = "", **files: str) -> Folder:
    texts = {name.replace("__", "/").replace("_", "."): text for name, text in files.items()}
    texts |= {"env.yaml": env} if env else {}
    return Folder(root, {"steps.py": STEPS, "pipeline.yaml": pipeline, **texts})


def hints(it: Folder, name: str = "pipeline.yaml", stretch: Span = WHOLE) -> tuple[Hint, ...]:
    path = it.path(name)
    return Hints().of(it.project, path, stretch, it.lines(path))


def drawn(it: Folder, name: str = "pipeline.yaml") -> str:
    lines = it.text(it.path(name)).split("\n")
    for hint in sorted(hints(it, name), key=lambda one: one.at, reverse=True):
        line = lines[hint.at.line]
        lines[hint.at.line] = f"{line[: hint.at.character]}⟨{hint.text}⟩{line[hint.at.character :]}"
    return "\n".join(lines)


def test_a_name_and_a_class_that_follow_from_the_source_stand_behind_it(tmp_path: Path) -> None:
    it = folder(tmp_path, "tasks:\n  - source: steps.load\n    product: a\n")
    assert drawn(it) == "tasks:\n  - source: steps.load⟨load · PythonCallable⟩\n    product: a\n"


def test_what_is_written_is_not_said_again(tmp_path: Path) -> None:
    text = "tasks:\n  - source: steps.load\n    name: x\n    class: PythonCallable\n    product: a\n"
    assert drawn(folder(tmp_path, text)) == text


def test_a_path_behind_placeholders_counts_from_the_root(tmp_path: Path) -> None:
    it = folder(
        tmp_path,
        "tasks:\n  - source: steps.load\n    name: x\n    product: '{{out}}/a.txt'  # why\n",
        "out: '{{root}}/products'\n",
    )
    assert "product: '{{out}}/a.txt'⟨→ products/a.txt⟩  # why\n" in drawn(it)


def test_a_path_that_starts_elsewhere_is_told(tmp_path: Path) -> None:
    it = folder(
        tmp_path,
        "meta: {product_relative_to_source: true}\ntasks:\n  - source: deep/fit.py\n    product: fit.ipynb\n",
        deep__fit_py="# %%\n",
    )
    assert "product: fit.ipynb⟨→ deep/fit.ipynb⟩" in drawn(it)


def test_a_value_behind_a_placeholder_keeps_its_type(tmp_path: Path) -> None:
    it = folder(
        tmp_path,
        "tasks:\n  - source: steps.load\n    name: x\n    class: PythonCallable\n    product: a\n"
        "    params:\n      sample: '{{sample}}'\n      label: '{{name}}'\n",
        "sample: true\nname: wine\n",
    )
    assert "sample: '{{sample}}'⟨= True⟩\n      label: '{{name}}'⟨= 'wine'⟩\n" in drawn(it)


def test_a_secret_is_masked(tmp_path: Path) -> None:
    pipeline = (
        "tasks:\n  - source: steps.load\n    name: x\n    class: PythonCallable\n    product: a\n"
        "    params:\n      user: '{{api_token}}'\n      password: '{{word}}'\n"
        "  - source: steps.load\n    name: y\n    class: PythonCallable\n    product: '{{db_password}}/b'\n"
    )
    env = "api_token: hunter2\nword: hunter2\ndb_password: hunter2\nagain: 'x{{api_token}}'\n"
    it = folder(tmp_path, pipeline, env)
    text = drawn(it)
    assert text.count("••••") == 3
    assert "hunter2" not in text
    assert "again: 'x{{api_token}}'⟨= ••" in drawn(it, "env.yaml")


def test_the_tasks_of_a_grid_are_counted(tmp_path: Path) -> None:
    it = folder(
        tmp_path,
        "tasks:\n  - source: steps.load\n    name: go-\n    product: a.txt\n    grid: {n: [1, 2, 3]}\n",
    )
    found = hints(it)
    assert [one.text for one in found] == ["3 tasks · PythonCallable", "→ a-0.txt, …"]
    assert found[0].tooltip == "go-0 … go-2"


def test_a_section_of_the_pipeline_tells_its_placeholders(tmp_path: Path) -> None:
    it = folder(
        tmp_path,
        "clients:\n  SQLScript:\n    dotted_path: steps.load\n    url: '{{url}}'\ntasks: []\n",
        "url: x://y\n",
    )
    assert "url: '{{url}}'⟨= x://y⟩" in drawn(it)


def test_values_of_the_env_that_are_made_of_others_are_told_there(tmp_path: Path) -> None:
    it = folder(tmp_path, "tasks: []\n", "a: one\nb: '{{a}}/two'\n")
    assert drawn(it, "env.yaml") == "a: one\nb: '{{a}}/two'⟨= one/two⟩\n"


def test_a_long_value_is_cut_and_whole_in_the_tooltip(tmp_path: Path) -> None:
    it = folder(
        tmp_path,
        "tasks:\n  - source: steps.load\n    name: x\n    class: PythonCallable\n    product: '{{d}}/a'\n",
        f"d: {'long/' * 30}\n",
    )
    (hint,) = hints(it)
    assert len(hint.text) == LONGEST
    assert hint.text.endswith("…")
    assert hint.tooltip.endswith("long/a")


def test_an_entry_has_few_hints(tmp_path: Path) -> None:
    products = "".join(f"      p{n}: '{{{{out}}}}/{n}'\n" for n in range(9))
    it = folder(tmp_path, f"tasks:\n  - source: steps.load\n    product:\n{products}", "out: o\n")
    assert len(hints(it)) == MOST_OF_AN_ENTRY


def test_only_the_lines_that_are_shown_are_told(tmp_path: Path) -> None:
    entries = "".join(f"  - source: steps.load\n    name: t{n}\n    product: p{n}\n" for n in range(50))
    it = folder(tmp_path, f"tasks:\n{entries}")
    assert [hint.at.line for hint in hints(it, stretch=Span.of(30, 0, 37, 4))] == [31, 34, 37]


def test_a_broken_entry_says_nothing_and_the_others_go_on(tmp_path: Path) -> None:
    text = "tasks:\n  - source: steps.load\n    product: a\n  - source: steps.load\n    name: y\n    product: b\n"
    it = folder(tmp_path, text)
    it.edit("pipeline.yaml", text.replace("product: a", "product: 'a"))
    assert [hint.at.line for hint in hints(it)] in ([3], [])
    it.edit("pipeline.yaml", text.replace("    product: a", "   product: a"))
    assert [hint.at.line for hint in hints(it)] == [3]


def test_hints_move_with_the_lines_above_them_without_being_made_anew(tmp_path: Path) -> None:
    text = "tasks:\n  - source: steps.load\n    product: '{{out}}/a'\n"
    it = folder(tmp_path, text, "out: o\n")
    kept, path = Hints(), it.path("pipeline.yaml")
    before = kept.of(it.project, path, WHOLE, it.lines(path))
    it.edit("pipeline.yaml", "# one\n# two\n" + text)
    after = kept.of(it.project, path, WHOLE, it.lines(path))
    assert [(hint.text, hint.at.line + 2) for hint in before] == [(hint.text, hint.at.line) for hint in after]


def test_every_beginning_of_a_pipeline_is_answered(tmp_path: Path) -> None:
    text = (
        "meta: {extract_product: false}\ntasks:\n  - source: '{{where}}.load'\n    name: \"{{where}}\"\n    product:\n"
        "      nb: '{{out}}/a.ipynb'\n    params: {a: '{{x.y}}', b: [1, '{{out}}']}\n    grid: {k: [1, 2]}\n"
    )
    it = folder(tmp_path, text, "where: steps\nout: o\nx: {y: 1}\n")
    kept, path = Hints(), it.path("pipeline.yaml")
    for end in range(len(text)):
        it.edit("pipeline.yaml", text[:end])
        lines = it.lines(path)
        for hint in kept.of(it.project, path, WHOLE, lines):
            assert hint.at.character <= len(lines.line(hint.at.line))
