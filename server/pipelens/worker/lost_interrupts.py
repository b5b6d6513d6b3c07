"""A Ctrl-C that comes while Python calls something of its own back (a weak reference's, a destructor) ends
there: it is printed and forgotten, and the task goes on. It is pressed again a moment later, without a word.
"""

from __future__ import annotations

import _thread
import signal
import sys
import time
from typing import Any

_MOMENT = 0.01
"""Seconds."""


def heed() -> None:
    """From now on none is lost. Call in the main thread. What the user's code puts in this place goes before."""
    main = _thread.get_ident()

    def unraisable(lost: Any) -> None:
        if lost.exc_type is KeyboardInterrupt:
            _thread.start_new_thread(_press_again, (main,))
        else:
            sys.__unraisablehook__(lost)

    sys.unraisablehook = unraisable


def _press_again(main: int) -> None:
    time.sleep(_MOMENT)
    kill = getattr(signal, "pthread_kill", None)
    if kill is None:
        _thread.interrupt_main()
    else:
        # So that a system call of the main thread ends, too.
        kill(main, signal.SIGINT)
