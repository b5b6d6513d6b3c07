"""`pipelens/failures`: the tasks whose last run failed, for a client that shows where itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pipelens.protocol.run_events import ProblemTold

FAILURES: Final = "pipelens/failures"
"""A request without parameters; the result is a list of `Failure`."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A task whose last run failed, and why. pipeline: the URI of its file. run: the id of that run."""

    pipeline: str
    run: str
    problem: ProblemTold

    def as_json(self) -> dict[str, object]:
        return {"pipeline": self.pipeline, "run": self.run, "problem": self.problem.as_json()}
