"""The one exception of the command line: a command that cannot be carried out, and why."""

from __future__ import annotations


class Refusal(Exception):
    """Ends the command with one sentence for a person and an exit code.

    usage: the command's usage line, shown where the words themselves were wrong.
    path, line: what is to blame (absolute; 0-based line), where a file is. root: the folder that
    paths in a JSON answer are told against.
    """

    def __init__(
        self,
        message: str,
        *,
        exit_code: int = 2,
        code: str = "usage",
        usage: str | None = None,
        path: str | None = None,
        line: int = 0,
        root: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.exit_code = exit_code
        self.code = code
        self.usage = usage
        self.path = path
        self.line = line
        self.root = root
