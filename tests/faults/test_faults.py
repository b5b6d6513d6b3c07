"""Builds that are killed, stopped or run out of disk at random moments: the next build ends with the
right products and the right state.

`PIPELENS_ROUNDS` says how many moments of each kind are tried (`make test`: a few, `make soak`: a hundred).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults import processes_posix as processes
from tests.faults import small_disk
from tests.faults.blows import BLOWS
from tests.faults.rounds import played_in
from tests.faults.victim import Models

pytestmark = pytest.mark.skipif(
    not processes.AVAILABLE, reason="what a build leaves running is looked up in /proc, which Linux has"
)
ROUNDS = int(os.environ.get("PIPELENS_ROUNDS") or 2)
_AT_ONCE = 5
"""Rounds of one test: tests are what is shared out among processes."""

_DEADLY = frozenset({"worker", "builder", "both", "disk"})


def rounds_of(kind: str) -> int:
    """The gentler blows get half as many."""
    return ROUNDS if kind in _DEADLY else (ROUNDS + 1) // 2


BLOCKS = [(kind, first) for first in range(0, ROUNDS, _AT_ONCE) for kind in BLOWS if first < rounds_of(kind)]

Property = Callable[[str, object], None]


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Models:
    return Models(tmp_path_factory.mktemp("models"))


@pytest.mark.parametrize(("kind", "first"), BLOCKS)
def test_after_whatever_happens_to_a_build_the_next_one_is_right(
    kind: str, first: int, models: Models, tmp_path: Path, record_property: Property
) -> None:
    count = min(_AT_ONCE, rounds_of(kind) - first)
    wrong: list[str] = []
    for hit, fault in (_on_small_disks if kind == "disk" else _here)(kind, first, count, models, tmp_path):
        record_property("round", [kind, hit, bool(fault)])
        wrong.extend([fault] if fault else [])
    assert not wrong, "\n".join(wrong)


def _here(kind: str, first: int, count: int, models: Models, folder: Path) -> list[tuple[bool, str]]:
    rounds = played_in(kind, first, count, folder, models)
    return [(round.hit, round.told if round.wrong else "") for round in rounds]


def _on_small_disks(
    kind: str, first: int, count: int, models: Models, folder: Path
) -> list[tuple[bool, str]]:
    """In a process that may mount: what it mounts is gone with it."""
    wrapper = small_disk.wrapper()
    if wrapper is None:
        pytest.skip("this system lets nobody mount a small disk: neither as root nor with `unshare -rm`")
    numbers = [kind, str(first), str(count), str(models.folder)]
    done = subprocess.run(
        [*wrapper, sys.executable, "-m", "tests.faults.rounds", *numbers],
        cwd=Path(__file__).parents[2],
        env={**os.environ, "TMPDIR": str(folder)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(told) == count, done.stderr
    return [(one["hit"], one["told"] if one["wrong"] else "") for one in told]
