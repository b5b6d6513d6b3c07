"""The raised error and those it came from: their texts, and the frames of the user's code and of
libraries, without those that only led there."""

from __future__ import annotations

import builtins
import itertools
import linecache
import os
import types
from typing import Any, Dict, List, Mapping, Optional, Tuple

from . import dump_objects as objects
from .dump_nodes import Recorder
from .dump_objects import base_of, mro, namespace
from .dump_scalars import arguments_of, brief
from .dump_secrets import Secrets

MOST_ERRORS = 5
MOST_MEMBERS = 10
MOST_FRAMES = 60
_MOST_FRAMES_OF_OTHERS = 10
_MOST_NAMES = 500
_LONGEST_LINE = 200
_LONGEST_MESSAGE = 4_000
_LIBRARY_NODES = 2_000
_LIBRARY_DEPTH = 3

_OWN = os.path.dirname(os.path.abspath(__file__)) + os.sep
_BASE = vars(BaseException)
_GROUP: Optional[type] = vars(builtins).get("BaseExceptionGroup")
_SHELL_NAMES = frozenset(("In", "Out", "get_ipython", "exit", "quit"))


class Places:
    """Which files are whose. root: the project's folder. roots: all folders of the user's code."""

    def __init__(self, root: str, roots: List[str]) -> None:
        self._root = os.path.join(root, "")
        self._roots = [os.path.normcase(os.path.join(one, "")) for one in roots]

    def shown(self, file: str) -> Tuple[str, bool]:
        """A file's name as a frame has it, and whether that counts from the project's folder."""
        if os.path.normcase(file).startswith(os.path.normcase(self._root)):
            return file[len(self._root) :].replace(os.sep, "/"), True
        return file, False

    def is_users(self, file: str) -> bool:
        if file.startswith("<"):
            return file.startswith("<parameters of ")
        folded = os.path.normcase(file)
        if "site-packages" in folded.replace("\\", "/").split("/"):
            return False
        return any(folded.startswith(root) for root in self._roots)


# -- errors


def chain(error: BaseException) -> List[Tuple[BaseException, Dict[str, Any]]]:
    """The error, what it came from as far as a traceback would show it, and the members of groups; each
    with how it belongs to another."""
    found: List[Tuple[BaseException, Dict[str, Any]]] = [(error, {})]
    seen = {id(error)}
    current = error
    while len(found) < MOST_ERRORS:
        following, link = _BASE["__cause__"].__get__(current), "cause"
        if following is None and not _BASE["__suppress_context__"].__get__(current):
            following, link = _BASE["__context__"].__get__(current), "context"
        if following is None or id(following) in seen:
            break
        found.append((following, {"link": link}))
        seen.add(id(following))
        current = following
    at = 0
    while _GROUP is not None and at < len(found):
        if base_of(type(found[at][0]), (_GROUP,)) is not None:
            members = vars(_GROUP)["exceptions"].__get__(found[at][0])
            for member in members if type(members) is tuple else ():
                if len(found) < MOST_ERRORS + MOST_MEMBERS and id(member) not in seen:
                    seen.add(id(member))
                    found.append((member, {"link": "member", "of": at}))
        at += 1
    return found


def text_of(error: BaseException) -> str:
    """What `str(error)` gives, as far as that is known without running a `__str__` of the user's."""
    cls = type(error)
    arguments = arguments_of(error)
    owner = next((one for one in mro(cls) if "__str__" in namespace(one)), BaseException)
    if owner is _GROUP and type(arguments[0]) is str:
        count = len(vars(owner)["exceptions"].__get__(error))
        return "{} ({} sub-exception{})".format(arguments[0], count, "s" if count != 1 else "")
    if owner is BaseException or not arguments:
        return _told(arguments)
    if owner is KeyError and len(arguments) == 1:
        return brief(arguments[0])
    if owner.__flags__ & (1 << 9) == 0 and all(_is_simple(one) for one in _members(error)):
        # A class of Python's own (no heap type), and nothing in it that could run code.
        return vars(owner)["__str__"](error)
    return _told(arguments)


def _told(arguments: Tuple[Any, ...]) -> str:
    if not arguments:
        return ""
    if len(arguments) == 1:
        return arguments[0] if type(arguments[0]) is str else brief(arguments[0])
    return brief(arguments)


def _members(error: BaseException) -> List[Any]:
    return [*arguments_of(error), *(value for _, value in objects.attributes(error))]


def _is_simple(value: Any) -> bool:
    if type(value) is tuple:
        return all(type(one) in (str, int, bytes, type(None)) for one in value)
    return any(type(value) is one for one in (str, int, bytes, type(None)))


def notes_of(error: BaseException, secrets: Secrets) -> List[str]:
    """What `add_note` added."""
    notes = objects.attribute(error, "__notes__")
    if type(notes) is not list:
        return []
    return [secrets.taken_out(note[:_LONGEST_MESSAGE]) for note in notes[:20] if type(note) is str]


# -- frames


