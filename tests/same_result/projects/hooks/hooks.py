"""What happens around a build. A real shop would send a message; here it is a line in a file."""

from pathlib import Path

LOG = Path(__file__).parent / "log.txt"


def _write(line):
    with open(LOG, "a", encoding="utf-8") as file:
        file.write(line + "\n")


def announce(dag):
    _write(f"{len(list(dag))} tasks")


def done(dag, report):
    ran = [name for name, did in zip(report["name"], report["Ran?"]) if did]
    _write(f"finished: {', '.join(ran) or 'nothing to do'}")


def alarm(dag, traceback):
    _write(f"failed: {', '.join(sorted(k for k, text in traceback.items() if text))}")


def remember(task):
    _write(f"{task.name} has failed")


def size(task, product):
    _write(f"{task.name}: {Path(str(product)).name} is {'large' if Path(str(product)).stat().st_size > 10_000 else 'small'}")
