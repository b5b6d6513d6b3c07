"""Moments and durations in words."""

from __future__ import annotations

import time
from datetime import datetime

_STEPS = (("year", 31_557_600), ("month", 2_629_800), ("day", 86_400), ("hour", 3_600), ("minute", 60))


def ago(at: str, now: float | None = None) -> str:
    """`3 hours ago (2026-01-31 14:25)`. at: ISO 8601; the date is shown in local time. now: seconds
    since the epoch."""
    moment = datetime.fromisoformat(at)
    passed = (time.time() if now is None else now) - moment.timestamp()
    return f"{_relative(passed)} ({moment.astimezone().strftime('%Y-%m-%d %H:%M')})"


def duration(seconds: float) -> str:
    """`0.4 s`, `12 s`, `3 min 05 s`, `2 h 07 min`."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest:02} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min"


def _relative(passed: float) -> str:
    if passed < 0:
        return "in the future"
    for noun, size in _STEPS:
        number = int(passed // size)
        if number:
            return f"{number} {noun}{'' if number == 1 else 's'} ago"
    return "just now"