def steps_of(error: BaseException) -> List[Any]:
    """The traceback's entries, without the worker's, IPython's and the import system's."""
    found: List[Any] = []
    entry = _BASE["__traceback__"].__get__(error)
    while entry is not None:
        found.append(entry)
        entry = entry.tb_next
    if found and _is_ours(_file(found[0])):
        # Between the worker and the user's code there is the event loop.
        last = 0
        while last < len(found) and (_is_ours(_file(found[last])) or _leads(_file(found[last]))):
            last += 1
        found = found[last:]
    return [entry for entry in found if not _is_ours(_file(entry)) and not _is_machinery(_file(entry))]


def _file(entry: Any) -> str:
    return str.__str__(entry.tb_frame.f_code.co_filename)


def _is_ours(file: str) -> bool:
    return file.startswith(_OWN)


def _leads(file: str) -> bool:
    return _is_machinery(file) or "asyncio" in file.replace("\\", "/").split("/")[-2:-1]


def _is_machinery(file: str) -> bool:
    if file.startswith(("<frozen importlib", "<frozen runpy")):
        return True
    parts = file.replace("\\", "/").split("/")
    return parts[-2:] == ["importlib", "__init__.py"] or parts[-1] == "runpy.py" or "IPython" in parts[-4:-1]


def shortened(steps: List[Any], most: int) -> Tuple[List[Any], Optional[List[int]]]:
    """At most `most` steps: the first and, above all, the last; and where how many are missing."""
    if len(steps) <= most:
        return steps, None
    first = most // 3
    missing = len(steps) - most
    return [*steps[:first], *steps[first + missing :]], [first, missing]


