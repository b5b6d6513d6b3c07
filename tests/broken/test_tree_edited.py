"""The tree of an edited text, followed edit by edit, is the tree of the text read anew."""

from __future__ import annotations

from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from pipelens.core.text import split_lines
from pipelens.core.yaml_edits import EditedTree
from pipelens.core.yaml_nodes import without_mark
from pipelens.core.yaml_tree import Tree, read_tree
from pipelens.workspace.buffers import Buffer
from tests.broken.edits import EDITS, Edit
from tests.broken.test_reading_edited import understood
from tests.broken.texts import GOOD

LONG = "# top\nmeta:\n  extract_upstream: false\n\ntasks:\n" + "".join(
    f"  - source: steps.{name}\n    product: out/{name}\n\n    # a comment\n    params: {{a: [1, 'x']}}\n"
    for name in ("load", "clean", "fit", "other", "more", "last")
)
TEXTS = {
    **{style: good.text for style, good in GOOD.items()},
    "long": LONG,
    "tail": LONG + "executor: serial\n",
}
LINES = st.builds(
    Edit,
    st.floats(0, 1),
    st.sampled_from([0, 0, 0, 1, 40, 90]),
    st.sampled_from(
        [
            "\n  - source: steps.new\n    product: out/new\n",
            "\n    name: n",
            "\n  -",
            "\n  n",
            "\nmeta:",
            "'",
            "[",
            "]",
            "# x\n",
            "\n\n",
            "",
            "\r\n",
            "  ",
        ]
    ),
)


def seen(tree: Tree, text: str) -> dict[str, Any]:
    return understood(tree, text) | {"lines": tree.entry_lines, "whole": tree.whole}


@given(st.sampled_from(sorted(TEXTS)), st.lists(st.one_of(EDITS, LINES), min_size=1, max_size=8))
@example("long", [Edit(0.5, 0, "'"), Edit(0.8, 0, "'"), Edit(0.2, 0, "["), Edit(0.9, 0, "x")])
@example("tail", [Edit(0.5, 0, "'"), Edit(0.2, 0, "\n"), Edit(0.97, 0, "x\n"), Edit(0.5, 60, "")])
def test_following_edits_gives_the_tree_of_the_text(style: str, edits: list[Edit]) -> None:
    buffer = Buffer("", TEXTS[style])
    followed = EditedTree()
    followed.read(without_mark(buffer.text))
    for edit in edits:
        before = buffer.revision
        buffer.reset(edit.of(buffer.text))
        change = buffer.changed_since(before)
        assert change is not None
        assert buffer.lines == split_lines(buffer.text)
        text = without_mark(buffer.text)
        if followed.edit(buffer.lines, change.first, change.last, change.end) is None:
            followed.read(text)
        assert seen(followed.tree, text) == seen(read_tree(text), text), text


def test_an_edit_inside_an_entry_is_followed_and_so_is_a_new_one() -> None:
    buffer = Buffer("", LONG)
    followed = EditedTree()
    followed.read(LONG)
    for old, new in [
        ("out/fit", "out/fi"),
        ("out/fi\n", "out/fi\n  - source: x.y\n"),
        ("[1, 'x']", "[1, 'x"),
        ("# top", "# the top\n#"),
        ("extract_upstream", "extract_product"),
    ]:
        before = buffer.revision
        buffer.reset(buffer.text.replace(old, new, 1))
        change = buffer.changed_since(before)
        assert change is not None
        assert followed.edit(buffer.lines, change.first, change.last, change.end) is not None, new
