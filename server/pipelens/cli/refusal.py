"""The one exception of the command line: a command that cannot be carried out, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipelens.core.problems import Problem


class Refusal(Exception):
    """Ends the command with one sentence for a person and an exit code.

    code: what `check --json` calls it. usage: the command's usage line, shown where the words
    themselves were wrong. problems: where files are to blame (places without an entry).
    """

    def __init__(
        self,
        message: str,
        *,
        exit_code: int = 2,
        code: str = "usage",
        usage: str | None = None,
        problems: tuple[Problem, ...] = (),
    ) -> None:
        super().__init__(message)
        self.message = message
        self.exit_code = exit_code
        self.code = code
        self.usage = usage
        self.problems = problems
