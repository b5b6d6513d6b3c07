"""Moments, durations and sizes in words. Whoever asks brings the clock."""

from __future__ import annotations

from datetime import datetime

_STEPS = (("year", 31_557_600), ("month", 2_629_800), ("day", 86_400), ("hour", 3_600), ("minute", 60))


def ago(at: str, now: float) -> str:
    """`3 hours ago (2026-01-31 14:25)`. at: ISO 8601; the date is shown in local time. now: seconds
    since the epoch."""
    moment = datetime.fromisoformat(at)
    return f"{_relative(now - moment.timestamp())} ({moment.astimezone().strftime('%Y-%m-%d %H:%M')})"


def ago_seconds(stamp: float, now: float) -> str:
    """As `ago`; both in seconds since the epoch."""
    try:
        moment = datetime.fromtimestamp(stamp).astimezone()
    except (OverflowError, OSError, ValueError):
        return "at an unknown time"
    return ago(moment.isoformat(), now)


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


def size(of: int) -> str:
    """`12 bytes`, `1.2 kB`, `340 MB`: bytes in steps of a thousand, as file managers show them."""
    if of < 1000:
        return f"{of} byte{'' if of == 1 else 's'}"
    amount = float(of)
    for unit in ("kB", "MB", "GB", "TB"):
        amount /= 1000
        if amount < 999.5 or unit == "TB":
            return f"{amount:.1f} {unit}" if amount < 9.95 else f"{amount:.0f} {unit}"
    raise AssertionError("unreachable")


def _relative(passed: float) -> str:
    if passed < -5:  # clocks of file systems differ a little
        return "in the future"
    for noun, length in _STEPS:
        number = int(passed // length)
        if number:
            return f"{number} {noun}{'' if number == 1 else 's'} ago"
    return "just now"
