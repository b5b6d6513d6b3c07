"""`pipelens --version` against the bare start of the same Python, in turn in one run.

python benchmarks/bench_start.py --rounds 20
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from clock import in_turn, machine, once, row


def main() -> int:
    parser = argparse.ArgumentParser(description="Measure the start of the command line.")
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--rounds", type=int, default=20)
    given = parser.parse_args()
    program = str(Path(given.python).with_name("pipelens"))
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        commands = {
            "python -c pass": [given.python, "-c", "pass"],
            "pipelens --version": [program, "--version"],
            "pipelens --help": [program, "--help"],
        }
        series = in_turn(
            {name: (lambda words=words: once(words, folder)) for name, words in commands.items()},
            given.rounds,
        )
    bare = series["python -c pass"].median
    print(machine())
    print(f"Python {sys.version.split()[0]}, median (range) of {given.rounds} rounds, in turn\n")
    print("| | | against bare Python |\n|---|---|---|")
    for name, measured in series.items():
        print(f"| `{name}` | {row(measured)} | {measured.median / bare:.2f} × |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
