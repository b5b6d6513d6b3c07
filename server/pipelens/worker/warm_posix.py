"""The warm parent: a process that has imported what tasks need, and forks one child for each task.

It has one thread, imports nothing of the project's, and belongs to one build: when the other end of
its socket closes, it ends. A request is a JSON line with three file descriptors (stdout, stderr,
lifeline), or without any `{"import"}`, names of modules; the answers are `{"id", "pid"}` and, when the child has ended, `{"id", "exit"}`, an exit
code or the negative number of the signal.
"""

from __future__ import annotations

import array
import gc
import json
import os
import selectors
import signal
import socket
import sys
import traceback
from typing import Any, Dict, Iterable, List, Tuple

_FDS = 3
_MOST = 1 << 20


def serve(fd: int, kind: str) -> int:
    """Answer requests until the other side is gone. kind: `notebook` (with a shell that is built
    before the fork, where IPython is installed) or `plain`."""
    from . import start

    control = socket.socket(fileno=fd)
    start.import_for(kind)
    _settle()
    return _Parent(control).serve()


def _settle() -> None:
    """What is there now is left alone by the collectors of the children, which would copy it."""
    gc.collect()
    gc.freeze()


def _import(names: Iterable[str]) -> None:
    for name in names:
        try:
            __import__(name)
        except Exception:
            # The task that wants it will say why it cannot be imported.
            continue
    _settle()


class _Parent:
    def __init__(self, control: socket.socket) -> None:
        self.control = control
        self.children: Dict[int, Any] = {}
        self.received = b""
        self.fds: List[int] = []
        self.can_record = False
        self.ended, ending = os.pipe()
        for end in (self.ended, ending):
            os.set_blocking(end, False)
        signal.signal(signal.SIGCHLD, lambda number, frame: None)
        signal.set_wakeup_fd(ending, warn_on_full_buffer=False)
        self.ending = ending

    def serve(self) -> int:
        with selectors.DefaultSelector() as selector:
            selector.register(self.control, selectors.EVENT_READ)
            selector.register(self.ended, selectors.EVENT_READ)
            while True:
                # What records failures is needed less than the next task is: it is imported when there is
                # nothing else to do, mostly while the pipeline is still being read.
                is_free = not self.can_record
                ready = selector.select(0 if is_free else None)
                if is_free and not ready:
                    self.can_record = True
                    _import(["{}.dump".format(__package__)])
                for key, _ in ready:
                    if key.fileobj is self.control:
                        if not self.receive():
                            return 0
                    else:
                        self.reap()

    def receive(self) -> bool:
        """Take in what has arrived; False when the other side is gone."""
        try:
            data, fds = _received(self.control)
        except OSError:
            return False
        if not data:
            return False
        self.fds.extend(fds)
        self.received += data
        while b"\n" in self.received:
            line, self.received = self.received.split(b"\n", 1)
            request = json.loads(line)
            if "import" in request:
                _import(request["import"])
                continue
            own, self.fds = self.fds[:_FDS], self.fds[_FDS:]
            self.fork(request, own)
        return True

    def fork(self, request: Dict[str, Any], fds: List[int]) -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        pid = os.fork()
        if pid == 0:
            code = 70
            try:
                code = self.run(request, fds)
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(code)
        # Both sides do it: whoever is first, the group is there when its number is told.
        try:
            os.setpgid(pid, pid)
        except OSError:
            pass
        for fd in fds:
            os.close(fd)
        self.children[pid] = request["id"]
        self.tell(id=request["id"], pid=pid)

    def run(self, request: Dict[str, Any], fds: List[int]) -> int:
        """In the child: become what a fresh process would be, run the task, leave as one would."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        self.control.close()
        for end in (self.ended, self.ending):
            os.close(end)
        os.setpgid(0, 0)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        for fd, own in zip(fds, (1, 2)):
            os.dup2(fd, own)
            os.close(fd)
        _reopen()
        os.chdir(request["cwd"])
        _reseed()
        from . import start

        try:
            code = start.run_plan(request["plan"], fds[2])
        finally:
            _leave()
        return code

    def reap(self) -> None:
        try:
            os.read(self.ended, 4096)
        except BlockingIOError:
            pass
        while self.children:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            if pid in self.children:
                code = -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
                self.tell(id=self.children.pop(pid), exit=code)

    def tell(self, **fields: Any) -> None:
        try:
            self.control.sendall(json.dumps(fields).encode("ascii") + b"\n")
        except OSError:
            return


def _received(control: socket.socket) -> Tuple[bytes, List[int]]:
    numbers = array.array("i")
    space = socket.CMSG_SPACE(8 * _FDS * numbers.itemsize)
    data, ancillary, _, _ = control.recvmsg(_MOST, space)
    for level, kind, content in ancillary:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            numbers.frombytes(content[: len(content) - len(content) % numbers.itemsize])
    return data, list(numbers)


def _reopen() -> None:
    """Streams as an interpreter makes them at its start: they know what the descriptors are now."""
    sys.stdin = sys.__stdin__ = open(0, encoding="utf-8", closefd=False)  # type: ignore[misc]  # noqa: SIM115
    for name, fd in (("stdout", 1), ("stderr", 2)):
        stream = open(fd, "w", encoding="utf-8", errors="backslashreplace", closefd=False)  # noqa: SIM115
        setattr(sys, name, stream)
        setattr(sys, "__" + name + "__", stream)


def _reseed() -> None:
    """Random numbers must not repeat from task to task."""
    if "random" in sys.modules:
        sys.modules["random"].seed()
    numpy_random = sys.modules.get("numpy.random")
    if numpy_random is not None:
        numpy_random.seed()


def _leave() -> None:
    """What an interpreter does when it ends: wait for threads, call what was registered, flush."""
    import atexit

    threading = sys.modules.get("threading")
    for end in (getattr(threading, "_shutdown", None), atexit._run_exitfuncs):  # type: ignore[attr-defined]
        try:
            if end is not None:
                end()
        except BaseException:
            traceback.print_exc()
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except Exception:
            continue
