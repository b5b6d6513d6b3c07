"""The prompt of `pipelens postmortem`: a recorded failure looked at with the commands of pdb.

Nothing runs: expressions are interpreted over what was recorded (docs/failures.md), and commands that
would go on running say that the task has ended.
"""

from __future__ import annotations

import cmd
import os
from collections.abc import Callable, Iterable
from typing import Final

from pipelens.cli.failure_view import FailureView, user_frame
from pipelens.cli.terminal import Line, Screen, Segment
from pipelens.core.suggestions import did_you_mean
from pipelens.debug.completion import completions
from pipelens.debug.dump_values import EvaluationError, Reference, Value
from pipelens.debug.evaluation import NOT_POSSIBLE, evaluate
from pipelens.debug.recorded import Frame

_AROUND: Final = 5
_HISTORY_KEPT: Final = 500
_ALIASES: Final = {
    "w": "where", "bt": "where", "u": "up", "d": "down", "f": "frame", "l": "list", "ll": "longlist",
    "a": "args", "p": "print", "h": "help", "?": "help", "q": "quit", "exit": "quit", "EOF": "quit",
    "error": "errors", "chain": "errors", "exceptions": "errors", "var": "locals", "vars": "locals",
}  # fmt: skip
_RUNNING: Final = (
    "next", "n", "step", "s", "return", "r", "until", "unt", "jump", "j", "continue", "c", "cont", "run",
    "restart", "break", "b", "tbreak", "interact", "debug", "display",
)  # fmt: skip
_LANGUAGE: Final = (
    "not possible in a recorded failure, where nothing runs; possible are names, attributes, items, slices, "
    "comparisons, arithmetic, len, sum, min, max, sorted and type, and head and tail of arrays and tables"
)
_HELP: Final = """\
  where, w          the call stack; > marks the frame that is looked at
  up, u [N]         N frames up, towards the caller; down, d [N] towards the error; frame, f N to frame N
  list, l [A [B]]   source around the line, then what follows; around line A; from A to B; l . here again
  longlist, ll      the whole function
  args, a           the arguments of the function, with their values
  locals, globals   all local variables; names of the module that the code uses
  print, p EXPR     the value of an expression; an expression alone does the same
  pp EXPR           the value with all its parts; tables as tables
  whatis EXPR       type, length, shape
  errors [N]        the errors of the chain; look at error N
  trace             the whole traceback again
  quit, q           the end (also Ctrl-D)

Nothing runs here: these are the values that were recorded. Where a name is also a command, `p NAME` or `!NAME`
shows the variable."""


class _Remark(Exception):
    """Why a command can do nothing, for the person who typed it."""


