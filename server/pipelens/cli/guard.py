"""What stands between a command and the person: interruptions, refusals and bugs of our own.

A bug ends in one sentence and a file that holds the traceback; `PIPELENS_DEBUG=1` shows it at once.
"""

from __future__ import annotations

import gc
import io
import os
import sys
from collections.abc import Sequence

from pipelens.cli import early_signals
from pipelens.cli.refusal import Refusal

INTERRUPTED = 130
INTERNAL_ERROR = 1
_READING_FIRST = frozenset({"check", "status", "graph", "plot", "build", "task", "nb", "clean"})
"""Commands that begin by reading a pipeline: there is nothing to collect, and looking for it takes a third
of the time. A run that has something to do turns the collector on again."""


def guarded(words: Sequence[str]) -> int:
    """Run the command that `words` spell and return its exit code, whatever happens on the way."""
    try:
        _prepare_streams()
        early_signals.ready(words[0])
        code = _dispatch(words)
    except Refusal as refusal:
        code = _refused(refusal)
    except KeyboardInterrupt:
        _say("interrupted")
        code = INTERRUPTED
    except BrokenPipeError:
        _forget_stdout()
        code = 0
    except RecursionError:
        code = _bug("the input is nested too deeply")
    except MemoryError:
        code = _bug("there is not enough memory")
    except Exception as error:
        code = _bug(f"{type(error).__name__}: {_first_line(str(error))}")
    return _flushed(code)


def _dispatch(words: Sequence[str]) -> int:
    from importlib import import_module

    from pipelens.cli.commands import ALIASES, INSTEAD, SUMMARIES, overall_help, suggestion

    name, rest = words[0], list(words[1:])
    if name in ("--help", "-h", "help"):
        name, rest = (rest[0], ["--help"]) if rest else (name, [])
        if name.startswith("-"):
            sys.stdout.write(overall_help())
            return 0
    if name.startswith("-"):
        raise Refusal(
            f"the first word must be a command, not {name}. Write `pipelens COMMAND {name} …`; "
            f"the commands are {', '.join(SUMMARIES)}"
        )
    command = ALIASES.get(name, name)
    if command not in SUMMARIES:
        if name in INSTEAD:
            raise Refusal(f"pipelens has no {name}: {INSTEAD[name]}")
        meant = suggestion(name)
        hint = f"did you mean `pipelens {meant}`?" if meant else "`pipelens --help` lists the commands."
        raise Refusal(f"there is no command {name!r}; {hint}")
    if command in _READING_FIRST:
        gc.disable()
    module = import_module(f"pipelens.cli.{command}")
    return module.main(name, rest)


def _prepare_streams() -> None:
    """A character that the terminal cannot show must never end a command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _refused(refusal: Refusal) -> int:
    if refusal.usage:
        _write_error(refusal.usage)
    _say(refusal.message)
    return refusal.exit_code


def _bug(what: str) -> int:
    if os.environ.get("PIPELENS_DEBUG"):
        import traceback

        traceback.print_exc()
        return INTERNAL_ERROR
    kept = _keep_traceback()
    where = f"The details are in {kept}. " if kept else ""
    _say(
        f"this is a bug in Pipelens ({what}). {where}"
        "Set PIPELENS_DEBUG=1 to see them here; `pipelens doctor --report FILE` writes what a report needs"
    )
    return INTERNAL_ERROR


def _keep_traceback() -> str | None:
    """Write the current traceback to a new file of the user's and return its path."""
    import time
    import traceback

    from pipelens.health import logs_folder

    try:
        folder = logs_folder()
        os.makedirs(folder, mode=0o700, exist_ok=True)
        path = os.path.join(folder, f"failure-{time.strftime('%Y%m%dT%H%M%S')}-{os.getpid()}.txt")
        with open(path, "x", encoding="utf-8", errors="backslashreplace") as file:
            file.write(traceback.format_exc())
    except (OSError, ImportError):
        return None
    return path


def _say(message: str) -> None:
    _write_error(f"pipelens: {message}{'' if message.endswith(('.', '?', '!')) else '.'}")


def _write_error(text: str) -> None:
    from pipelens.cli.terminal import harmless

    if sys.stderr is not None:
        try:
            sys.stderr.write(harmless(text) + "\n")
        except OSError:
            return


def _first_line(text: str) -> str:
    return text.strip().split("\n", 1)[0][:200]


def _flushed(code: int) -> int:
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except OSError:
            _forget_stdout()
    return code


def _forget_stdout() -> None:
    """Point standard output at nothing, so that the interpreter's own flush at exit stays quiet."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    except OSError:
        sys.stdout = None
