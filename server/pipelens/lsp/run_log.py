"""What happens in a run, in lines: for the log of editors that have no place of their own for runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipelens.runner.event_file import Record

_MOST = 60_000
_SIGNS = {"finished": "✓", "failed": "✗"}


def lines(records: Iterable[Record]) -> Iterator[str]:
    """The texts to log, in order; what was printed as it was printed."""
    for record in records:
        task = record.get("task")
        match record["kind"], record.get("state"):
            case "run", _:
                yield f"Python {record.get('interpreter')} ({record.get('why')})\n"
            case "task", "started":
                why = f" ({record['reason']})" if record.get("reason") else ""
                yield f"[{record.get('number')}/{record.get('total')}] {task}: running{why}\n"
            case "task", ("finished" | "failed") as state:
                words = "done" if state == "finished" else "failed"
                took = record.get("seconds")
                seconds = f" in {took:.1f} s" if isinstance(took, (int, float)) else ""
                reason = str(record.get("reason") or "").split("\n", 1)[0]
                yield f"{_SIGNS[state]} {task} {words}{seconds}{': ' + reason if reason else ''}\n"
            case "output", _:
                yield str(record.get("text", ""))
            case "problem", _:
                yield f"{task}: {record.get('traceback') or record.get('message')}\n"
            case _:
                continue


def text(records: Iterable[Record]) -> str:
    """One text for the log, at most `_MOST` characters: the last ones."""
    found = "".join(lines(records))
    return (
        found if len(found) <= _MOST else f"… {len(found) - _MOST:,} characters left out …\n{found[-_MOST:]}"
    )