class FailurePrompt(cmd.Cmd):
    """One failure. is_terminal: whether a person types; commands that come from a file or a pipe are read
    without a prompt."""

    def __init__(self, view: FailureView, screen: Screen, *, is_terminal: bool) -> None:
        super().__init__(completekey="tab" if is_terminal else "")
        self.use_rawinput = is_terminal
        self.prompt = f"({view.dump.task}) " if is_terminal else ""
        self._view = view
        self._screen = screen
        self._error = 0
        self._frame_number = user_frame(view.dump.errors[0])
        self._listed: int | None = None
        self._again = ""
        self._is_over = False

    def run(self) -> None:
        """Read commands until the end. Ctrl-C gives up what is typed or computed, and nothing else."""
        with _History(self._screen if self.use_rawinput else None):
            while not self._is_over:
                try:
                    self.cmdloop()
                except KeyboardInterrupt:
                    self._screen.line("")
                    self._screen.line("quit or Ctrl-D ends this.")

    # -- the frame that is looked at

    @property
    def _frame(self) -> Frame | None:
        frames = self._view.dump.errors[self._error].frames
        return frames[self._frame_number] if self._frame_number < len(frames) else None

    def here(self) -> None:
        """Show the frame that is looked at."""
        frame = self._frame
        if frame is None:
            self._screen.line(Segment("*** this error has no frames"))
            return
        self._show(self._view.frame(frame, self._frame_number, is_current=True))

    def _move(self, argument: str, direction: int) -> None:
        count = _number(argument, 1)
        if count is None:
            raise _Remark(f"{argument!r} is not a number of frames")
        frames = self._view.dump.errors[self._error].frames
        wanted = max(0, min(len(frames) - 1, self._frame_number + direction * count))
        if wanted == self._frame_number:
            raise _Remark("this is the outermost frame" if direction < 0 else "this is the innermost frame")
        self._go_to(wanted)

    def _go_to(self, number: int) -> None:
        self._frame_number = number
        self._listed = None
        self.here()

    # -- commands

    def do_where(self, argument: str) -> None:
        frame = self._frame
        if frame is not None:
            self._show(self._view.stack(self._view.dump.errors[self._error], frame))

    def do_up(self, argument: str) -> None:
        self._move(argument, -1)

    def do_down(self, argument: str) -> None:
        self._move(argument, 1)

    def do_frame(self, argument: str) -> None:
        number = _number(argument, self._frame_number)
        if number is None or number >= len(self._view.dump.errors[self._error].frames):
            raise _Remark(f"there is no frame {argument}")
        self._go_to(number)

    def do_list(self, argument: str) -> None:
        frame = self._frame
        lines = self._view.lines(frame) if frame is not None else []
        if frame is None or not lines:
            raise _Remark("the source was not recorded")
        words = argument.replace(",", " ").split()
        if words and words[0] != ".":
            numbers = [_number(word, 0) for word in words[:2]]
            if None in numbers or len(words) > 2:
                raise _Remark("list takes a line, or the first and the last")
            first = (numbers[0] or 1) - (_AROUND if len(words) == 1 else 0)
            last = numbers[1] if len(words) == 2 and numbers[1] is not None else first + 2 * _AROUND
        else:
            first = frame.line - _AROUND if self._listed is None or words else self._listed + 1
            last = first + 2 * _AROUND
        if first > len(lines):
            raise _Remark("this is the end of the file")
        self._listed = last
        self._show(self._view.listing(frame, first, last))

    def do_longlist(self, argument: str) -> None:
        frame = self._frame
        if frame is None or not self._view.lines(frame):
            raise _Remark("the source was not recorded")
        self._show(self._view.listing(frame, *self._view.extent(frame)))

    def do_args(self, argument: str) -> None:
        frame = self._frame
        names = self._view.arguments(frame) if frame is not None else []
        if frame is None or not names:
            raise _Remark("no arguments are known of this frame; `locals` lists its variables")
        by_name = {local.name: local.node for local in frame.locals}
        for name in names:
            line = self._view.values.line(name, Reference(by_name[name]), name)
            self._show(self._view.one(line))

    def do_locals(self, argument: str) -> None:
        frame = self._frame
        if frame is None or not frame.locals:
            raise _Remark("no local variables were recorded of this frame")
        self._show(self._view.names(frame))

    def do_globals(self, argument: str) -> None:
        frame = self._frame
        if frame is None or not frame.globals:
            raise _Remark("the code of this frame uses no names of its module that were recorded")
        self._show(self._view.names(frame, of_module=True))

    def do_print(self, argument: str) -> None:
        found = self._value(argument)
        self._screen.line(Segment(self._view.values.text(found)))

    def do_pp(self, argument: str) -> None:
        found = self._value(argument)
        if self._view.values.type(found) == "DataFrame" and isinstance(found, Reference):
            rows = evaluate(f"({argument}).head(10)", self._frame, self._view.values)
            if not isinstance(rows, EvaluationError):
                self._screen.line(Segment(self._view.values.text(found)))
                found = rows
        self._show(self._view.whole(found, argument.strip()))

    def do_whatis(self, argument: str) -> None:
        found = self._value(argument)
        values = self._view.values
        told = values.type(found)
        if isinstance(found, Reference):
            node = values.node(found)
            told = f"{node.module}.{told}" if node.module else told
            told += f", length {node.length:,}" if node.length is not None else ""
            told += f", shape {node.shape}" if node.shape is not None else ""
        self._screen.line(Segment(told or "unknown"))

    def do_errors(self, argument: str) -> None:
        errors = self._view.dump.errors
        if not argument.strip():
            self._show(self._view.errors(self._error))
            return
        number = _number(argument, None)
        if number is None or number >= len(errors):
            raise _Remark(f"there is no error {argument}; `errors` lists them")
        self._error = number
        self._go_to(user_frame(errors[number]))

    def do_trace(self, argument: str) -> None:
        self._show(self._view.trace())

    def do_help(self, arg: str) -> None:
        self._screen.write(_HELP + "\n")

    def do_quit(self, argument: str) -> None:
        self._is_over = True

    # -- what cmd asks

    def onecmd(self, line: str) -> bool:
        """One line: a command of ours, or an expression."""
        line = line.strip()
        if not line:
            line = self._again
        if line == "EOF" and self.use_rawinput:
            self._screen.line("")
        word, rest = self._split(line)
        name = _ALIASES.get(word, word)
        self._again = line if name in ("list", "up", "down") else ""
        if name == "list":
            self._again = "list"
        command: Callable[[str], bool | None] | None = getattr(self, f"do_{name}", None) if name else None
        try:
            if command is None:
                self.default(line)
            else:
                command(rest)
        except _Remark as remark:
            is_name = command is not None and not rest and self._is_recorded(word)
            hint = f"; `p {word}` prints the variable" if is_name else ""
            self._screen.line(Segment(f"*** {remark}{hint}"))
        self._screen.flush()
        return self._is_over

    def _split(self, line: str) -> tuple[str, str]:
        """The command's word and the rest; no word where the line is an expression."""
        if line.startswith("?"):
            return "help", ""
        word, _, rest = line.partition(" ")
        if not (word.isidentifier() and (_ALIASES.get(word, word) in _COMMANDS)):
            return "", line
        # `locals == 3`, `p = 1` and `a.b` are no commands, and nobody runs `up + 1`.
        return (
            ("", line)
            if rest.lstrip()[:1] in ("=", ".", "[", "(") and word not in _TAKE_VALUES
            else (word, rest)
        )

    def default(self, line: str) -> None:
        if not line:
            return
        word = line.partition(" ")[0]
        frame = self._frame
        if word in _RUNNING and (frame is None or self._view.values.is_free(word, frame)):
            raise _Remark("the task has ended: this is a recorded failure, and nothing goes on from here")
        names = self._view.values.names(frame) if frame is not None else ()
        if line.isidentifier() and line not in names and (hint := did_you_mean(line, [*_COMMANDS, *names])):
            raise _Remark(f"{line!r} was not recorded{hint}")
        self.do_print(line.lstrip("!"))

    def completenames(self, text: str, *ignored: object) -> list[str]:
        commands = [name for name in (*_COMMANDS, "p", "ll") if name.startswith(text)] if text else []
        return [*commands, *self._completed(text, text)]

    def completedefault(self, *ignored: object) -> list[str]:
        text, line, _, end = ignored
        return self._completed(str(text), str(line)[: int(str(end))])

    def _completed(self, text: str, before: str) -> list[str]:
        stem = text[: text.rfind(".") + 1]
        return [stem + one.text for one in completions(before, self._frame, self._view.values)]

    # -- inside

    def _is_recorded(self, name: str) -> bool:
        return self._frame is not None and name in self._view.values.names(self._frame)

    def _value(self, expression: str) -> Value:
        """The value of what is asked for."""
        if not expression.strip():
            raise _Remark("which expression? `p NAME` prints a variable, `locals` all of them")
        found = evaluate(expression, self._frame, self._view.values)
        if isinstance(found, EvaluationError):
            raise _Remark(_LANGUAGE if found.message == NOT_POSSIBLE else found.message)
        return found

    def _show(self, lines: Iterable[Line]) -> None:
        for line in lines:
            self._screen.line(*line)


