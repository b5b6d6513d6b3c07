"""The call stack of a recorded failure: its errors one below the other, as a debugger shows them."""

from __future__ import annotations

from pipelens.debug.recorded import Dump, Frame, RecordedError
from pipelens.debug.trace_text import headline
from pipelens.frozen import frozen

_LINKS = {
    "cause": "raised from",
    "context": "while handling",
    "member": "one of the group's errors:",
}


@frozen
class Label:
    """A line between the frames that is none."""

    text: str


Entry = Frame | Label


def call_stack(dump: Dump, *, just_my_code: bool) -> tuple[Entry, ...]:
    """The innermost frame of the raised error first, then those of the errors it came from, each under a
    label. With `just_my_code` the libraries' frames below the user's innermost one stand after the others:
    clients select the first frame, and that is to be the user's."""
    found: list[Entry] = []
    for error in dump.errors:
        if found or error.link is not None:
            told = " ".join(headline(error).split())[:200]
            found.append(Label(f"{_LINKS.get(error.link or '', 'then')} {told}"))
        found.extend(_frames(error, just_my_code=just_my_code))
    return tuple(found)


def _frames(error: RecordedError, *, just_my_code: bool) -> list[Entry]:
    found: list[Entry] = list(reversed(error.frames))
    if error.missing is not None:
        at = max(0, len(found) - error.missing[0])
        found.insert(at, Label(f"… {error.missing[1]:,} frames were not recorded …"))
    if not just_my_code:
        return found
    first = next((at for at, entry in enumerate(found) if isinstance(entry, Frame) and entry.user), 0)
    if not first:
        return found
    return [*found[first:], Label("in libraries, from where it was raised"), *found[:first]]
