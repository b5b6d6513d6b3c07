"""Processes that a task starts run to their end: they are not debugged, and nothing waits for them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.debug.conftest import DEBUGGED, Open

Write = Callable[[dict[str, str]], Path]

FILES = {
    "pipeline.yaml": """
        tasks:
          - source: steps.many
            product: out/many.txt
    """,
    "steps.py": """
        import multiprocessing
        import os
        from pathlib import Path


        def square(n):
            result = n * n
            return result


        def many(product):
            results = [square(3)]
            pid = os.fork()
            if pid == 0:
                square(4)
                os._exit(0)
            os.waitpid(pid, 0)
            for method in ("fork", "spawn", "forkserver"):
                with multiprocessing.get_context(method).Pool(2) as pool:
                    results += pool.map(square, [1, 2])
            Path(str(product)).write_text(str(results))
    """,
}
EDGES = [version for version in DEBUGGED if version in {min(DEBUGGED), max(DEBUGGED), (3, 11), (3, 12)}]


@pytest.mark.parametrize("version", EDGES)
def test_children_pass_a_breakpoint_that_stops_the_task(
    version: tuple[int, int], debug: Open, project: Write
) -> None:
    folder = project(FILES)
    client = debug(interpreter=str(DEBUGGED[version]))
    client.start({folder / "steps.py": [8]}, task="many", cwd=str(folder))
    assert client.stopped().places == [("square", "steps.py", 8), ("many", "steps.py", 12)]
    assert client.go() is None
    assert client.exit_code() == 0
    assert (folder / "out" / "many.txt").read_text() == "[9, 1, 4, 1, 4, 1, 4]"
