"""The events of a run as clients of ours are told them: in batches that are bounded, however much a
task prints. What is left out is said, and stands in the event file."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from pipelens.protocol.runs import MOST_EVENTS_BYTES

if TYPE_CHECKING:
    from pipelens.runner.event_file import Record

_BATCH: Final = MOST_EVENTS_BYTES - 1_000
"""Bytes of events in one message; the rest is for what surrounds them."""

_LONGEST_TEXT: Final = 8_000
_MOST_NAMES: Final = 200
_STEPS_AT_ONCE: Final = 200
_NOT_TOLD: Final = ("version", "run")


def told(records: Iterable[Record]) -> Iterator[dict[str, Any]]:
    """The events of `records` as they go over the wire: none above `_BATCH`."""
    for record in records:
        event = {key: _cut(value) for key, value in record.items() if key not in _NOT_TOLD}
        if event["kind"] == "plan" and isinstance(steps := record.get("steps"), list):
            # A plan of thousands of tasks comes in parts.
            for first in range(0, max(1, len(steps)), _STEPS_AT_ONCE):
                part = [_step(step) for step in steps[first : first + _STEPS_AT_ONCE]]
                yield {**event, "steps": part, "first": first, "of": len(steps)}
            continue
        yield event


def batches(events: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """The events in their order, as many at once as fit into a message."""
    batch: list[dict[str, Any]] = []
    size = 0
    for event in events:
        length = len(json.dumps(event)) + 1
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
    if isinstance(value, list) and len(value) > _MOST_NAMES:
        return [_cut(one) for one in value[:_MOST_NAMES]]
    return value


def _step(step: Any) -> Any:
    return [str(part)[:200] for part in step] if isinstance(step, list) else step
