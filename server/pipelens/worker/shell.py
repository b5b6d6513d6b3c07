"""The IPython side of a notebook. Importing this module needs IPython."""

from __future__ import annotations

import builtins
import sys
from types import ModuleType
from typing import Any, Dict, List

from IPython.core import interactiveshell
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.error import UsageError
from IPython.core.inputtransformer2 import leading_empty_lines
from IPython.core.interactiveshell import ExecutionResult, InteractiveShell
from IPython.core.magics.execution import _format_time
from IPython.utils.capture import capture_output
from traitlets import Type
from traitlets.config import Config

from .channel import Channel
from .display import plain_data
from .tracebacks import from_user_code

__all__ = ["capture_output", "make_shell"]

_CHANNEL: List[Channel] = []


def _send(output: Dict[str, Any]) -> None:
    sys.stdout.flush()
    sys.stderr.flush()
    _CHANNEL[0].output(output)


def _encoded(data: Any) -> Dict[str, Any]:
    """Images as base64, as the notebook format keeps them."""
    return {kind: plain_data(item) for kind, item in dict(data or {}).items()}


class NotebookPublisher(DisplayPublisher):
    """`display(…)` in a cell."""

    def publish(self, data: Any, metadata: Any = None, source: Any = None, **options: Any) -> None:
        shown = _encoded(data)
        display_id = (options.get("transient") or {}).get("display_id")
        if options.get("update"):
            _CHANNEL[0].send("update", display_id=display_id, data=shown, metadata=metadata or {})
            return
        output: Dict[str, Any] = {"output_type": "display_data", "data": shown, "metadata": metadata or {}}
        if display_id:
            output["transient"] = {"display_id": display_id}
        _send(output)

    def clear_output(self, wait: bool = False) -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        _CHANNEL[0].send("clear", cell=_CHANNEL[0].cell, wait=bool(wait))


class NotebookDisplayHook(DisplayHook):
    """The value of a cell's last expression."""

    def quiet(self) -> bool:
        return False

    def start_displayhook(self) -> None:
        return

    def write_output_prompt(self) -> None:
        return

    def write_format_data(self, format_dict: Any, md_dict: Any = None) -> None:
        _send(
            {
                "output_type": "execute_result",
                "data": _encoded(format_dict),
                "metadata": md_dict or {},
                "execution_count": self.prompt_count,
            }
        )

    def finish_displayhook(self) -> None:
        return


class ZMQInteractiveShell(InteractiveShell):
    """The shell behind `get_ipython()`; libraries recognise a notebook by the name of its class."""

    displayhook_class = Type(NotebookDisplayHook)
    display_pub_class = Type(NotebookPublisher)

    def init_virtualenv(self) -> None:
        """The interpreter was chosen; its import path is not to be replaced by another's."""

    def enable_gui(self, gui: Any = None) -> None:
        return

    def ask_exit(self) -> None:
        raise SystemExit(0)

    def _showtraceback(self, etype: Any, evalue: Any, stb: List[str]) -> None:
        """An error that IPython itself shows, of a value that cannot be shown for instance."""
        _send({"output_type": "error", "ename": etype.__name__, "evalue": _text(evalue), "traceback": stb})


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:
        return ""


def set_count(shell: Any, count: int) -> None:
    """The number of the cell that runs now. Later versions of IPython count on before they run a cell."""
    shell.execution_count = count
    if shell.displayhook.prompt_count < count:
        shell.execution_count = count + 1


def told_otherwise(shell: Any, error: BaseException) -> bool:
    """Whether `error` is shown in a way of its own, and not as a traceback: wrong use of a magic, or an
    error for which the user has registered a handler."""
    if isinstance(error, UsageError):
        shell.show_usage_error(error)
        return True
    if shell.custom_exceptions and isinstance(error, shell.custom_exceptions):
        shell.CustomTB(type(error), error, from_user_code(error))
        return True
    return False


def times_text(user: float, system: float, wall: float) -> str:
    """What `%%time` prints."""
    total = _format_time(user + system)
    parts = (
        "user {}, sys: {}, ".format(_format_time(user), _format_time(system))
        if sys.platform != "win32"
        else ""
    )
    return "CPU times: {}total: {}\nWall time: {}".format(parts, total, _format_time(wall))


def build(module: ModuleType) -> Any:
    """The one shell of this process, its namespace that of `module`; built once, also before a fork."""
    if ZMQInteractiveShell.initialized():
        return ZMQInteractiveShell.instance()
    config = Config()
    config.HistoryManager.enabled = False
    leave = (builtins.exit, builtins.quit) if hasattr(builtins, "exit") else None
    shell: Any = ZMQInteractiveShell.instance(user_module=module, user_ns=module.__dict__, config=config)
    if leave:
        builtins.exit, builtins.quit = leave
    manager = shell.input_transformer_manager
    manager.cleanup_transforms = [one for one in manager.cleanup_transforms if one is not leading_empty_lines]
    for transformer in manager.token_transformers:
        _keep_lines(transformer)
    return shell


def make_shell(module: ModuleType, channel: Channel) -> Any:
    """The shell, at work: what is shown goes into `channel`."""
    _CHANNEL[:] = [channel]
    leave = (builtins.exit, builtins.quit) if hasattr(builtins, "exit") else None
    shell = build(module)
    # Entered, and never left: code that runs cells of its own enters and leaves them once more.
    shell.builtin_trap.__enter__()
    shell.display_trap.__enter__()
    for name in ("exit", "quit"):
        module.__dict__.pop(name, None)
    if leave:
        builtins.exit, builtins.quit = leave
    return shell


def _keep_lines(transformer: Any) -> None:
    """Let a magic over several lines leave as many as it took, so that what follows stays put."""
    original = transformer.transform
    if getattr(original, "keeps_lines", False):
        return

    def transform(self: Any, lines: List[str]) -> List[str]:
        changed = original(self, lines)
        lost = len(lines) - len(changed)
        if lost > 0:
            at = self.start_line + 1
            changed = [*changed[:at], *["\n"] * lost, *changed[at:]]
        return changed

    transform.keeps_lines = True  # type: ignore[attr-defined]
    transformer.transform = transform


def cell_info(source: str) -> Any:
    """What is told before a cell runs."""
    make: Any = interactiveshell.ExecutionInfo
    try:
        return make(source, False, False, True, None)
    except TypeError:
        # IPython before 8 does not know cell ids.
        return make(source, False, False, True)


def cell_result(source: str, count: int) -> Any:
    """What is told after a cell has run."""
    result: Any = ExecutionResult(cell_info(source))
    result.execution_count = count
    return result
