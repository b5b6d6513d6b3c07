"""Definitions and references: of tasks, products, params, placeholders and callables."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from pipelens.core.answers.find import declaration, definition, references
from pipelens.core.answers.find_uses import uses_in
from pipelens.core.answers.links import entry_links
from pipelens.core.answers.outline import entry_outline
from pipelens.core.answers.rename import renamable, rename
from pipelens.core.answers.subject import subject_at, text_at
from pipelens.core.sources import FunctionSource
from pipelens.core.text import Document
from pipelens.workspace.buffers import Buffer
from tests.core.renaming import Folder, script
from tests.core.test_subject import TEXTS


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path, TEXTS)


def leads(folder: Folder, name: str, mark: str, *, declared: bool = False) -> list[str]:
    ask = declaration if declared else definition
    path, at = folder.path(name), folder.position(name, mark)
    found = ask(folder.project(), path, at, Document(folder.text(name)), folder.host.files)
    return [said(folder, target.path, target.name) for target in found.targets] if found is not None else []


def named(folder: Folder, name: str, mark: str) -> list[str]:
    path, at = folder.path(name), folder.position(name, mark)
    subject = subject_at(folder.project(), path, at, Document(folder.text(name)))
    assert subject is not None
    found = references(folder.project(), subject, folder.host.lines)
    return sorted(("! " if one.declares else "") + said(folder, one.path, one.span) for one in found)


def said(folder: Folder, path: str, span: object) -> str:
    name = str(Path(path).relative_to(folder.root))
    text = text_at(Document(folder.text(name)), span)  # pyright: ignore[reportArgumentType]
    return f"{name}:{span.start.line}:{text}"  # pyright: ignore[reportAttributeAccessIssue]


@pytest.mark.parametrize(
    ("name", "mark", "expected"),
    [
        ("pipeline.yaml", "name: lo|ad", ["load.py:0:"]),
        ("pipeline.yaml", "- source: lo|ad.py", ["load.py:0:"]),
        ("pipeline.yaml", "source: st|eps.fit", ["steps.py:0:"]),
        ("pipeline.yaml", "source: steps.f|it", ["steps.py:4:fit"]),
        ("pipeline.yaml", "on_finish: steps.to|ld", ["steps.py:0:told"]),
        ("pipeline.yaml", "report-|[[", ["report.ipynb:0:"]),
        ("pipeline.yaml", "{{o|ut", ["env.yaml:0:out"]),
        ("pipeline.yaml", "{sam|ple", ["load.py:3:sample"]),
        ("pipeline.yaml", "out/fi|t.txt", []),
        ("steps.py", '["lo|ad', ["pipeline.yaml:3:load"]),
        ("steps.py", '["da|ta', ["pipeline.yaml:4:data"]),
        ("steps.py", "def f|it", ["pipeline.yaml:7:steps.fit"]),
        ("load.py", "{sam|ple", ["pipeline.yaml:5:sample"]),
        ("load.py", '["da|ta', ["pipeline.yaml:4:data"]),
        ("report.ipynb", 'upstream[\\"lo|*', ["pipeline.yaml:3:load"]),
    ],
)
def test_a_name_leads_to_what_it_names(folder: Folder, name: str, mark: str, expected: list[str]) -> None:
    assert leads(folder, name, mark) == expected


def test_the_product_leads_to_its_file_once_it_exists(folder: Folder) -> None:
    (folder.root / "out").mkdir()
    (folder.root / "out" / "fit.txt").write_text("1")
    folder.fresh()
    assert leads(folder, "pipeline.yaml", "out/fi|t.txt") == ["out/fit.txt:0:"]


def test_a_builtin_placeholder_leads_nowhere(tmp_path: Path) -> None:
    text = "tasks:\n  - {source: a.py, product: '{{root}}/a.ipynb'}\n"
    assert leads(Folder(tmp_path, {"pipeline.yaml": text}), "pipeline.yaml", "{{ro|ot") == []


def test_the_declaration_of_a_reference_is_in_the_parameters_cell(folder: Folder) -> None:
    assert leads(folder, "report.ipynb", 'upstream[\\"lo|*', declared=True) == ["report.ipynb:12:lo*"]
    assert leads(folder, "load.py", "{sam|ple", declared=True) == ["load.py:3:sample"]


def test_parts_of_a_dotted_path_lead_to_packages_and_modules(tmp_path: Path) -> None:
    texts = {
        "pipeline.yaml": "tasks:\n  - {source: pack.mod.make, product: a}\n",
        "pack/__init__.py": "",
        "pack/mod.py": "from pack.other import make\n",
        "pack/other.py": "\n\ndef make(product):\n    pass\n",
    }
    folder = Folder(tmp_path, texts)
    assert leads(folder, "pipeline.yaml", "pa|ck.mod") == ["pack/__init__.py:0:"]
    assert leads(folder, "pipeline.yaml", "pack.m|od") == ["pack/mod.py:0:"]
    assert leads(folder, "pipeline.yaml", "mod.ma|ke") == ["pack/other.py:2:make"]


def test_references_are_all_places_that_name_the_thing(folder: Folder) -> None:
    task = [
        "! pipeline.yaml:3:load",
        "report.ipynb:12:lo*",
        "report.ipynb:21:lo*",
        "report.ipynb:21:load",
        "steps.py:5:load",
    ]
    assert named(folder, "pipeline.yaml", "name: lo|ad") == task
    assert named(folder, "steps.py", '["lo|ad') == task
    key = ["! pipeline.yaml:4:data", "load.py:5:data", "report.ipynb:21:data", "steps.py:5:data"]
    assert named(folder, "load.py", '["da|ta') == key
    assert named(folder, "pipeline.yaml", "{{o|ut") == [
        "! env.yaml:0:out",
        "env.yaml:1:out",
        "pipeline.yaml:4:out",
    ]
    assert named(folder, "pipeline.yaml", "on_finish: steps.to|ld") == [
        "! steps.py:0:told",
        "pipeline.yaml:0:steps.told",
        "pipeline.yaml:6:steps.told",
    ]
    assert named(folder, "report.ipynb", '], x|"') == [
        "! pipeline.yaml:13:x",
        "! pipeline.yaml:14:x",
        "pipeline.yaml:10:x",
        "report.ipynb:21:x",
    ]


def test_a_product_without_keys_is_read_through_its_task(folder: Folder) -> None:
    assert named(folder, "pipeline.yaml", "out/f|it.txt") == ["! pipeline.yaml:8:out/fit.txt"]
    (folder.root / "load.py").write_text(script("upstream = ['fit']", "upstream['fit']"))
    folder.fresh()
    assert "load.py:3:fit" in named(folder, "pipeline.yaml", "out/f|it.txt")


def test_nothing_raises_in_any_state_of_typing(folder: Folder) -> None:
    pick = random.Random(3)
    for name in ("pipeline.yaml", "load.py", "steps.py", "report.ipynb", "env.yaml"):
        text, path = TEXTS[name], folder.path(name)
        for _ in range(40):
            end = pick.randrange(len(text) + 1)
            broken = text[:end] + pick.choice(["", "[", "'", "{{", ": ", "\n  - ", "x"])
            broken += pick.choice(["", text[end:]])
            folder.host.open(path, Buffer(Path(path).as_uri(), broken, 1))
            folder.host.changed([path])
            lines = Document(broken)
            for _ in range(12):
                at = lines.position(pick.randrange(len(broken) + 1))
                project = folder.project()
                definition(project, path, at, lines, folder.host.files)
                declaration(project, path, at, lines, folder.host.files)
                subject = subject_at(project, path, at, lines)
                if subject is not None:
                    references(project, subject, folder.host.lines)
                renamable([project], path, at, folder.host.lines)
                rename([project], path, at, "other", folder.host.lines)
            for entry in folder.project().entries.values():
                entry_outline(folder.project(), entry)
                list(entry_links(folder.project(), entry, lambda path: True))
        folder.host.close(path)


CODE = '''
def make(product, a, b=lambda a: a, *c, d: "a" = a):
    """a"""
    import os as b2
    f"{a} {a!r:>{a}} {{a}} {'a'} {a=} {a:a}" "a" f'{ a }'
    [a for a in [a]], {a: b for b in b}
    def inner(a):
        return a, b
    def other():
        nonlocal a
        a = 1
        class K(a):
            a = 2
            def m(self):
                return a
    def third():
        global a
        return a
    lambda b: (a, b)
    x.a, x(a=a)
    [(a := y) for y in z]
'''


def test_names_are_found_in_their_own_scope(tmp_path: Path) -> None:
    texts = {"pipeline.yaml": "tasks:\n  - {source: steps.make, product: x}\n", "steps.py": CODE}
    folder = Folder(tmp_path, texts)
    source = folder.project().tasks["make"].source
    assert isinstance(source, FunctionSource)
    lines = Document(CODE)
    found = [use.span for use in uses_in(source).found if use.text == "a"]
    assert {text_at(lines, span) for span in found} == {"a"}
    count = {line: sum(span.start.line == line for span in found) for line in range(len(lines))}
    assert {line: number for line, number in count.items() if number} == {
        1: 1,
        4: 6,
        5: 2,
        9: 1,
        10: 1,
        11: 1,
        14: 1,
        18: 1,
        19: 1,
        20: 1,
    }
