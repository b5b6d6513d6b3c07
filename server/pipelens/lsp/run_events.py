"""The events of a run as clients of ours are told them: in batches that are bounded, however much a
task prints. What is left out is said, and stands in the event file."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from pipelens.protocol.run_events import (
    MOST_EVENTS_BYTES,
    CellTold,
    EndTold,
    Happening,
    OutputTold,
    PlanTold,
    ProblemTold,
    RunBegan,
    TaskTold,
)
from pipelens.protocol.runs import PlanStep

if TYPE_CHECKING:
    from pipelens.runner.event_file import Record

_BATCH: Final = MOST_EVENTS_BYTES - 1_000
"""Bytes of events in one message; the rest is for what surrounds them."""

_LONGEST_TEXT: Final = 8_000
_MOST_NAMES: Final = 200
_STEPS_AT_ONCE: Final = 200
KINDS: Final[Mapping[str, type[Any]]] = {
    "run": RunBegan,
    "plan": PlanTold,
    "task": TaskTold,
    "cell": CellTold,
    "output": OutputTold,
    "problem": ProblemTold,
    "end": EndTold,
}
_EMPTY: Final[Mapping[str, object]] = {"message": "", "at": 0.0, "severity": "error"}


def told(records: Iterable[Record]) -> Iterator[Happening]:
    """The events of `records` as they go over the wire: none above `_BATCH`, none of an unknown kind."""
    for record in records:
        kind = KINDS.get(str(record["kind"]))
        if kind is None:
            continue
        if kind is PlanTold:
            yield from _plan(record)
        else:
            yield happening(record)


def happening(record: Record) -> Happening:
    """The event in a record of a kind that `KINDS` knows; what the record lacks is empty."""
    kind = KINDS[str(record["kind"])]
    return kind(**{name: _cut(record.get(name, _EMPTY.get(name))) for name in _names(kind)})


def _plan(record: Record) -> Iterator[PlanTold]:
    """A plan of thousands of tasks comes in parts."""
    steps = [step for step in record.get("steps", ()) if isinstance(step, list) and len(step) == 3]
    for first in range(0, max(1, len(steps)), _STEPS_AT_ONCE):
        part = tuple(
            PlanStep(*(str(word)[:200] for word in step))  # pyright: ignore[reportArgumentType]
            for step in steps[first : first + _STEPS_AT_ONCE]
        )
        yield PlanTold("plan", record["seq"], float(record.get("at") or 0), part, first, len(steps))


def batches(events: Iterable[Happening]) -> Iterator[list[Happening]]:
    """The events in their order, as many at once as fit into a message."""
    batch: list[Happening] = []
    size = 0
    for event in events:
        length = len(json.dumps(event.as_json())) + 1
        if batch and size + length > _BATCH:
            yield batch
            batch, size = [], 0
        batch.append(event)
        size += length
    if batch:
        yield batch


def without_output(records: Iterable[Record]) -> list[Record]:
    """For a reader that is far behind: what happened, and how much of what was printed is left out."""
    kept: list[Record] = []
    left_out = 0
    last: Mapping[str, Any] | None = None
    for record in records:
        if record["kind"] == "output":
            left_out += len(str(record.get("text", "")))
            last = record
        else:
            kept.append(record)
    if last is not None:
        kept.append({**last, "text": f"… {left_out:,} characters of output left out …\n"})
    return sorted(kept, key=lambda record: record["seq"])


def _cut(value: Any) -> Any:
    if isinstance(value, str) and len(value) > _LONGEST_TEXT:
        return f"… {len(value) - _LONGEST_TEXT:,} characters left out …\n{value[-_LONGEST_TEXT:]}"
    if isinstance(value, list):
        return tuple(_cut(one) for one in value[:_MOST_NAMES])  # pyright: ignore
    return value


@cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))
