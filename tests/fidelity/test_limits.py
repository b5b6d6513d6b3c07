"""What a kernel is no measure for: endless text, what is left running, order."""

from __future__ import annotations

import json
import os
import subprocess
import threading
import time
from pathlib import Path

import pytest

from pipelens.runner.engines import warm
from pipelens.runner.events import OutputMade
from pipelens.runner.stop import StopRequest
from tests.runner.making import Pipeline

ENGINES = ["process", "warm"] if warm.AVAILABLE else ["process"]


@pytest.fixture
def pipeline(tmp_path: Path) -> Pipeline:
    made = Pipeline(tmp_path / "it")
    made.root.mkdir()
    made.task("it.py", "out/it.ipynb")
    return made


def write(pipeline: Pipeline, *cells: str) -> None:
    pipeline.write("it.py", "\n\n".join("# %%\n" + cell for cell in ("upstream = product = None", *cells)))


def cells(pipeline: Pipeline) -> list[list[dict]]:
    """The outputs of the cells that `write` was given."""
    path = pipeline.root / "out/it.ipynb"
    found = json.loads(path.read_text("utf-8"))["cells"]
    return [cell["outputs"] for cell in found if cell["cell_type"] == "code"][2:]


def text(outputs: list[dict], stream: str = "stdout") -> str:
    return "".join("".join(one["text"]) for one in outputs if one.get("name") == stream)


@pytest.mark.parametrize("engine", ENGINES)
def test_text_of_c_code_and_children_stands_in_its_cell_and_in_order(pipeline: Pipeline, engine: str) -> None:
    pause = "time.sleep(0.005)"
    write(
        pipeline,
        "import os, sys, subprocess, time\nos.write(1, b'first\\n')",
        f"print('a')\n{pause}\nsubprocess.run(['echo', 'b'])\nprint('c')\n{pause}\nos.write(2, b'd\\n')",
        "pid = os.fork()\nif pid == 0:\n    print('from the child', flush=True)\n    os._exit(0)\n"
        "os.waitpid(pid, 0);",
        f"os.write(1, b'before\\n')\n{pause}\ndisplay(1)\n{pause}\nos.write(1, b'after\\n');",
        "os.system('echo last');",
    )
    assert pipeline.build(engine=engine).problems == ()
    first, second, third, fourth, fifth = cells(pipeline)
    assert text(first) == "first\n"
    assert (text(second), text(second, "stderr")) == ("a\nb\nc\n", "d\n")
    assert text(third) == "from the child\n"
    assert [one["output_type"] for one in fourth] == ["stream", "display_data", "stream"]
    assert text(fifth) == "last\n"


@pytest.mark.parametrize("way", ["print('x' * 99)", "os.write(1, b'x' * 99 + b'\\n')"])
def test_endless_text_keeps_its_beginning_and_its_end(pipeline: Pipeline, way: str) -> None:
    write(
        pipeline,
        f"import os\nprint('begun')\nfor i in range(400_000):\n    {way}\nprint('done')",
        "print('next')",
    )
    assert pipeline.build().problems == ()
    long, after = map(text, cells(pipeline))
    assert long.startswith("begun\n")
    assert long.endswith("done\n")
    assert "characters are left out here" in long
    assert len(long) < 17 << 20
    assert after == "next\n"
    told = sum(len(event.text) for event in pipeline.of_kind(OutputMade))
    assert told < 5 << 20


@pytest.mark.parametrize("way", ["print('x' * 99)", "os.write(2, b'x' * 9999)"])
def test_a_task_that_prints_without_end_can_be_stopped(pipeline: Pipeline, way: str) -> None:
    write(pipeline, f"import os\nopen('begun', 'w').close()\nwhile True:\n    {way}")
    stop = StopRequest()

    def stop_when_it_runs() -> None:
        while not (pipeline.root / "begun").exists():
            time.sleep(0.01)
        time.sleep(0.2)
        stop()

    threading.Thread(target=stop_when_it_runs, daemon=True).start()
    assert pipeline.build(stop=stop).exit_code == 130


@pytest.mark.skipif(os.name == "nt", reason="process groups are those of POSIX")
@pytest.mark.parametrize("engine", ENGINES)
def test_what_a_task_leaves_running_ends_with_it(pipeline: Pipeline, engine: str) -> None:
    write(
        pipeline,
        "import subprocess\nchild = subprocess.Popen(['sleep', '300'])\nopen('pid', 'w').write(str(child.pid));",
    )
    assert pipeline.build(engine=engine).problems == ()
    number = (pipeline.root / "pid").read_text()
    for _ in range(100):
        listed = subprocess.run(["ps", "-o", "stat=", "-p", number], capture_output=True, text=True).stdout
        if not listed.strip() or listed.strip().startswith("Z"):
            return
        time.sleep(0.05)
    pytest.fail("the child still runs")
