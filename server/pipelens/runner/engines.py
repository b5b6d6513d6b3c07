"""Which engine runs a task; all of one run, opened when first needed and closed together."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipelens.core.project import Task
from pipelens.runner.conversions import Conversions
from pipelens.runner.interpreter import Interpreter
from pipelens.runner.kernel_engine import KernelEngine, kernel_of
from pipelens.runner.notebook_formats import is_converted
from pipelens.runner.process_engine import ProcessEngine
from pipelens.runner.worker_reports import Engine

if os.name == "nt":
    from pipelens.runner import warm_engine_windows as warm
else:
    from pipelens.runner import warm_engine_posix as warm

if TYPE_CHECKING:
    from pipelens.runner.head_start import HeadStart

DEBUGGER = "debugger"
"""The name of the engine whose workers are debugged."""


@dataclass(slots=True)
class Engines:
    """The engines of one run. environ: what its tasks see. chosen: the engine that was asked for
    by name, None for the usual. given: one that runs everything.
    preload: what warm parents import beforehand. imported: what tasks imported by themselves. allowed:
    which names of those may be imported beforehand. started: a warm parent that may be there already.
    Used from several threads."""

    interpreter: Interpreter
    environ: Mapping[str, str]
    chosen: str | None = None
    given: Engine | None = None
    preload: tuple[str, ...] = ()
    imported: set[str] = field(default_factory=set[str])
    allowed: Callable[[Iterable[str]], tuple[str, ...]] = tuple
    started: HeadStart | None = None
    conversions: Conversions = field(default_factory=Conversions)
    _open: dict[str, Engine] = field(default_factory=dict[str, Engine])
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def is_debugger(self) -> bool:
        return self.given is not None and self.given.name == DEBUGGER

    def of(self, task: Task | None) -> Engine:
        """The engine for a task, or (None) for hooks that belong to no task's process."""
        if self.given is not None and task is not None:
            return self.given
        if task is not None and kernel_of(task, self.chosen) is not None:
            return self._opened("kernel")
        if not warm.AVAILABLE or self.chosen == "process":
            return self._opened("process")
        return self._opened("warm-notebook" if task is not None and task.kind == "notebook" else "warm-plain")

    def prepare(self, task: Task) -> None:
        """Let the engine for a task get ready while there is other work."""
        engine = self.of(task)
        if isinstance(engine, warm.WarmEngine):
            engine.prepare()
        if is_converted(task):
            self.conversions.prepare()

    def _opened(self, name: str) -> Engine:
        with self._lock:
            if name not in self._open:
                self._open[name] = self._made(name)
            return self._open[name]

    def _made(self, name: str) -> Engine:
        if name == "kernel":
            return KernelEngine()
        if name == "process":
            return ProcessEngine(self.interpreter.path)
        wanted = self.interpreter.path, name.partition("-")[2], self.environ
        engine = (self.started and self.started.taken(*wanted)) or warm.WarmEngine(*wanted)
        engine.preload(self.preload)
        return engine

    def learn(self, names: Iterable[str]) -> None:
        """A task has imported these: the warm parents do so before they fork for the next."""
        new = set(names).difference(self.imported)
        if not new:
            return
        self.imported |= new
        names = self.allowed(new)
        with self._lock:
            for engine in self._open.values():
                if isinstance(engine, warm.WarmEngine):
                    engine.preload(names)

    def close(self) -> None:
        with self._lock:
            for engine in self._open.values():
                engine.close()
            self._open.clear()
        self.conversions.close()
