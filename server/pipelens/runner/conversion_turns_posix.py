"""Requests side by side on Linux, each in a fork of what is imported already; elsewhere one after
another, since the system's own libraries do not outlive a fork there."""

from __future__ import annotations

import json
import os
import select
import sys
from collections.abc import Callable


def take(answered: Callable[[bytes], bytes], tell: Callable[[bytes], object]) -> None:
    """Answer the lines of standard input until it ends."""
    children: dict[int, int] = {}
    received = b""
    while True:
        if children:
            ready, _, _ = select.select([0], [], [], 0.05)
            _reap(children, tell)
            if not ready:
                continue
        data = os.read(0, 1 << 16)
        if not data:
            return
        *lines, received = (received + data).split(b"\n")
        for line in lines:
            if sys.platform != "linux":
                tell(answered(line))
                continue
            pid = os.fork()
            if pid == 0:
                code = 1
                try:
                    tell(answered(line))
                    code = 0
                finally:
                    os._exit(code)
            children[pid] = json.loads(line)["id"]


def _reap(children: dict[int, int], tell: Callable[[bytes], object]) -> None:
    """A child that dies without a word must not be waited for."""
    for pid in list(children):
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            id = children.pop(pid)
            if status:
                told = {"id": id, "error": "the process that converted it died"}
                tell(json.dumps(told).encode("ascii") + b"\n")
