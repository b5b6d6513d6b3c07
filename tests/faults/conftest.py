"""What the rounds came to, in a table at the end; told when this folder is asked for by name."""

from __future__ import annotations

from collections import Counter
from typing import Any

KINDS = {
    "worker": "kill -9 of a worker",
    "warm-parent": "kill -9 of the warm parent",
    "builder": "kill -9 of the builder",
    "both": "kill -9 of all at once",
    "disk": "a full disk",
    "ctrl-c": "Ctrl+C",
    "ctrl-c-twice": "Ctrl+C twice",
    "terminate": "SIGTERM",
    "hang-up": "SIGHUP, a terminal that is closed",
    "two-builds": "kill -9 while another build waits",
}


def pytest_terminal_summary(terminalreporter: Any) -> None:
    rounds: Counter[str] = Counter()
    hits: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    for outcome in ("passed", "failed"):
        for report in terminalreporter.stats.get(outcome, ()):
            for name, value in getattr(report, "user_properties", ()):
                if name == "round":
                    kind, hit, fault = value
                    rounds[kind] += 1
                    hits[kind] += hit
                    wrong[kind] += fault
    if not rounds:
        return
    terminalreporter.section("builds hit at random moments")
    terminalreporter.write_line(f"{'':36}{'rounds':>8}{'hit':>8}{'wrong':>8}")
    for kind, words in KINDS.items():
        if rounds[kind]:
            terminalreporter.write_line(f"{words:36}{rounds[kind]:8}{hits[kind]:8}{wrong[kind]:8}")
