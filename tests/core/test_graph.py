"""Orders, cycles and closures, with networkx as the oracle."""

from __future__ import annotations

import networkx as nx
from hypothesis import given
from hypothesis import strategies as st

from pipelens.core.graph import Edges, build_order, closure, cycles, downstream_of, is_pattern, matches


@st.composite
def edges(draw: st.DrawFn, *, acyclic: bool = False) -> Edges:
    count = draw(st.integers(0, 12))
    names = [f"t{number}" for number in range(count)]
    found: dict[str, list[str]] = {}
    for number, name in enumerate(names):
        among = names[:number] if acyclic else names
        found[name] = draw(st.lists(st.sampled_from(among), unique=True, max_size=4)) if among else []
    shuffled = draw(st.permutations(names))
    return {name: found[name] for name in shuffled}


def graph_of(upstream: Edges) -> nx.DiGraph:
    graph = nx.DiGraph()
    graph.add_nodes_from(upstream)
    graph.add_edges_from((needed, name) for name, found in upstream.items() for needed in found)
    return graph


@given(edges(acyclic=True))
def test_the_order_without_cycles_is_that_of_generations(upstream: Edges) -> None:
    position = {name: at for at, name in enumerate(upstream)}
    expected = [
        name
        for generation in nx.topological_generations(graph_of(upstream))
        for name in sorted(generation, key=position.__getitem__)
    ]
    assert list(build_order(upstream)) == expected
    assert cycles(upstream) == ()


@given(edges())
def test_the_cycles_are_the_strongly_connected_sets(upstream: Edges) -> None:
    graph = graph_of(upstream)
    expected = [
        frozenset(members)
        for members in nx.strongly_connected_components(graph)
        if len(members) > 1 or any(graph.has_edge(name, name) for name in members)
    ]
    found = cycles(upstream)
    assert sorted(map(sorted, found)) == sorted(map(sorted, expected))
    assert all(len(set(members)) == len(members) for members in found)


@given(edges())
def test_tasks_on_and_behind_cycles_have_no_place_in_the_order(upstream: Edges) -> None:
    graph = graph_of(upstream)
    round_about = {name for members in cycles(upstream) for name in members}
    lost = round_about.union(*(nx.descendants(graph, name) for name in round_about))
    order = build_order(upstream)
    assert set(order) == set(upstream) - lost
    for name in order:
        assert all(order.index(needed) < order.index(name) for needed in upstream[name])


@given(edges())
def test_looking_for_cycles_among_what_has_no_place_finds_them_all(upstream: Edges) -> None:
    placed = set(build_order(upstream))
    among = [name for name in upstream if name not in placed]
    assert sorted(map(sorted, cycles(upstream, among))) == sorted(map(sorted, cycles(upstream)))


@given(edges(), st.data())
def test_a_closure_is_what_can_be_reached(upstream: Edges, data: st.DataObject) -> None:
    if not upstream:
        assert closure([], upstream) == frozenset()
        return
    start = data.draw(st.sampled_from(sorted(upstream)))
    graph = graph_of(upstream)
    assert closure([start], upstream) == nx.ancestors(graph, start) | {start}
    assert closure([start], downstream_of(upstream)) == nx.descendants(graph, start) | {start}


def test_a_chain_of_ten_thousand_tasks_needs_no_recursion() -> None:
    chain = {f"t{number}": [f"t{number - 1}"] if number else [] for number in range(10_000)}
    assert build_order(chain)[-1] == "t9999"
    assert cycles(chain) == ()
    assert len(closure(["t9999"], chain)) == 10_000
    ring = {**chain, "t0": ["t9999"]}
    (members,) = cycles(ring)
    assert len(members) == 10_000
    assert build_order(ring) == ()


def test_a_cycle_is_told_in_the_order_in_which_its_tasks_need_each_other() -> None:
    (members,) = cycles({"a": ["c"], "b": ["a"], "c": ["b"], "d": ["a"]})
    at = members.index("a")
    assert (*members[at:], *members[:at]) == ("a", "c", "b")


def test_a_task_that_needs_itself_is_a_cycle() -> None:
    assert cycles({"a": ["a"], "b": []}) == (("a",),)


def test_only_a_star_makes_a_pattern() -> None:
    assert [is_pattern(name) for name in ("fit-*", "fit-?", "fit-[ab]", "fit")] == [True, False, False, False]
    assert matches("fit-*", ["fit-1", "Fit-2", "fit-", "load"]) == ("fit-1", "fit-")
