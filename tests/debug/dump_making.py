"""Dumps made by hand: what a writer could have left, and what none ever would."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

Raw = dict[str, object]


class Making:
    """A dump in the making: values become nodes, errors are added, `write` makes the file."""

    def __init__(self, root: str = "/p", task: str = "clean") -> None:
        self.root = root
        self.task = task
        self.nodes: list[object] = []
        self.errors: list[object] = []
        self.sources: dict[str, str] = {}
        self.values: dict[str, bytes] = {}
        self._known: dict[int, tuple[int, object]] = {}

    def node(self, **fields: object) -> int:
        """Add a node as it stands; gives its number."""
        self.nodes.append(fields)
        return len(self.nodes) - 1

    def value(self, value: object) -> int:
        """Add the node of a builtin value and those of its parts; shared ones once."""
        if id(value) in self._known:
            return self._known[id(value)][0]
        fields: Raw = {"t": type(value).__name__, "r": repr(value)[:4000]}
        number = self.node()
        self.nodes[number] = fields
        self._known[id(value)] = (number, value)
        children: list[list[object]] = []
        match value:
            case bool() | int() | float() | complex() | str() | bytes() | None:
                fields["v"] = 1
            case dict():
                fields["n"] = len(value)
                children = [[repr(key), self.value(item)] for key, item in value.items()]
            case list() | tuple() | set() | frozenset():
                fields["n"] = len(value)
                children = [[str(at), self.value(item)] for at, item in enumerate(value)]
            case _:
                fields["m"] = type(value).__module__
                fields["r"] = f"<{type(value).__qualname__} object>"
                children = [[name, self.value(item)] for name, item in vars(value).items()]
        fields["c"] = children
        return number

    def frame(
        self,
        file: str = "tasks/clean.py",
        name: str = "<module>",
        line: int = 1,
        local: dict[str, object] | None = None,
        used: dict[str, object] | None = None,
        **more: object,
    ) -> Raw:
        frame: Raw = {"file": file, "root": True, "name": name, "qualname": name, "line": line, "user": True}
        frame["locals"] = [[label, self.value(value)] for label, value in (local or {}).items()]
        frame["globals"] = [[label, self.value(value)] for label, value in (used or {}).items()]
        return {**frame, **more}

    def error(self, kind: str, message: str, *frames: Raw, **more: object) -> Raw:
        """Add an error of the chain: the raised one first."""
        error: Raw = {"type": kind, "module": "builtins", "message": message, "notes": []}
        error.update(frames=list(frames), **more)
        self.errors.append(error)
        return error

    def document(self) -> Raw:
        return {
            "format": "pipelens-postmortem",
            "version": 1,
            "created": 1_790_000_000,
            "task": self.task,
            "run": "r1",
            "root": self.root,
            "python": "3.12.1",
            "packages": {"pandas": "3.1.1"},
            "errors": self.errors,
            "nodes": self.nodes,
            "truncated": [],
            "sources": {file: f"sources/{at}" for at, file in enumerate(self.sources)},
        }

    def write(self, folder: Path, **changes: object) -> str:
        return write_dump(
            folder,
            {**self.document(), **changes},
            {
                **{f"sources/{at}": text.encode() for at, text in enumerate(self.sources.values())},
                **self.values,
            },
        )


def write_dump(folder: Path, document: object, members: dict[str, bytes] | None = None) -> str:
    """A dump with this document (text stands for itself) and these members; gives its path."""
    path = folder / "clean-r1.plpm"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("dump.json", document if isinstance(document, (str, bytes)) else json.dumps(document))
        for name, content in (members or {}).items():
            made.writestr(name, content)
    return str(path)


def a_failure(root: str = "/p") -> Making:
    """`load` of tasks/clean.py failed with a KeyError, called by the task, through a library."""
    making = Making(root)
    making.sources["tasks/clean.py"] = "".join(f"line {at}\n" for at in range(1, 30))
    making.sources["/lib/python/site-packages/lib/deep.py"] = "def get(d, k):\n    return d[k]\n"
    row = {"x": 1, "names": ["ann", "bob"], "deep": {"a": [1.5, None]}}
    making.error(
        "KeyError",
        "'y'",
        making.frame(line=20, local={"limit": 7, "row": row}),
        making.frame(name="load", line=8, local={"row": row, "n": 3}, used={"LIMIT": 7}, first=6),
        making.frame(
            "/lib/python/site-packages/lib/deep.py",
            "get",
            2,
            {"d": row, "k": "y"},
            root=False,
            user=False,
        ),
    )
    return making
