"""What stands at a place: the smallest thing of ours that the caret touches."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelens.core.answers.subject import (
    CallablePath,
    EntryBody,
    ParamName,
    PlaceholderName,
    ProductKey,
    ProductPath,
    Subject,
    TaskName,
    TaskSource,
    subject_at,
    text_at,
)
from pipelens.core.text import Document, Position
from tests.core.renaming import Folder, notebook, script

TEXTS = {
    "pipeline.yaml": """\
on_finish: steps.told
tasks:
  - source: load.py
    name: load
    product: {nb: "{{out}}/load.ipynb", data: out/data.csv}
    params: {sample: 3}
    on_finish: steps.told
  - source: steps.fit
    product: out/fit.txt
  - source: report.ipynb
    name: report-[[x]]
    product: out/report.html
    grid:
      - x: [1, 2]
      - {x: [3]}
""",
    "env.yaml": "out: results\nbelow: '{{out}}/below'\n",
    "load.py": script("upstream = None\nproduct = None\nsample = 1", 'f"{sample}", product["data"]'),
    "steps.py": "def told():\n    pass\n\n\ndef fit(product, upstream, alpha=1):\n"
    '    return upstream["load"]["data"], alpha\n',
    "report.ipynb": notebook('upstream = ["fit", "lo*"]', '"é\\t", upstream["lo*"]["load"]["data"], x'),
}


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path, TEXTS)


def at(folder: Folder, name: str, mark: str) -> Subject | None:
    lines = Document(folder.text(name))
    return subject_at(folder.project(), folder.path(name), folder.position(name, mark), lines)


def brief(folder: Folder, name: str, mark: str) -> object:
    """The subject with the text that it covers instead of its place."""
    found = at(folder, name, mark)
    if found is None:
        return None
    said = text_at(Document(folder.text(name)), found.span)
    fields = [
        getattr(found, field) for field in type(found).__dataclass_fields__ if field not in ("path", "span")
    ]
    return (type(found), said, *fields)


GRID = ("report-1", "report-2", "report-3")


@pytest.mark.parametrize(
    ("name", "mark", "expected"),
    [
        ("pipeline.yaml", "on_finish: st|eps", (CallablePath, "steps.told", "steps.told", 0)),
        ("pipeline.yaml", "on_finish: steps.|told", (CallablePath, "steps.told", "steps.told", 1)),
        ("pipeline.yaml", "ta|sks:", None),
        ("pipeline.yaml", "lo|ad.py", (TaskSource, "load.py", ("load",), None)),
        ("pipeline.yaml", "name: load|\n", (TaskName, "load", "load", "name")),
        ("pipeline.yaml", "{n|b:", (ProductKey, "nb", "load", "nb", "declaration")),
        ("pipeline.yaml", "{{o|ut", (PlaceholderName, "out", "out", "use")),
        ("pipeline.yaml", "/lo|ad.ipynb", (ProductPath, '"{{out}}/load.ipynb"', "load", "nb")),
        ("pipeline.yaml", "{sam|ple", (ParamName, "sample", ("load",), "sample", "passed")),
        ("pipeline.yaml", "source: steps.f|it", (TaskSource, "steps.fit", ("fit",), 1)),
        ("pipeline.yaml", "out/f|it.txt", (ProductPath, "out/fit.txt", "fit", "")),
        ("pipeline.yaml", "report-|[[x", (EntryBody, "report-[[x]]", GRID)),
        ("pipeline.yaml", "- x|:", (ParamName, "x", GRID, "x", "passed")),
        ("pipeline.yaml", "{x|:", (ParamName, "x", GRID, "x", "passed")),
        ("env.yaml", "o|ut", (PlaceholderName, "out", "out", "definition")),
        ("env.yaml", "{{o|ut", (PlaceholderName, "out", "out", "use")),
        ("load.py", "sam|ple = 1", (ParamName, "sample", ("load",), "sample", "declared")),
        ("load.py", "{sam|ple", (ParamName, "sample", ("load",), "sample", "used")),
        ("load.py", '["da|ta', (ProductKey, "data", "load", "data", "own")),
        ("load.py", "prod|uct[", None),
        ("steps.py", "def f|it", (TaskSource, "fit", ("fit",), None)),
        ("steps.py", "al|pha=1", (ParamName, "alpha", ("fit",), "alpha", "declared")),
        ("steps.py", ", al|pha\n", (ParamName, "alpha", ("fit",), "alpha", "used")),
        ("steps.py", '["lo|ad', (TaskName, "load", "load", "reference")),
        ("steps.py", '["da|ta', (ProductKey, "data", "load", "data", "reference")),
        ("report.ipynb", '\\"f|it', (TaskName, "fit", "fit", "upstream")),
        ("report.ipynb", 'upstream[\\"lo|*', (TaskName, "lo*", "lo*", "reference")),
        ("report.ipynb", '][\\"lo|ad', (TaskName, "load", "load", "reference")),
        ("report.ipynb", '], x|"', (ParamName, "x", GRID, "x", "used")),
    ],
)
def test_the_smallest_thing_is_found(folder: Folder, name: str, mark: str, expected: object) -> None:
    assert brief(folder, name, mark) == expected


def test_an_entry_that_is_typed_keeps_what_its_text_still_says(folder: Folder) -> None:
    path = folder.path("pipeline.yaml")
    folder.project()
    for typed in (
        "    name: load\n    upstream: [\n",
        "    name: load\n    pro\n",
        "    na\n",
        "    name: 'lo\n",
    ):
        text = TEXTS["pipeline.yaml"].replace("    name: load\n", typed)
        (folder.root / "pipeline.yaml").write_text(text)
        folder.host.changed([path])
        project, lines = folder.project(), Document(text)
        for line in range(len(lines)):
            for character in range(len(lines.line(line)) + 1):
                found = subject_at(project, path, Position(line, character), lines)
                if isinstance(found, TaskName):
                    assert text_at(lines, found.span).strip("'\"") == found.name
                if isinstance(found, ProductKey):
                    assert text_at(lines, found.span).strip("'\"") == found.key


def test_flow_style_entries_on_one_line_are_told_apart(tmp_path: Path) -> None:
    text = "tasks: [{source: a.py, name: a, product: a.ipynb}, {source: b.py, name: b, product: b.ipynb}]\n"
    folder = Folder(tmp_path, {"pipeline.yaml": text})
    assert brief(folder, "pipeline.yaml", "name: a|") == (TaskName, "a", "a", "name")
    assert brief(folder, "pipeline.yaml", "name: b|") == (TaskName, "b", "b", "name")


def test_a_file_of_another_tool_holds_nothing_of_ours(tmp_path: Path) -> None:
    folder = Folder(tmp_path, {"pipeline.yaml": "stages:\n  - name: load\n"})
    assert brief(folder, "pipeline.yaml", "lo|ad") is None


@pytest.mark.parametrize(
    "text", ["", "\0", "tasks:\n  -", "tasks:\n  - name:", "- a\n- b", "tasks: [{", "\t"]
)
def test_no_text_makes_it_raise(tmp_path: Path, text: str) -> None:
    folder = Folder(tmp_path, {"pipeline.yaml": text})
    lines = Document(text)
    for line in range(len(lines) + 2):
        for character in range(12):
            subject_at(folder.project(), folder.path("pipeline.yaml"), Position(line, character), lines)
