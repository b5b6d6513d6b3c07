"""The language server against another one, in turn in one run, at several sizes.

    python benchmarks/bench_lsp.py --tasks 100 1000 10000 --vs 'yaml-language-server --stdio'

The other one is yaml-language-server with `pipeline.schema.json`, which marks what the schema alone can
tell; the floor is `echo_server.py`. Each edit mistypes a word and takes the letter out again; a time
counts only when the diagnostics are those of that edit. `--style`, `--upstream`, `--mix`, `--seed` change
the pipeline; `--behind` sends what VS Code asks for behind each edit; `--quiet-period` is ours (default:
0; -1: leave the server's own).
"""

from __future__ import annotations

import argparse
import shlex
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import layered
import process_tree
from clock import machine
from lsp_typing import POINTED, WHOLE, Typing
from lsp_wire import Ended, Wire

HERE = Path(__file__).parent
Figures = dict[str, list[float]]


def main() -> int:
    given = _arguments()
    servers = {"floor": [sys.executable, str(HERE / "echo_server.py")], "pipelens": _ours(given)}
    if given.vs:
        servers["other"] = shlex.split(given.vs)
    print(machine())
    print(
        f"style {given.style}, upstream in {given.upstream}, mix {given.mix}, seed {given.seed}, edits in {given.place}"
    )
    print(f"p50 / p95 in ms, {given.rounds} rounds in turn\n")
    for tasks in given.tasks:
        with tempfile.TemporaryDirectory() as temporary:
            root = Path(temporary).resolve()
            mix = {
                kind: float(weight)
                for kind, _, weight in (one.partition("=") for one in given.mix.split(","))
            }
            spec = layered.write(
                root, tasks, seed=given.seed, mix=mix, upstream=given.upstream, style=given.style
            )
            found: dict[str, Figures] = {name: defaultdict(list) for name in servers}
            for number in range(given.rounds):
                names = list(servers) if number % 2 else list(reversed(servers))
                for name in names:
                    try:
                        _measure(name, servers[name], root, spec, given, found[name])
                    except Ended as reason:
                        print(f"{name} at {tasks}: {reason}", file=sys.stderr)
            _table(tasks, found)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure the language server under typing.")
    parser.add_argument("--tasks", type=int, nargs="+", default=[100, 1000])
    parser.add_argument("--vs", help="command of another server")
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--edits", type=int, default=30)
    parser.add_argument("--burst", type=int, default=31)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--mix", default="py=1")
    parser.add_argument("--style", choices=("block", "flow", "comments"), default="block")
    parser.add_argument("--upstream", choices=("source", "yaml"), default="yaml")
    parser.add_argument("--place", choices=("yaml", "key", "py"), default="key")
    parser.add_argument("--behind", action="store_true")
    parser.add_argument("--quiet-period", type=int, default=0)
    return parser.parse_args()


def _ours(given: argparse.Namespace) -> list[str]:
    return [str(Path(given.python).with_name("pipelens")), "lsp"]


def _settings(name: str, given: argparse.Namespace) -> dict[str, object]:
    if name == "other":
        schema = (HERE / "pipeline.schema.json").as_uri()
        yaml = {"schemas": {schema: "pipeline.yaml"}, "validate": True, "hover": True, "completion": True}
        return {"yaml": {**yaml, "schemaStore": {"enable": False}}}
    quiet = {} if given.quiet_period < 0 else {"quietPeriod": given.quiet_period}
    return {"pipelens": {"typingPause": 0, **quiet}}


def _measure(
    name: str, command: list[str], root: Path, spec: Path, given: argparse.Namespace, found: Figures
) -> None:
    wire = Wire(command, root, settings=_settings(name, given))
    try:
        found["spawn to initialize"].append(wire.initialize())
        path = spec if given.place != "py" else sorted(root.glob("scripts/*/*.py"))[-1]
        typing = Typing(wire, path, given.place, behind=given.behind)
        before = time.perf_counter() - wire.started_at
        found["spawn to right diagnostics"].append(before + typing.open())
        found["memory when open, MiB"].append(process_tree.memory(wire.pid) / 1000)
        typing.latency(4)  # the first edits warm the path
        typing.wrong = 0
        found["edit to right diagnostics"] += typing.latency(given.edits)
        found[f"burst of {given.burst}, first edit to right"].append(typing.burst(given.burst))
        for question in (*POINTED, *WHOLE):
            if typing.offers(question):
                times, items = typing.answer(question, given.edits // 2)
                found[f"{question} behind an edit"] += times
                found[f"  items of {question}"].append(items / 1000)
        found["memory at the end, MiB"].append(process_tree.memory(wire.pid) / 1000)
        found["wrong diagnostics"].append(typing.wrong / 1000)
        wire.wait_quiet(1)
        used, woken = process_tree.processor(wire.pid), process_tree.wakeups(wire.pid)
        time.sleep(3)
        found["idle: processor, % "].append((process_tree.processor(wire.pid) - used) / 3 / 10)
        found["idle: wake-ups per s"].append((process_tree.wakeups(wire.pid) - woken) / 3 / 1000)
    finally:
        wire.stop()


def _table(tasks: int, found: dict[str, Figures]) -> None:
    names = list(found)
    measured = list(dict.fromkeys(key for name in names for key in found[name]))
    compared = "other" in found
    print(f"### {tasks:,} tasks\n\n| | {' | '.join(names)} |" + (" other / pipelens |" if compared else ""))
    print("|---" * (len(names) + 1 + compared) + "|")
    for key in measured:
        cells = [_cell(found[name].get(key)) for name in names]
        ratio = ""
        if compared:
            ours, theirs = found["pipelens"].get(key), found["other"].get(key)
            if ours and theirs and statistics.median(ours):
                ratio = f" {statistics.median(theirs) / statistics.median(ours):.1f} |"
            else:
                ratio = " |"
        print(f"| {key} | {' | '.join(cells)} |{ratio}")
    print()


def _cell(values: list[float] | None) -> str:
    """Seconds as milliseconds; counts and MiB were divided by 1,000 to be shown alike."""
    if not values:
        return "–"
    ordered = sorted(value * 1000 for value in values)
    p95 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]
    middle = statistics.median(ordered)
    return f"{middle:.1f} / {p95:.1f}" if len(ordered) > 1 else f"{middle:.1f}"


if __name__ == "__main__":
    sys.exit(main())
