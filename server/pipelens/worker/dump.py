"""Writes down how a task failed: one file that can be carried away and opened later, elsewhere.

The format is described in docs/failures.md. Whatever goes wrong here is one line of the log: a task that
failed must not fail further. Nothing of the user's runs (see `dump_objects`).
"""

from __future__ import annotations

import gc
import json
import sys
import time
from typing import Any, Dict, List, Mapping, Optional

from . import tracebacks
from .dump_archive import Archive
from .dump_frames import Frames, Places, Sources, chain, notes_of, text_of
from .dump_nodes import Recorder
from .dump_objects import installed, module, module_name, mro, namespace, qualname
from .dump_secrets import HIDDEN, Secrets, is_secret_name
from .dump_tables import Tables

VERSION = 1
SECONDS = 2.0
MOST_JSON = 5_000_000
_LONGEST_MESSAGE = 4_000
_LONGEST_SOURCE = 400_000
_MOST_SOURCES = 2_000_000
_MOST_PACKAGES = 300


def write(error: BaseException, plan: Mapping[str, Any], message: Optional[str] = None) -> None:
    """Record `error` where the plan says; nothing where it does not. message: the text of `error`, where
    somebody has asked for it already."""
    path = plan["outputs"].get("dump")
    if not path or tracebacks.is_interruption(error) or tracebacks.is_early_stop(error):
        return
    was_collecting = gc.isenabled()
    gc.disable()  # finalizers are code of the user's
    try:
        _write(path, error, plan, message)
    except BaseException as problem:
        try:
            told = type(problem).__name__ + (
                ": {}".format(problem.strerror) if isinstance(problem, OSError) else ""
            )
            sys.__stderr__.write("pipelens: the failure was not recorded ({})\n".format(told))  # type: ignore[union-attr]
        except Exception:
            pass
    finally:
        if was_collecting:
            gc.enable()


def _write(path: str, error: BaseException, plan: Mapping[str, Any], message: Optional[str]) -> None:
    asked = plan["recording"]
    secrets = Secrets()
    secrets.learn_from(plan.get("params"))
    recorder = Recorder(secrets, time.monotonic() + SECONDS, MOST_JSON - 500_000)
    archive = Archive(path)
    try:
        tables = Tables(archive, recorder, asked["values"])
        places = Places(asked["root"], plan["user_roots"])
        sources = Sources(plan, places)
        frames = Frames(recorder, places, sources)
        errors = _errors(error, message, frames, secrets)
        frames.fill()
        nodes = recorder.finish()
        members = _add_sources(archive, sources, secrets, recorder)
        document: Dict[str, Any] = {
            "format": "pipelens-postmortem",
            "version": VERSION,
            "created": round(time.time(), 3),
            "task": plan["task"],
            "run": asked["run"],
            "pipeline": asked["pipeline"],
            "root": asked["root"],
            "python": ".".join(map(str, sys.version_info[:3])),
            "packages": _packages(),
            "errors": errors,
            "nodes": nodes,
            "truncated": sorted(recorder.truncated | tables.truncated),
            "sources": members,
        }
        text = _json(document)
        if secrets.in_document(text):
            secrets.clean(nodes)
            for one in errors:
                one["message"] = secrets.known_taken_out(one["message"])
            text = _json(document)
        archive.add("dump.json", text.encode("ascii"), packed=True)
        archive.add("summary.json", json.dumps(_summary(document)).encode("ascii"))
        archive.close()
    except BaseException:
        archive.abandon()
        raise


def _json(document: Dict[str, Any]) -> str:
    # It was made here, of new dicts and lists: nothing in it contains itself.
    return json.dumps(document, separators=(",", ":"), check_circular=False)


def _summary(document: Mapping[str, Any]) -> Dict[str, Any]:
    """What a list of failures shows, so that it need not read the whole document."""
    first = document["errors"][0]
    told = {name: document[name] for name in ("format", "version", "created", "task", "run", "pipeline")}
    told.update(type=first["type"], message=first["message"][:500])
    return told


def _errors(
    error: BaseException, message: Optional[str], frames: Frames, secrets: Secrets
) -> List[Dict[str, Any]]:
    found = chain(error)
    told: List[Dict[str, Any]] = []
    for at, (one, link) in enumerate(found):
        text = message if at == 0 and message is not None and _says_itself(one) else text_of(one)
        made, missing = frames.of(one, at == 0, len(found) - 1)
        told.append(
            {
                "type": qualname(type(one)),
                "module": module_name(type(one)),
                "message": secrets.taken_out(text[: _LONGEST_MESSAGE + 500])[:_LONGEST_MESSAGE],
                "notes": notes_of(one, secrets),
                "frames": made,
                **link,
                **({"missing": missing} if missing else {}),
            }
        )
    return told


def _says_itself(error: BaseException) -> bool:
    """Whether a class of somebody's own makes the error's text."""
    owner = next((one for one in mro(type(error)) if "__str__" in namespace(one)), BaseException)
    return module_name(owner) != "builtins"


def _add_sources(archive: Archive, sources: Sources, secrets: Secrets, recorder: Recorder) -> Dict[str, str]:
    members: Dict[str, str] = {}
    room = _MOST_SOURCES
    for name, file in sources.named.items():
        text = "".join(sources.lines(file))
        if file.startswith("<parameters of "):
            text = _without_secrets(text, secrets)
        raw = text.encode("utf-8", "backslashreplace")
        if not raw:
            continue
        if len(raw) > min(_LONGEST_SOURCE, room):
            recorder.truncated.add("sources")
            continue
        room -= len(raw)
        members[name] = "sources/{}".format(len(members))
        archive.add(members[name], raw, packed=True)
    return members


def _without_secrets(text: str, secrets: Secrets) -> str:
    """The injected cell holds values, which a source does not."""
    lines: List[str] = []
    for line in text.split("\n"):
        name, equals, _ = line.partition(" = ")
        if equals and name.isidentifier() and is_secret_name(name):
            line = "{} = {!r}".format(name, HIDDEN)
        lines.append(secrets.taken_out(line))
    return "\n".join(lines)


def _packages() -> Dict[str, str]:
    """Versions of what is imported, as the packages tell them themselves."""
    names = [name for name in list(sys.modules) if type(name) is str and "." not in name]
    found: Dict[str, str] = {}
    for name in sorted([name for name in names if "__version__" in module(name)]):
        version = installed(name).get("__version__")
        if type(version) is str and len(found) < _MOST_PACKAGES:
            found[name] = version[:50]
    return found
