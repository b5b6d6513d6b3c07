"""Where the caret is, in YAML that is being typed."""

from __future__ import annotations

import pytest

from pipelens.core.answers.yaml_context import YamlContext, class_of, context_at, key_at, known_keys
from pipelens.core.text import Document, Position
from tests.core.carets import caret


def context(text: str) -> YamlContext:
    found = context_at(*caret(text))
    assert found is not None
    return found


TASK = "tasks:\n  - source: a.py\n"

PLACES = [
    ("¦", (), "key", ""),
    ("ta¦", (), "key", "ta"),
    ("tasks:\n  ¦", ("tasks",), "key", ""),
    ("tasks:\n  - ¦", ("tasks",), "item", ""),
    ("tasks:\n  - sour¦\n    product: x\n", ("tasks",), "item", "sour"),
    (TASK + "    pro¦", ("tasks", 1), "key", "pro"),
    (TASK + "     pro¦", ("tasks", 1), "key", "pro"),
    (TASK + "   pro¦", ("tasks", 1), "key", "pro"),
    (TASK + "    ¦\n    product: x\n", ("tasks", 1), "key", ""),
    (TASK + "    product:\n      ¦\n    name: z\n", ("tasks", 1, "product"), "key", ""),
    (TASK + "    product: {nb: out¦, data: x}\n", ("tasks", 1, "product", "nb"), "value", "out"),
    (TASK + "    product: {n¦: out, data: x}\n", ("tasks", 1, "product"), "key", "n"),
    (TASK + "    upstream: [lo¦\n    product: x\n", ("tasks", 1, "upstream"), "item", "lo"),
    (TASK + '    upstream: ["a", "lo¦\n    product: x\n', ("tasks", 1, "upstream"), "item", "lo"),
    (TASK + "    upstream: [\n      a,\n      lo¦\n    product: x\n", ("tasks", 1, "upstream"), "item", "lo"),
    (TASK + "    upstream: [a, b\n    pro¦", ("tasks", 1), "key", "pro"),
    (TASK + "    upstream:\n      - a\n      - ¦", ("tasks", 1, "upstream"), "item", ""),
    (TASK + "    upstream:\n    - a\n    - ¦", ("tasks", 1, "upstream"), "item", ""),
    ("tasks:\n- source: a.py\n¦", (), "key", ""),
    ("tasks:\n- source: a.py\n  ¦\n- source: b\n", ("tasks", 1), "key", ""),
    ("tasks:\n- source: a.py\n- ¦\n- source: b\n", ("tasks",), "item", ""),
    (TASK + "  ¦", ("tasks",), "item", ""),
    (TASK + "    class: Note¦  # why\n", ("tasks", 1, "class"), "value", "Note"),
    (TASK + '    class: "Note¦\n', ("tasks", 1, "class"), "value", "Note"),
    (TASK + "    name: x # ¦", ("tasks", 1), "nothing", ""),
    ('tasks:\n  - source: "a.py"¦', ("tasks", 1), "nothing", ""),
    ("# comment ¦", (), "nothing", ""),
    ("- source: a.py\n  na¦", ("tasks", 0), "key", "na"),
    ("tasks:\n\t- source: a\n\t  pro¦", ("tasks", 1), "key", "pro"),
    ("tasks:\n  - {source: a.py, pro¦}", ("tasks", 1), "key", "pro"),
    ('{"tasks": [{"source": "a.py", "pro¦"}]}', ("tasks", 0), "key", "pro"),
    ("meta:\n  source_loader:\n    path:\n      - ¦", ("meta", "source_loader", "path"), "item", ""),
    ("meta:\n  a: 1\ntasks:\n- source: x\n  on_finish:\n    dotted_path: h¦",
     ("tasks", 3, "on_finish", "dotted_path"), "value", "h"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "keys", "at", "prefix"), PLACES)
