from __future__ import annotations

from typing import Any

import pytest
import yaml

from pipelens.core.yaml_values import Construction, Fault, construct


def compose(text: str) -> Any:
    return yaml.compose(text, Loader=yaml.SafeLoader)


@pytest.mark.parametrize(
    "text",
    [
        "{a: 1e3, b: 1.0e+3, c: yes, d: off, e: 010, f: 0o17, g: 1:30, h: 1_000, i: ~, j: .5, k: 0b11, l: +1}",
        "[2020-01-31, 2001-12-14t21:59:43.10-05:00, .inf, -.INF, y, None, True, '1', '']",
        "{a: 1, a: 2, 3: x, 2020-01-01: y, null: z, 1.5: w}",
        "&b {x: 1, l: &l [1, 2]}",
        "- &b {x: 1, y: 2}\n- {<<: *b, y: 3}\n- {<<: [&q {a: 1}, {a: 2, b: 3}], c: 4}\n- *b",
        "{<<: &x {a: 1}, <<: {a: 2, b: 1}}",
        "a: !!str 1\nb: !!int '7'\nc: !!binary aGk=\nd: !!set {x, y}\ne: !!omap [a: 1, b: 2]\nf: !!float 1",
        "a: |\n  one\n  two\nb: >-\n  one\n  two\n",
        "größe: 東京",
        "{=: 1}",
    ],
)
def test_values_are_those_of_the_safe_loader(text: str) -> None:
    assert construct(compose(text)) == yaml.safe_load(text)


@pytest.mark.parametrize(
    "text",
    [
        "a: !env x",
        "a: =",
        "a: <<",
        "a: !!int x",
        "a: !!seq {b: 1}",
        "a: !!float [1]",
        "? [a]\n: 1",
        "? {a: 1}\n: 1",
        "<<: 1",
        "<<: [1]",
        "a: 2020-13-45",
        "a: !!binary é",
        "a: !!python/object:os.system x",
    ],
)
def test_what_the_safe_loader_refuses_is_a_fault_at_its_node(text: str) -> None:
    with pytest.raises((yaml.YAMLError, ValueError)):
        yaml.safe_load(text)
    fault = construct(compose(text))
    assert isinstance(fault, Fault)
    assert 0 <= fault.start < fault.end <= len(text)
    assert fault.message


def test_an_alias_bomb_is_a_fault_before_anything_is_built() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 60)]
    fault = construct(compose("\n".join(lines)))
    assert isinstance(fault, Fault)
    assert "aliases" in fault.message


def test_a_bomb_of_merge_keys_is_a_fault() -> None:
    lines = ["a0: &a0 {k: 1}"]
    lines += [f"a{i}: &a{i} {{<<: [{', '.join([f'*a{i - 1}'] * 9)}]}}" for i in range(1, 40)]
    fault = construct(compose("\n".join(lines)))
    assert isinstance(fault, Fault)


def test_an_alias_inside_its_own_anchor_is_a_fault() -> None:
    fault = construct(compose("a: &a [1, *a]"))
    assert isinstance(fault, Fault)
    assert "itself" in fault.message


def test_deep_nesting_is_a_fault() -> None:
    node: Any = yaml.ScalarNode("tag:yaml.org,2002:str", "x", yaml.Mark("", 0, 0, 0, None, None), None)
    mark = yaml.Mark("", 0, 0, 0, None, None)
    node.end_mark = mark
    for _ in range(100_000):
        node = yaml.SequenceNode("tag:yaml.org,2002:seq", [node], mark, mark)
    fault = construct(node)
    assert isinstance(fault, Fault)
    assert "deeper" in fault.message


def test_endless_numbers_are_faults() -> None:
    for text in ("1" + ":1" * 50_000, "9" * 50_000):
        assert isinstance(construct(compose(text)), Fault)


def test_one_allowance_serves_all_entries_of_a_file() -> None:
    root = compose("b: &b [1, 2, 3]\nentries:\n" + "- *b\n" * 10)
    construction = Construction(max_repeated=20)
    entries = root.value[1][1].value
    found = [construction.value(entry) for entry in entries]
    assert found[0] == [1, 2, 3]
    assert isinstance(found[-1], Fault)
