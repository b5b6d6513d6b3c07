"""Default placeholders: the names that need no env file (section 3.3 of the format)."""

from __future__ import annotations

import getpass
import os
import re
import subprocess
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from pipelens.core.env import ProcessVariables, Unknown
from pipelens.core.files import Files
from pipelens.workspace.discovery import Location
from pipelens.workspace.root import DEFAULT_NAME, find_root

_GIT_SECONDS: Final = 10
_GIT_NAMES = frozenset({"git", "git_hash"})
_WORD = re.compile(r"\bgit(?:_hash)?\b")
# What a repository's own settings must not start while it is only being read.
_GIT: Final = (
    "git",
    "--no-optional-locks",
    "--no-pager",
    "-c",
    "core.fsmonitor=false",
    "-c",
    f"core.hooksPath={os.devnull}",
    "-c",
    "protocol.allow=never",
)


def default_placeholders(
    location: Location,
    cwd: str,
    environ: Mapping[str, str],
    files: Files,
    *,
    trusted: bool,
    wanted: Iterable[str] = (),
    now: datetime | None = None,
) -> Mapping[str, object]:
    """`here`, `root`, `cwd`, `user`, `now`, `env`, and where they are `wanted` `git` and `git_hash`.

    Git is asked only when wanted, and only in a trusted workspace; before that its names are unknown.
    A name that has no value (no repository) is left out, so that using it is a problem.
    """
    values: dict[str, object] = {"user": _user(environ), "cwd": os.path.realpath(cwd)}
    values["now"] = (now or datetime.now()).isoformat(timespec="microseconds")
    if location.form == "file":
        root = find_root(location.folder, DEFAULT_NAME, files)
        found = root is not None and not any(p.severity == "error" for p in root.problems)
        values["root"] = root.folder if root is not None and found else location.root
        values["here"] = location.folder
    values["env"] = ProcessVariables(environ)
    names = _GIT_NAMES & set(wanted)
    if not names:
        return values
    if not trusted:
        reason = "git is asked only in a trusted workspace"
        return {**values, **{name: Unknown(reason) for name in _GIT_NAMES}}
    return {**values, **_git(location.folder, environ)}


def wanted_names(*texts: str) -> frozenset[str]:
    """Which of the costly placeholders the texts of the spec and the env may mention."""
    found: set[str] = set()
    for text in texts:
        if "git" in text:  # told at a glance of a large text
            found.update(_WORD.findall(text))
    return frozenset(found)


def _user(environ: Mapping[str, str]) -> str:
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        if environ.get(name):
            return environ[name]
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "user"


def _git(folder: str, environ: Mapping[str, str]) -> dict[str, object]:
    described = _ask_git(folder, environ, "describe", "--tags", "--always", "--dirty=-dirty")
    if not described:
        return {}
    branch = _ask_git(folder, environ, "symbolic-ref", "--short", "HEAD")
    return {"git": branch or described, "git_hash": described}


def _ask_git(folder: str, environ: Mapping[str, str], *arguments: str) -> str | None:
    """The output of one git command, None when it fails, hangs, or there is no git."""
    try:
        answer = subprocess.run(
            [*_GIT, *arguments],
            cwd=folder,
            env={**environ, "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_GIT_SECONDS,
            check=False,
        )
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    if answer.returncode != 0:
        return None
    return answer.stdout.decode("utf-8", "replace").removesuffix("\n")
