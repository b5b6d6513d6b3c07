"""The pipeline's `on_finish` where nothing changed since there was nothing to do: it is called all the
same, without reading the pipeline."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.runner.test_last_look import SPEC, TASKS, kept_look, pipelens, told_by_build, write
from tests.runner.test_stopping import wait_for


def write_with_hook(folder: Path, hook: str, more: str = "") -> None:
    """A pipeline whose `on_finish` is `tasks.done`, and which has a shell task, built."""
    write(folder, SPEC + "  - source: run.sh\n    product: out/run.txt\n" + "on_finish: tasks.done\n" + more)
    (folder / "tasks.py").write_text(TASKS + "\n\n" + hook)
    (folder / "run.sh").write_text("echo '{{product}}' > '{{product}}'\n")
    pipelens(folder, "build")


HOOKS_OF_PIPELINES = {
    "prints": "print('read')\ndef done(report, greeting='hello'):\n    print(greeting, report)\n",
    "fails": "import os\n\ndef done():\n    if os.path.exists('bad'):\n        raise ValueError('no é')\n",
    "ends early": (
        "from ploomber.exceptions import DAGBuildEarlyStop\n\n"
        "def done():\n    print('enough')\n    raise DAGBuildEarlyStop('enough')\n"
    ),
    "is another than it seems": "def done():\n    pass\n\nglobals()['done'] = lambda dag: print(list(dag))\n",
}


@pytest.mark.parametrize("what", HOOKS_OF_PIPELINES)
def test_the_pipelines_hook_is_called_as_by_a_build_that_reads_the_pipeline(
    tmp_path: Path, what: str
) -> None:
    folder = tmp_path / "Ma chaîne"
    write_with_hook(folder, HOOKS_OF_PIPELINES[what])
    kept = kept_look(folder)
    whole = kept.read_bytes()
    if what == "fails":
        (folder / "bad").write_text("")
    quick = told_by_build(folder)
    assert kept.exists()
    kept.unlink()
    assert told_by_build(folder) == quick
    assert quick[-1]["exit_code"] == (1 if what == "fails" else 0)
    texts = "".join(str(event["text"]) for event in quick if event["kind"] == "output")
    expected = {
        "prints": "read\nhello name",
        "fails": "",
        "ends early": "enough\n",
        "is another": "['first', ",
    }
    assert texts.startswith(next(text for name, text in expected.items() if what.startswith(name)))
    assert b'"hook": {' in whole


@pytest.mark.skipif(os.name == "nt", reason="a process cannot be sent Ctrl-C on Windows")
def test_a_hook_that_is_called_without_reading_the_pipeline_can_be_stopped(tmp_path: Path) -> None:
    hook = (
        "import os, time\n\ndef done():\n    open('begun', 'w').write('1')\n"
        "    if os.path.exists('slow'):\n        time.sleep(60)\n"
    )
    write_with_hook(tmp_path, hook)
    kept = kept_look(tmp_path)
    (tmp_path / "begun").unlink()
    (tmp_path / "slow").write_text("")
    stamp = kept.stat().st_mtime_ns
    command = [sys.executable, "-m", "pipelens", "build"]
    build = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True, start_new_session=True)
    wait_for(tmp_path / "begun")
    os.killpg(build.pid, signal.SIGINT)
    assert "Stopped" in build.communicate(timeout=30)[0]
    assert build.returncode == 130
    assert kept.stat().st_mtime_ns == stamp
    assert not list((tmp_path / ".pipelens/plans").iterdir())


def test_a_hook_that_changes_what_the_look_rests_on_ends_it(tmp_path: Path) -> None:
    write_with_hook(tmp_path, "def done():\n    open('table.csv', 'a').write('1,2')\n")
    time.sleep(2.1)
    for _ in range(3):
        # Each time the resource is another, so each time its task is run.
        ended = told_by_build(tmp_path)[-1]
        assert ended["ran"] == ["first", "second"]


def test_a_script_that_changed_is_run_again(tmp_path: Path) -> None:
    write_with_hook(tmp_path, "def done():\n    pass\n")
    kept_look(tmp_path)
    script = tmp_path / "run.sh"
    script.write_text(script.read_text() + "echo more\n")
    ended = told_by_build(tmp_path)[-1]
    assert (ended["ran"], ended["skipped"]) == (["run"], ["first", "second"])
