"""What the user sees of a stopped task: their frames and their names, without what carries them."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from typing import Any

from pipelens.runner.process_engine import WORKER

_IPYTHON = re.compile(r"_i{1,3}|_i\d+|_[dio]h|In|Out")
_LAST_VALUES = frozenset({"_", "__", "___"})
_GROUPS = frozenset({"special variables", "function variables", "class variables", "protected variables"})
_INSTALLED = re.compile(r"[\\/](?:site|dist)-packages[\\/]")

Json = dict[str, Any]


class StackView:
    """Frames without those below the user's outermost one: the loop that runs cells, asyncio, the
    import system and the debugger's own start.

    roots: folders of the user's code. files: more files of theirs. python: the interpreter, whose own
    environment may lie below a root.
    """

    def __init__(self, roots: Sequence[str], files: Sequence[str], python: str) -> None:
        self._roots = tuple(os.path.normcase(root.rstrip("/\\") + os.sep) for root in roots)
        self._files = frozenset(map(os.path.normcase, files))
        prefix = os.path.dirname(os.path.dirname(python))
        self._environment = os.path.normcase(prefix + os.sep)

    def shown(self, frames: Sequence[Json]) -> list[Json]:
        last = max((at for at, frame in enumerate(frames) if self._is_users(frame)), default=-1)
        return list(frames[: last + 1] if last >= 0 else frames)

    def _is_users(self, frame: Json) -> bool:
        path = (frame.get("source") or {}).get("path") or ""
        folded = os.path.normcase(path)
        if folded in self._files or path.startswith("<parameters of "):
            return True
        if not folded.startswith(self._roots) or _INSTALLED.search(path):
            return False
        is_own = any(root.startswith(self._environment) for root in self._roots)
        return is_own or not folded.startswith(self._environment)


def is_workers(module: Mapping[str, Any]) -> bool:
    """Whether a module is of the worker, which carries the task."""
    return str(module.get("path") or "").startswith(os.path.dirname(WORKER) + os.sep)


class VariableView:
    """The names of modules without those that IPython keeps there."""

    def __init__(self) -> None:
        self._scopes: set[int] = set()

    def forget(self) -> None:
        """References of a stop mean nothing after it."""
        self._scopes.clear()

    def take_scopes(self, scopes: Sequence[Json]) -> None:
        self._scopes.update(scope.get("variablesReference", 0) for scope in scopes)

    def shown(self, reference: int, variables: Sequence[Json]) -> list[Json]:
        if reference not in self._scopes:
            return list(variables)
        for variable in variables:
            if variable.get("name") in _GROUPS:
                self._scopes.add(variable.get("variablesReference", 0))
        return [variable for variable in variables if not _is_ipythons(variable)]


def _is_ipythons(variable: Mapping[str, Any]) -> bool:
    name, value = variable.get("name", ""), variable.get("value", "")
    if name in _LAST_VALUES:
        return value == "''"
    return _IPYTHON.fullmatch(name) is not None and value[:1] in ("'", "[", "{", '"')
