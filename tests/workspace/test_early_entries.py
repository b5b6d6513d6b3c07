"""A large file is read some hundred entries at a time: it is read as its entries are one by one."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelens.core.yaml_pieces import AT_ONCE
from tests.workspace.keeping import keeper_of, picture

COUNT = 2 * AT_ONCE + 100


def entry(number: int) -> str:
    needs = f"    upstream: [t{number - 1}]\n" if number % 3 else ""
    return f"  - source: go.py\n    name: t{number}\n    product: out/{number}.ipynb\n{needs}"


def text_of(changes: dict[int, str], mark: str) -> str:
    """mark: a comment. With a sign of an anchor in it entries are read one by one."""
    head = f"# {mark}\nmeta: {{extract_upstream: false}}\ntasks:\n"
    return head + "".join(changes.get(number, entry(number)) for number in range(COUNT))


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {7: entry(8), AT_ONCE: entry(1)},
        {AT_ONCE - 1: "  - source: 'go.py\n", AT_ONCE: "  - name: other'\n    product: x.csv\n"},
        {AT_ONCE - 1: "  - source: [go.py\n", AT_ONCE + 3: "  - name: b]\n"},
        {3: "  - source: 'go.py\n    name: open\n"},
        {2 * AT_ONCE: "  - source: go.py\n   name: x\n"},
        {AT_ONCE + 1: "  - nothing\n", COUNT - 1: "  -\n"},
        {AT_ONCE: '  - source: "go.py\n    name: x\n', 2 * AT_ONCE: '  - name: "y\n'},
    ],
)
def test_entries_read_together_are_what_they_are_one_by_one(tmp_path: Path, changes: dict[int, str]) -> None:
    source = {"go.py": '# %% tags=["parameters"]\nupstream = None\n\n# %%\nprint(1)\n'}
    together = keeper_of(tmp_path, {**source, "pipeline.yaml": text_of(changes, "~")}).now()
    alone = keeper_of(tmp_path, {**source, "pipeline.yaml": text_of(changes, "&")}).now()
    assert len(together.tasks) > AT_ONCE
    assert picture(together) == picture(alone)


def test_each_entry_is_read_once(tmp_path: Path) -> None:
    keeper = keeper_of(tmp_path, {"pipeline.yaml": text_of({}, "~")})
    keeper.now()
    assert keeper.work.entries_composed == keeper.work.entries_read == COUNT
