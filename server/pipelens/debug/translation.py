"""What debugpy is told, and what clients are told of it (sections 2.2 and 2.3 of the design)."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from pipelens.runner.process_engine import WORKER

CAPABILITIES: dict[str, Any] = {
    "supportsCompletionsRequest": True,
    "supportsConditionalBreakpoints": True,
    "supportsConfigurationDoneRequest": True,
    "supportsDelayedStackTraceLoading": True,
    "supportsEvaluateForHovers": True,
    "supportsExceptionInfoRequest": True,
    "supportsExceptionOptions": True,
    "supportsFunctionBreakpoints": True,
    "supportsHitConditionalBreakpoints": True,
    "supportsLogPoints": True,
    "supportsModulesRequest": True,
    "supportsSetExpression": True,
    "supportsSetVariable": True,
    "supportsValueFormattingOptions": True,
    "supportsTerminateRequest": True,
    "supportsGotoTargetsRequest": True,
    "supportsClipboardContext": True,
    "supportsStepInTargetsRequest": True,
    "exceptionBreakpointFilters": [
        {
            "filter": "raised",
            "label": "Raised Exceptions",
            "default": False,
            "description": "Break whenever any exception is raised.",
        },
        {
            "filter": "uncaught",
            "label": "Uncaught Exceptions",
            "default": True,
            "description": "Break when the task fails with an exception.",
        },
        {
            "filter": "userUnhandled",
            "label": "User Uncaught Exceptions",
            "default": False,
            "description": "Break when exception escapes into library code.",
        },
    ],
}
"""debugpy's own, answered before debugpy has started. It has no restart: clients start anew, which
reads the pipeline anew as well."""

_WORKER_FOLDER = os.path.dirname(WORKER)
_HOLD_ON = os.path.join(_WORKER_FOLDER, "hold_on.py")
_LIFELINE_FD = 10
"""`FD` of that program."""
_HIDDEN_MODULES = ("IPython", "traitlets", "matplotlib_inline", "matplotlib.pyplot")
INJECTED_NAMES = "<parameters of *>"


def translated_launch(
    *,
    plan: str,
    lifeline: str | None,
    python: str,
    cwd: str,
    environ: Mapping[str, str],
    inherited: Mapping[str, str],
    stop_on_entry: bool,
    just_my_code: bool,
    no_debug: bool,
) -> dict[str, object]:
    """The `launch` that debugpy gets. environ: all that the task sees; inherited: what debugpy has.
    lifeline: the named pipe that the task hangs on, None where there are none."""
    changes: dict[str, str | None] = {
        name: value for name, value in environ.items() if inherited.get(name) != value
    }
    changes.update({name: None for name in inherited if name not in environ})
    changes["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"
    hidden = [{"path": os.path.join(_WORKER_FOLDER, "**"), "include": False}]
    hidden += [{"module": name, "include": False} for name in _HIDDEN_MODULES]
    if just_my_code:
        hidden.append({"path": INJECTED_NAMES, "include": False})
    return {
        "type": "debugpy",
        "request": "launch",
        "program": WORKER,
        "args": [plan] if lifeline is None else [plan, str(_LIFELINE_FD)],
        "python": [python] if lifeline is None else [python, "-I", "-S", _HOLD_ON, lifeline, python],
        "cwd": cwd,
        "env": changes,
        "console": "internalConsole",
        "subProcess": False,
        "stopOnEntry": stop_on_entry,
        "justMyCode": just_my_code,
        "noDebug": no_debug,
        "rules": hidden,
    }
