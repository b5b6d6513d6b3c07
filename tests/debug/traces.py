"""What was said in a session, without what differs from one run to the next: compared with a file.

`RETRACE=1` writes the files anew; what changed in them is then for the eye.
"""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path
from typing import Any

from tests.debug.dap_client import Client, Json

FOLDER = Path(__file__).with_name("traces")
TOLD = ("initialized", "stopped", "exited", "terminated")
"""Events whose order is the same in every run."""
_RANDOM = {"id", "frameId", "systemProcessId", "pointerSize", "hitBreakpointIds"}
_OF_VERSIONS = {"column", "endLine", "endColumn"}
"""Told by some versions of Python only."""
_REFERENCES = {"variablesReference", "sourceReference"}
_CHANGING = {
    re.compile(r"\d{8}-\d{6}-[0-9a-f]{4}"): "RUN",
    re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"): "NOW",
    re.compile(r"Python 3\.\d+\.\d+\w*"): "Python 3",
    re.compile(r"0x[0-9a-f]+"): "0x",
    re.compile(r"^[ ~^]+\n", re.MULTILINE): "",
}


def summary(client: Client, folder: Path) -> Json:
    """Requests with their answers in the order in which they were asked; events; what was printed."""
    paths = {str(folder): "PROJECT", sys.executable: "PYTHON"}
    asked: list[Any] = []
    for request in client.requests:
        response = client.responses.get(request["seq"])
        if request["command"] == "initialize" and response is not None:
            response = {**response, "body": "capabilities"}
        asked.append(
            {
                "ask": request["command"],
                "with": plain(request.get("arguments"), paths),
                "answer": None if response is None else answer(response, paths),
            }
        )
    events = [
        {"event": one["event"], "body": plain(one.get("body"), paths)}
        for one in client.events
        if one["event"] in TOLD
    ]
    printed = {
        kind: plain(client.output(kind), paths) for kind in ("stdout", "stderr", "console", "important")
    }
    return {"requests": asked, "events": events, "output": {k: v for k, v in printed.items() if v}}


def answer(response: Json, paths: dict[str, str]) -> Any:
    if not response["success"]:
        return {"refused": plain(response.get("message"), paths)}
    return plain(response.get("body"), paths)


def plain(value: Any, paths: dict[str, str]) -> Any:
    match value:
        case dict():
            kept = {key: one for key, one in value.items() if key not in _RANDOM | _OF_VERSIONS}
            return {
                plain(key, paths): ("some" if one else 0) if key in _REFERENCES else plain(one, paths)
                for key, one in kept.items()
            }
        case list():
            return [plain(one, paths) for one in value]
        case str():
            for path, name in paths.items():
                value = value.replace(path, name)
            for pattern, name in _CHANGING.items():
                value = pattern.sub(name, value)
            return value
        case _:
            return value


def compare(name: str, client: Client, folder: Path) -> None:
    """The session is that of `traces/NAME.json`."""
    found = summary(client, folder)
    path = FOLDER / f"{name}.json"
    if os.environ.get("RETRACE"):
        path.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    assert found == json.loads(path.read_text(encoding="utf-8"))