class Frames:
    """Records frames: their places at once, their names when `fill` is called."""

    def __init__(self, recorder: Recorder, places: Places, sources: Any) -> None:
        self.recorder = recorder
        self.places = places
        self.sources = sources
        self.left = MOST_FRAMES
        self._made: List[Tuple[Dict[str, Any], Any, int]] = []

    def of(
        self, error: BaseException, is_first: bool, others: int
    ) -> Tuple[List[Dict[str, Any]], Optional[List[int]]]:
        kept = min(others, 3) * _MOST_FRAMES_OF_OTHERS
        most = MOST_FRAMES - kept if is_first else min(self.left, _MOST_FRAMES_OF_OTHERS)
        steps, missing = shortened(steps_of(error), most)
        self.left -= len(steps)
        if missing:
            self.recorder.truncated.add("frames")
        frames = [self._frame(step) for step in steps]
        place = self._place_of_syntax(error)
        if place is not None:
            frames.append(place)
        return frames, missing

    def _frame(self, step: Any) -> Dict[str, Any]:
        frame, code = step.tb_frame, step.tb_frame.f_code
        file = _file(step)
        name, in_root = self.places.shown(file)
        told: Dict[str, Any] = {
            "file": name,
            "root": in_root,
            "name": str.__str__(code.co_name),
            "qualname": str.__str__(getattr(code, "co_qualname", code.co_name)),
            "line": step.tb_lineno,
            "first": code.co_firstlineno,
            "user": self.places.is_users(file),
            "locals": [],
            "globals": [],
        }
        text = self._line(file, step.tb_lineno) if not told["user"] else None
        told.update(self._columns(code, step.tb_lasti, file))
        if told["user"]:
            self.sources.add(name, file)
        elif text:
            told["text"] = self.recorder.secrets.taken_out(text.strip()[:_LONGEST_LINE])
        self._made.append((told, frame, len(self._made)))
        return told

    def _line(self, file: str, line: int) -> Optional[str]:
        lines = self.sources.lines(file)
        return lines[line - 1] if 0 < line <= len(lines) else None

    def _columns(self, code: types.CodeType, offset: int, file: str) -> Dict[str, int]:
        """Where in its line the frame stood, in characters; since Python 3.11."""
        positions = getattr(code, "co_positions", None)
        if positions is None or offset < 0:
            return {}
        found = next(itertools.islice(positions(), offset // 2, None), None)
        if found is None or found[0] is None or found[1] is None:
            return {}
        told = {"endLine": found[1]}
        for name, line, column in (("col", found[0], found[2]), ("endCol", found[1], found[3])):
            text = self._line(file, line) if column is not None else None
            if text is not None:
                told[name] = len(text.encode("utf-8", "surrogatepass")[:column].decode("utf-8", "replace"))
        return told

    def _place_of_syntax(self, error: BaseException) -> Optional[Dict[str, Any]]:
        """Text that does not parse has no frame: the place that the error tells stands for one."""
        if base_of(type(error), (SyntaxError,)) is None:
            return None
        found = {name: vars(SyntaxError)[name].__get__(error) for name in ("filename", "lineno", "offset")}
        file, line = found["filename"], found["lineno"]
        if type(file) is not str or type(line) is not int:
            return None
        name, in_root = self.places.shown(file)
        is_users = self.places.is_users(file)
        told: Dict[str, Any] = {"file": name, "root": in_root, "name": "<module>", "qualname": "<module>"}
        told.update(line=max(line, 1), user=is_users, locals=[], globals=[])
        if type(found["offset"]) is int and found["offset"] > 0:
            told["col"] = found["offset"] - 1
        if is_users:
            self.sources.add(name, file)
        return told

    def fill(self) -> None:
        """Record the names of all frames: the user's first, the innermost first."""
        users = [made for made in self._made if made[0]["user"]]
        others = [made for made in self._made if not made[0]["user"]]
        for told, frame, _ in reversed(users):
            self._fill(told, frame)
        self.recorder.work_off()
        self.recorder.limit(_LIBRARY_NODES, _LIBRARY_DEPTH)
        for told, frame, _ in reversed(others):
            self._fill(told, frame)
        self.recorder.work_off()

    def _fill(self, told: Dict[str, Any], frame: Any) -> None:
        # `.0` is what a comprehension goes through.
        names = [(name, value) for name, value in objects.names_of(frame.f_locals) if name[:1] != "."]
        used = _names_used(frame.f_code)
        is_module = frame.f_locals is frame.f_globals
        if is_module:
            names = [(name, value) for name, value in names if not _is_machinery_value(name, value)]
            if len(names) > _MOST_NAMES:
                names.sort(key=lambda pair: pair[0] not in used)
        told["locals"], more = self.recorder.named(names, most=_MOST_NAMES)
        if more:
            told["more"] = more
        if is_module:
            return
        own = objects.names_of(frame.f_globals)
        told["globals"], _ = self.recorder.named(
            [
                (n, v)
                for n, v in own
                if n in used and not n.startswith("__") and type(v) is not types.ModuleType
            ]
        )


def _is_machinery_value(name: str, value: Any) -> bool:
    """Whether a name of a notebook's module is there without the user's doing."""
    if name in ("open", "display") and type(value) is types.FunctionType:
        return _is_machinery(value.__code__.co_filename) or _is_ours(value.__code__.co_filename)
    if name.startswith("__") and name.endswith("__"):
        return True
    if name in _SHELL_NAMES:
        return True
    return name in ("_", "__", "___", "_ih", "_oh", "_dh", "_i", "_ii", "_iii") or (
        name[:2] == "_i" and name[2:].isdigit()
    )


def _names_used(code: types.CodeType) -> "set[str]":
    """The names that a function's code and the functions within it look up."""
    found = set(code.co_names)
    waiting = [code]
    for _ in range(200):
        if not waiting:
            break
        inner = [one for one in waiting.pop().co_consts if type(one) is types.CodeType]
        waiting.extend(inner)
        for one in inner:
            found.update(one.co_names)
    return found


class Sources:
    """The texts of the user's files, and single lines of all others."""

    def __init__(self, plan: Mapping[str, Any], places: Places) -> None:
        self._is_users = places.is_users
        self.named: Dict[str, str] = {}
        self._lines: Dict[str, List[str]] = {}
        self._plan = plan

    def add(self, name: str, file: str) -> None:
        """The text of `file` goes into the dump as that of `name`."""
        self.named[name] = file

    def lines(self, file: str) -> List[str]:
        """The lines of a file as it was run, each with its end; none where nobody knows them."""
        found = self._lines.get(file)
        if found is None:
            found = self._lines[file] = self._read(file)
        return found

    def _read(self, file: str) -> List[str]:
        entry = linecache.cache.get(file)
        if entry is not None and len(entry) == 4:
            # The traceback has been printed, so the lines have been read: those of the cells as they ran.
            return entry[2] if entry[1] is None else self._as_run(file, entry[2])
        if file.startswith("<") or not self._is_users(file):
            return []
        try:
            with open(file, "rb") as opened:
                text = _decoded(opened.read(4 << 20))
        except (OSError, ValueError):
            return []
        lines = text.splitlines(True) if "\f" not in text else text.split("\n")
        return self._as_run(file, lines)

    def _as_run(self, file: str, lines: List[str]) -> List[str]:
        """A task's own source may have been changed since it was read: what ran is in the plan."""
        if file != self._plan.get("source"):
            return lines
        ran: Dict[int, str] = {}
        for cell in self._plan.get("cells") or ():
            if cell.get("filename") != file:
                continue
            for at, line in enumerate(cell["source"].split("\n")):
                numbers = cell.get("lines") or ()
                number = numbers[at] if at < len(numbers) else cell["line"] + at
                if line or number <= len(lines):
                    ran[number] = line
        as_before = all(
            0 < number <= len(lines) and _is_line(lines[number - 1], line) for number, line in ran.items()
        )
        if as_before or not ran:
            return lines
        return [ran.get(number, "") + "\n" for number in range(1, max(ran) + 1)]


def _is_line(found: str, ran: str) -> bool:
    """Magics stand in comments in the file."""
    found = found.rstrip("\r\n")
    return found == ran or found.lstrip("# ") == ran.lstrip("# ")


def _decoded(raw: bytes) -> str:
    head = raw[:200].split(b"\n")[:2]
    for line in head:
        if b"coding" in line and b"utf" not in line.lower():
            return raw.decode("latin-1")
    # Not as `utf-8-sig`: that codec would be loaded for this alone.
    return (raw[3:] if raw.startswith(b"\xef\xbb\xbf") else raw).decode("utf-8", "replace")