_COMMANDS: Final = tuple(name.removeprefix("do_") for name in vars(FailurePrompt) if name.startswith("do_"))
_TAKE_VALUES: Final = ("p", "print", "pp", "whatis", "l", "list")


class _History:
    """What was typed in earlier sessions, for the arrow keys."""

    def __init__(self, screen: Screen | None) -> None:
        self._is_wanted = screen is not None
        self._path: str | None = None

    def __enter__(self) -> None:
        if not self._is_wanted:
            return
        try:
            import readline

            from pipelens.health import cache_folder

            folder = cache_folder()
            os.makedirs(folder, mode=0o700, exist_ok=True)
            self._path = os.path.join(folder, "postmortem_history")
            if os.path.exists(self._path):
                readline.read_history_file(self._path)
        except (ImportError, OSError):
            return

    def __exit__(self, *_: object) -> None:
        if self._path is None:
            return
        try:
            import readline

            readline.set_history_length(_HISTORY_KEPT)
            old = os.umask(0o077)
            try:
                readline.write_history_file(self._path)
            finally:
                os.umask(old)
        except (ImportError, OSError):
            return


def _number(text: str, missing: int | None) -> int | None:
    """A whole number from 0 up; `missing` for an empty text, None for anything else."""
    text = text.strip()
    if not text:
        return missing
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else None
