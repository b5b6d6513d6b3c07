"""`pipelens/failures`: the tasks whose last run failed, for a client that shows where itself; and
`pipelens/postMortem`: what one of them recorded, as a page."""

from __future__ import annotations

from typing import Final

from pipelens.frozen import frozen
from pipelens.protocol.run_events import ProblemTold
from pipelens.protocol.tasks import named_task

FAILURES: Final = "pipelens/failures"
"""A request without parameters; the result is a list of `Failure`."""

POST_MORTEM: Final = "pipelens/postMortem"
"""A request; null where the task's last run failed and left nothing, or did not fail."""


@frozen
class Failure:
    """A task whose last run failed, and why. pipeline: the URI of its file. run: the id of that run."""

    pipeline: str
    run: str
    problem: ProblemTold

    def as_json(self) -> dict[str, object]:
        return {"pipeline": self.pipeline, "run": self.run, "problem": self.problem.as_json()}


@frozen
class PostMortemParams:
    """pipeline: the URI of its file."""

    pipeline: str
    task: str

    @staticmethod
    def read(value: object) -> PostMortemParams | None:
        """The params in a JSON value, or in an object made of one; None when they name no task."""
        named = named_task(value)
        return None if named is None else PostMortemParams(*named)


@frozen
class ErrorTold:
    """type: with its module where that is not Python's own."""

    type: str
    message: str

    def as_json(self) -> dict[str, object]:
        return {"type": self.type, "message": self.message}


@frozen
class PostMortem:
    """dump: the path of the recording. html: one page without a script, everything in it escaped. error:
    the raised one. at: ISO 8601 with offset."""

    dump: str
    html: str
    error: ErrorTold
    at: str

    def as_json(self) -> dict[str, object]:
        return {"dump": self.dump, "html": self.html, "error": self.error.as_json(), "at": self.at}