def test_the_caret_is_where_the_text_around_it_says(
    text: str, keys: tuple[str | int, ...], at: str, prefix: str
) -> None:
    found = context(text)
    assert (found.keys, found.at, found.prefix) == (keys, at, prefix)


@pytest.mark.parametrize("text", [text for text, *_ in PLACES])
def test_every_prefix_of_a_text_has_a_place_at_every_caret(text: str) -> None:
    plain = text.replace("¦", "") + "\n"
    for stop in range(len(plain) + 1):
        document = Document(plain[:stop])
        for line in range(len(document) - 1, len(document)):
            for character in range(len(document.line(line)) + 2):
                found = context_at(document, Position(line, character))
                assert found is not None
                known_keys(found)
            for file in ("spec", "env", "tasks"):
                key_at(document, Position(line, len(document.line(line))), file)


def test_keys_before_and_behind_the_caret_are_siblings() -> None:
    found = context(
        TASK + "    ¦\n    product: out\n    params:\n      n: 1\n  - source: b.py\n    class: X\n"
    )
    assert found.siblings == {"source": "a.py", "product": "out", "params": ""}
    assert found.entry == found.siblings
    assert found.nested == {"params": ("n",)}


def test_an_entry_that_begins_with_half_a_key_knows_the_keys_below() -> None:
    found = context("tasks:\n  - so¦\n    product: out\n")
    assert found.siblings == {"product": "out"}
    assert found.dashed


def test_the_elements_around_the_caret_are_told() -> None:
    assert context(TASK + "    upstream: [a, ¦, 'b']\n").items == ("a", "b")
    assert context(TASK + "    upstream:\n      - a\n      - ¦\n      - b\n").items == ("a", "b")


def test_the_class_is_told_from_the_entry() -> None:
    assert class_of(context(TASK + "    ¦\n")) == "NotebookRunner"
    assert class_of(context("tasks:\n  - source: m.f\n    ¦\n")) == "PythonCallable"
    assert class_of(context("tasks:\n  - ¦\n    source: q.sql\n    product: a.csv\n")) == "SQLDump"
    assert class_of(context(TASK + "    class: ScriptRunner\n    ¦\n")) == "ScriptRunner"
    assert class_of(context("tasks:\n  - name: x\n    ¦\n")) is None


def test_a_key_under_the_caret_is_documented_by_the_format() -> None:
    found = key_at(*caret(TASK + "    static_an¦alysis: strict\n"))
    assert found is not None
    assert found[0].name == "static_analysis"
    assert key_at(*caret("tasks:\n  - source: m.f\n    static_an¦alysis: strict\n")) is None
    assert key_at(*caret(TASK + "    product:\n      data¦: x\n")) is None


def test_a_placeholder_is_told_with_the_name_at_the_caret() -> None:
    found = context(TASK + '    product: "{{root}}/{{pa¦th.out}}/x"\n').placeholder
    assert found is not None
    assert (found.prefix, found.closed) == ("pa", True)
    assert (found.replace.start.character, found.replace.end.character) == (25, 29)
    half = context(TASK + "    product: '{{ pa¦'\n").placeholder
    assert half is not None
    assert not half.closed
    assert context(TASK + "    product: '{{root}}/¦'\n").placeholder is None


def test_the_way_to_the_caret_is_found_in_a_long_list_of_tasks() -> None:
    many = "".join(f"  - source: t{n}.py\n    product: out/{n}\n" for n in range(5000))
    found = context("tasks:\n" + many + "    na¦\n")
    assert found.keys == ("tasks", 9999)
    assert found.siblings == {"source": "t4999.py", "product": "out/4999"}


def test_only_a_bounded_stretch_of_the_file_is_read() -> None:
    class Counting:
        asked = 0

        def line(self, number: int) -> str:
            Counting.asked += 1
            return f"  - source: t{number}.py" if number else "tasks:"

        def __len__(self) -> int:
            return 1_000_000

    assert context_at(Counting(), Position(500_000, 6)) is not None
    assert Counting.asked < 1_000
