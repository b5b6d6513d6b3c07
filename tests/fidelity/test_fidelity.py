"""Every notebook of the corpus shows what a kernel shows, with a fresh process and with a warm one; what
differs on purpose has a name, and stands in docs/notebooks.md."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pipelens.runner.engines import warm
from pipelens.runner.process_engine import ProcessEngine
from pipelens.runner.worker_reports import Engine
from tests.fidelity import running
from tests.fidelity.comparing import outputs
from tests.fidelity.differences import DIFFERENCES, ENDS, EVERYWHERE
from tests.fidelity.running import Ran

PAGE = Path(__file__).parents[2] / "docs" / "notebooks.md"
_OLD = {"errors.py": (3, 11), "processes.py": (3, 9)}


@pytest.fixture(scope="session")
def surroundings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, str]]:
    """What kernels and tasks see: a kernel of this Python is installed for them."""
    with pytest.MonkeyPatch.context() as patched:
        folder = tmp_path_factory.mktemp("jupyter")
        for name, value in {**running.SETTINGS, **running.install_kernel(folder)}.items():
            patched.setenv(name, value)
        for name in ("MPLBACKEND", "VIRTUAL_ENV", "CONDA_PREFIX"):
            patched.delenv(name, raising=False)
        yield running.environment()


@pytest.fixture(scope="session")
def engines(surroundings: Mapping[str, str]) -> Iterator[list[Engine]]:
    """Both ways of starting workers, where the system has both."""
    found: list[Engine] = [ProcessEngine(sys.executable)]
    if warm.AVAILABLE:
        found.append(warm.WarmEngine(sys.executable, "notebook", surroundings))
    yield found
    for engine in found:
        engine.close()


@pytest.mark.parametrize("name", running.names())
def test_a_notebook_shows_what_a_kernel_shows(
    name: str, tmp_path: Path, surroundings: Mapping[str, str], engines: list[Engine]
) -> None:
    if sys.version_info < _OLD.get(name, (3, 10)):
        pytest.skip("the notebook uses what this Python does not have yet")
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(running.by_kernel, name, tmp_path / "kernel")
        ours = {
            one.name: running.by_pipelens(name, tmp_path / one.name, one, surroundings) for one in engines
        }
        kernel = waiting.result()
    for engine, ran in ours.items():
        _compare(name, engine, tmp_path, kernel, ran)


def _compare(name: str, engine: str, folder: Path, kernel: Ran, ours: Ran) -> None:
    _, there, here = ENDS.get(name, ("", kernel.ended, kernel.ended))
    assert (kernel.ended, ours.ended) == (there, here), ours.problems
    tags = running.tags_of(name)
    assert len(kernel.cells) == len(ours.cells) == len(tags)
    for theirs, mine, tagged in zip(kernel.cells, ours.cells, tags, strict=True):
        expected = outputs(theirs, folder / "kernel")
        shown = outputs(mine, folder / engine)
        where = f"{engine}: {mine['source']}"
        if any(tag.startswith("differs-") for tag in tagged):
            assert shown != expected, f"the difference is gone, so is its tag: {where}"
        elif not any(tag.startswith("varies-") for tag in tagged):
            assert shown == expected, where
            if ours.ended != "SyntaxError":
                assert mine["execution_count"] == theirs["execution_count"], where


def test_three_engines_agree_over_fifty_cells(
    tmp_path: Path, surroundings: Mapping[str, str], engines: list[Engine]
) -> None:
    name = "fifty.ipynb"
    kernel = running.by_pipelens(name, tmp_path / "kernel", "kernel", surroundings)
    assert len(kernel.cells) == 51
    for one in engines:
        ran = running.by_pipelens(name, tmp_path / one.name, one, surroundings)
        assert ran.ended == kernel.ended == "ok"
        for theirs, mine in zip(kernel.cells, ran.cells, strict=True):
            assert theirs["execution_count"] == mine["execution_count"]
            expected = outputs(theirs, tmp_path / "kernel")
            assert outputs(mine, tmp_path / one.name) == expected, mine["source"]


def test_every_difference_is_shown_and_has_a_reason() -> None:
    tags = {tag for name in running.names() for cell in running.tags_of(name) for tag in cell}
    shown = {tag.partition("-")[2] for tag in tags if tag.startswith(("differs-", "varies-"))}
    shown |= {difference for difference, _, _ in ENDS.values()}
    assert shown | EVERYWHERE == DIFFERENCES.keys()


def test_the_page_says_the_same() -> None:
    rows = re.findall(r"^\| ([a-z-]+) \| (.+) \|$", PAGE.read_text("utf-8"), re.M)
    assert dict(rows) == dict(DIFFERENCES)
