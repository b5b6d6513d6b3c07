"""Drawings of graphs made by hand."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from pipelens.preview.layers import layout
from pipelens.preview.mermaid import mermaid
from pipelens.preview.page import page
from pipelens.preview.picture import Node, Picture
from pipelens.preview.svg import svg
from pipelens.preview.tree import tree


def graph(**upstream: str) -> Picture:
    """`graph(join="get features")`: each task with the names of its upstream."""
    nodes = tuple(
        Node(name, "script", "stale", "never run", tuple(u.split())) for name, u in upstream.items()
    )
    return Picture("a pipeline", nodes)


DIAMOND = graph(get="", features="get", join="get features", fit="join")


def drawn(picture: Picture) -> list[str]:
    return [f"{line.branch}{line.node.name}" + "".join(f" +{a}" for a in line.also) for line in tree(picture)]


@st.composite
def pictures(draw: st.DrawFn) -> Picture:
    count = draw(st.integers(0, 15))
    names = [f"t{n}" for n in range(count)]
    nodes = [
        Node(
            name,
            "script",
            "fresh",
            "",
            tuple(draw(st.lists(st.sampled_from(names), unique=True, max_size=4))),
        )
        for name in names
    ]
    return Picture("any graph", tuple(nodes))


def test_a_tree_shows_every_task_once_below_the_last_it_needs():
    assert drawn(DIAMOND) == ["get", "└─ features", "   └─ join +get", "      └─ fit"]


def test_branches_of_a_tree_are_joined():
    assert drawn(graph(a="", b="a", c="a", d="b")) == ["a", "├─ b", "│  └─ d", "└─ c"]


def test_a_chain_of_thousands_is_no_deeper_than_python_can_go():
    names = [f"t{n}" for n in range(5000)]
    chain = Picture(
        "",
        tuple(
            Node(n, "script", "fresh", "", (m,) if m else ())
            for m, n in zip(["", *names], names, strict=False)
        ),
    )
    assert sum(1 for _ in tree(chain)) == 5000
    assert layout(chain).layers == 5000


def test_a_tree_never_grows_wider_than_a_page():
    names = [f"t{n}" for n in range(100)]
    nodes = tuple(
        Node(n, "script", "fresh", "", (m,) if m else ()) for m, n in zip(["", *names], names, strict=False)
    )
    lines = list(tree(Picture("", nodes)))
    assert max(len(line.branch) for line in lines) <= 45
    assert next(line.also for line in lines if line.also) == ("t15",)


def test_tasks_lie_in_layers_behind_what_they_need():
    places = layout(DIAMOND).places
    assert [places[name][0] for name in ("get", "features", "join", "fit")] == [0, 1, 2, 3]


@given(pictures())
def test_any_graph_with_cycles_or_without_can_be_drawn(picture: Picture):
    assert len(set(layout(picture).places.values())) == len(picture.nodes)
    assert {line.node.name for line in tree(picture)} == {node.name for node in picture.nodes}
    ElementTree.fromstring(svg(picture))
    assert mermaid(picture).startswith("flowchart")


def test_few_tasks_are_drawn_from_left_to_right_and_many_top_down():
    assert mermaid(DIAMOND).startswith("flowchart LR")
    assert mermaid(graph(**{f"t{n}": "" for n in range(10)})).startswith("flowchart TD")


def test_names_cannot_break_out_of_their_label():
    hostile = Picture("<script>", (Node('a"]; click <b> &#', "script", "fresh", "<i>", ()),))
    text = mermaid(hostile)
    label = re.search(r'\["(.*?)"\]', text)
    assert label
    assert not set('"<>&];') & set(re.sub(r"#\d+;", "", label[1]))
    assert "<script" not in page(hostile)
    assert "<b>" not in page(hostile)
    assert "<i>" not in page(hostile)


def test_the_page_loads_nothing_and_runs_nothing():
    text = page(DIAMOND)
    assert "<script" not in text
    assert "src=" not in text
    assert "<link" not in text
    assert re.findall(r"https?://[^\s\"]+", text) == ["http://www.w3.org/2000/svg"]
    assert "default-src 'none'" in text


def test_the_page_holds_the_tasks_and_the_text_to_copy():
    text = page(DIAMOND)
    assert "flowchart LR" in text
    assert text.count("<td>features</td>") == 1


@given(pictures())
def test_boxes_lie_on_the_page_and_never_on_each_other(picture: Picture):
    root = ElementTree.fromstring(svg(picture))
    boxes = [
        tuple(int(rect.attrib[key]) for key in ("x", "y", "width", "height"))
        for rect in root.iter("{http://www.w3.org/2000/svg}rect")
    ]
    assert len(boxes) == len(picture.nodes)
    for number, (x, y, width, height) in enumerate(boxes):
        assert x >= 0
        assert y >= 0
        assert x + width <= int(root.attrib["width"])
        assert y + height <= int(root.attrib["height"])
        for u, v, w, h in boxes[number + 1 :]:
            assert x + width <= u or u + w <= x or y + height <= v or v + h <= y
