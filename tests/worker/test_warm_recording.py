"""What records failures, in the processes of a warm parent."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelens.runner import warm_engine_posix as warm
from tests.worker.dumping import WORKER, plan_for

pytestmark = pytest.mark.skipif(not warm.AVAILABLE, reason="warm parents need fork")

ASKED = """\
import sys
open("loaded.txt", "w").write(str("_pipelens_worker.dump" in sys.modules))
own = sorted(name for name in sys.modules if name.startswith("dump"))
raise ValueError("no such thing: %s" % own)
"""


@pytest.fixture
def parent() -> Iterator[socket.socket]:
    ours, theirs = socket.socketpair()
    command = [sys.executable, str(WORKER), "--warm", str(theirs.fileno()), "plain"]
    process = subprocess.Popen(command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL)
    theirs.close()
    yield ours
    ours.close()
    process.wait(20)


def exit_code(parent: socket.socket, number: int, plan: Path) -> int:
    """Have a plan run by a child of the parent."""
    request = {"id": number, "cwd": str(plan.parent), "plan": str(plan)}
    lifeline, other = os.pipe()
    with open(os.devnull, "w") as nothing:
        fds = [nothing.fileno(), nothing.fileno(), lifeline]
        socket.send_fds(parent, [json.dumps(request).encode() + b"\n"], fds)
    os.close(lifeline)
    parent.settimeout(20)
    received = b""
    while b'"exit"' not in received:
        received += parent.recv(4096)
    os.close(other)
    return json.loads(received.splitlines()[-1])["exit"]


def test_what_records_failures_is_loaded_after_the_first_task_was_started(
    parent: socket.socket, tmp_path: Path
) -> None:
    plan = plan_for(tmp_path, ASKED, "none")
    found: list[str] = []
    # A request that comes at once is answered at once: the parent may not have been free until then.
    while len(found) < 20 and "True" not in found:
        (tmp_path / "clean.plpm").unlink(missing_ok=True)
        assert exit_code(parent, len(found), plan) == 1
        found.append((tmp_path / "loaded.txt").read_text())
        with zipfile.ZipFile(tmp_path / "clean.plpm") as archive:
            assert json.loads(archive.read("summary.json"))["message"] == "no such thing: []"
    assert found[0] == "False"
    assert found[-1] == "True"
