"""`python -I -S PATH/TO/hold_on.py LIFELINE COMMAND…`: becomes COMMAND, which ends when the named pipe LIFELINE
is let go, from its first moment on: also while debugpy waits in it for what nobody will send any more.

What is set up for a descriptor and a process outlives the change of the program. POSIX only.
"""

import os
import sys

FD = 10
"""Where the pipe is in COMMAND: out of the way of what a new Python opens."""


def main(lifeline: str, *command: str) -> None:
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    import lifeline_posix  # type: ignore[import-not-found]  # pyright: ignore[reportMissingImports]

    fd = os.open(lifeline, os.O_RDONLY | os.O_NONBLOCK)
    os.unlink(lifeline)
    os.dup2(fd, FD)
    os.close(fd)
    lifeline_posix.watch(FD)
    os.set_inheritable(FD, True)
    os.execv(command[0], command)


if __name__ == "__main__":
    main(*sys.argv[1:])
