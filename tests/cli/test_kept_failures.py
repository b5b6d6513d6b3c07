"""What a build's report says of failures that are recorded, where more fail than are kept."""

from __future__ import annotations

from pathlib import Path

from pipelens.runner.failures import KEPT
from tests.cli.command import pipelens


def test_only_recordings_that_are_kept_are_offered(tmp_path: Path) -> None:
    count = KEPT + 3
    tasks = "".join(f"- source: work.task{number}\n  product: out/{number}\n" for number in range(count))
    code = "".join(f"def task{number}(product):\n    1 / 0\n" for number in range(count))
    (tmp_path / "pipeline.yaml").write_text("meta: {extract_upstream: false}\ntasks:\n" + tasks)
    (tmp_path / "work.py").write_text(code)
    answer = pipelens("build", cwd=tmp_path)
    offered = [line for line in answer.err.splitlines() if "Open it: pipelens postmortem" in line]
    kept = list((tmp_path / ".pipelens" / "failures").glob("*.plpm"))
    assert len(offered) == len(kept) == KEPT
    assert all(any(path.name in line for path in kept) for line in offered)
