"""A script task that fails, run by the worker itself under any Python, and the dump that it leaves."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pipelens

WORKER = Path(pipelens.__file__).parent / "worker" / "__main__.py"
RUN = "20260131-142501-3fa9"


@dataclass(frozen=True)
class Told:
    """What a dump says. text: its document as it stands."""

    path: Path
    document: dict[str, Any]
    text: str
    members: tuple[str, ...]
    stderr: str

    @property
    def error(self) -> dict[str, Any]:
        return self.document["errors"][0]

    def frame(self, at: int = -1, error: int = 0) -> dict[str, Any]:
        return self.document["errors"][error]["frames"][at]

    def local(self, name: str, at: int = -1, error: int = 0) -> dict[str, Any]:
        """The node of a local of a frame."""
        return self.node(dict(self.frame(at, error)["locals"])[name])

    def node(self, number: int) -> dict[str, Any]:
        return self.document["nodes"][number]

    def child(self, node: Mapping[str, Any], label: str) -> dict[str, Any]:
        return self.node(dict(node["c"])[label])

    def shown(self, at: int = -1) -> dict[str, str]:
        """The texts of all locals of a frame."""
        return {name: self.node(number)["r"] for name, number in self.frame(at)["locals"]}

    def source(self, name: str) -> str:
        with zipfile.ZipFile(self.path) as archive:
            return archive.read(self.document["sources"][name]).decode("utf-8")

    def member(self, name: str) -> bytes:
        with zipfile.ZipFile(self.path) as archive:
            return archive.read(name)


def plan_for(folder: Path, text: str, values: str, **more: object) -> Path:
    (folder / "task.py").write_text(text, "utf-8")
    cell = {"kind": "code", "index": 0, "source": text, "filename": str(folder / "task.py"), "line": 1}
    plan = {
        "version": 1,
        "task": "clean",
        "kind": "script",
        "source": str(folder / "task.py"),
        "code": text,
        "cwd": str(folder),
        "sys_path": [str(folder)],
        "user_roots": [str(folder)],
        "product": {},
        "params": {},
        "cells": [cell],
        "outputs": {"events": str(folder / "events.jsonl"), "dump": str(folder / "clean.plpm")},
        "recording": {"run": RUN, "root": str(folder), "pipeline": "pipeline.yaml", "values": values},
        **more,
    }
    path = folder / "plan.json"
    path.write_text(json.dumps(plan), "utf-8")
    return path


def dump_of(
    folder: Path,
    text: str,
    *,
    python: str | Path = sys.executable,
    values: str = "small",
    environ: Mapping[str, str] | None = None,
    **more: object,
) -> Told:
    """What a failing script with this text leaves."""
    folder.mkdir(exist_ok=True)
    plan = plan_for(folder, text, values, **more)
    command = [str(python), str(WORKER), str(plan)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, env=environ, timeout=120)
    assert done.returncode == 1, done.stdout + done.stderr
    return read(folder / "clean.plpm", done.stderr)


def read(path: Path, stderr: str = "") -> Told:
    assert path.exists(), stderr
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        text = archive.read("dump.json").decode("ascii")
        return Told(path, json.loads(text), text, tuple(archive.namelist()), stderr)
