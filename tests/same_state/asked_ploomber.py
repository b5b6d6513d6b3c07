"""What Ploomber says and does, asked line by line: a program for the environment that has it.

A question is a line of JSON on stdin, `{"ask": "outdated" | "build", "folder": …}`; the answer one on stdout:
`{"tasks": […]}`, those that a build would run or those that it ran, or `{"error": …}`. Ploomber is imported
once, and each question answered in a fork: user code is always imported anew.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import traceback


def outdated(dag: object) -> list[str]:
    dag.render(show_progress=False)
    return [str(name) for name in dag if dag[name].exec_status.name != "Skipped"]


def build(dag: object) -> list[str]:
    report = dag.build()
    return [str(name) for name, ran in zip(report["name"], report["Ran?"], strict=True) if ran]


def answer(question: dict[str, str]) -> dict[str, object]:
    """As the `ploomber` command does: the folder of the pipeline is the current one and on `sys.path`."""
    from ploomber.spec import DAGSpec

    os.chdir(question["folder"])
    sys.path.insert(0, question["folder"])
    try:
        dag = DAGSpec.find().to_dag()
        return {"tasks": sorted({"outdated": outdated, "build": build}[question["ask"]](dag))}
    except Exception:
        return {"error": traceback.format_exc()}


def in_fork(question: dict[str, str]) -> str:
    """The line of the answer. What is printed meanwhile goes nowhere."""
    with tempfile.TemporaryFile("w+") as told:
        child = os.fork()
        if child == 0:
            nowhere = os.open(os.devnull, os.O_RDWR)
            for stream in (0, 1, 2):
                os.dup2(nowhere, stream)
            try:
                told.write(json.dumps(answer(question)))
                told.flush()
            finally:
                os._exit(0)
        os.waitpid(child, 0)
        told.seek(0)
        return told.read() or json.dumps({"error": "the process ended without an answer"})


def main() -> None:
    import nbconvert  # noqa: F401 - what is imported now need not be in each fork
    import papermill  # noqa: F401
    import ploomber.executors
    import ploomber.products
    import ploomber.spec
    import ploomber.tasks  # noqa: F401

    for line in sys.stdin:
        print(in_fork(json.loads(line)), flush=True)


if __name__ == "__main__":
    main()
