"""Both tools behind one face: what a build would run, and what one ran, by name."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Protocol

from tests import ploomber
from tests.cli.command import pipelens


class Side(Protocol):
    """One of the two tools."""

    def outdated(self, folder: Path) -> list[str]:
        """The tasks that a build would run, sorted."""
        ...

    def build(self, folder: Path) -> list[str]:
        """The tasks that a build ran, sorted; all went well."""
        ...


class Pipelens:
    def outdated(self, folder: Path) -> list[str]:
        tasks = pipelens("status", "--json", cwd=folder).json["tasks"]
        return sorted(task["name"] for task in tasks if task["freshness"]["state"] != "fresh")

    def build(self, folder: Path) -> list[str]:
        answer = pipelens("build", "--json", cwd=folder)
        assert answer.code == 0, answer.err
        return sorted(task["name"] for task in answer.json["tasks"] if task["ran"])


class Ploomber:
    """Kept ready in a process of its own, which answers line by line."""

    def __init__(self, home: Path) -> None:
        self._process = subprocess.Popen(
            [ploomber.program("python"), Path(__file__).with_name("asked_ploomber.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
            cwd=home,
            env=ploomber.environment(home),
        )

    def outdated(self, folder: Path) -> list[str]:
        return self._ask("outdated", folder)

    def build(self, folder: Path) -> list[str]:
        return self._ask("build", folder)

    def _ask(self, what: str, folder: Path) -> list[str]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"ask": what, "folder": str(folder)}) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        assert "tasks" in answer, answer["error"]
        return answer["tasks"]

    def close(self) -> None:
        self._process.communicate()
