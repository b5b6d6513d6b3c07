"""The worker ends when the runner is gone, however that ended: without a thread, without polling.

The read end of a pipe, whose other end the runner holds, is set to signal this process group when
it closes. Only Linux delivers that as a kill; elsewhere nothing watches.
"""

from __future__ import annotations

import os
import select
import signal


def prepare() -> None:
    """Load what watching needs: a warm parent does so once for all its children."""
    import fcntl  # noqa: F401


def watch(fd: int) -> None:
    """End this process group when the other end of the pipe `fd` closes, at once if it has closed."""
    import fcntl

    os.set_inheritable(fd, False)
    set_signal = getattr(fcntl, "F_SETSIG", None)
    if set_signal is None or os.getpgrp() != os.getpid():
        return
    fcntl.fcntl(fd, set_signal, signal.SIGKILL)
    fcntl.fcntl(fd, fcntl.F_SETOWN, -os.getpgrp())
    fcntl.fcntl(fd, fcntl.F_SETFL, fcntl.fcntl(fd, fcntl.F_GETFL) | os.O_ASYNC)
    # The runner may have gone before anybody watched, and a pipe that is closed does not close again.
    look = select.poll()
    look.register(fd, select.POLLIN)
    if look.poll(0):
        os.killpg(0, signal.SIGKILL)
