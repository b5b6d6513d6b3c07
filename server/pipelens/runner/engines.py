"""Which engine runs a task; all of one run, opened when first needed and closed together."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from pipelens.core.project import Task
from pipelens.runner.interpreter import Interpreter
from pipelens.runner.process_engine import ProcessEngine
from pipelens.runner.worker_reports import Engine


@dataclass(slots=True)
class Engines:
    """The engines of one run. Used from several threads."""

    interpreter: Interpreter
    _open: dict[str, Engine] = field(default_factory=dict[str, Engine])
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def of(self, task: Task | None) -> Engine:
        """The engine for a task, or (None) for hooks that belong to no task's process."""
        return self._opened("process")

    def _opened(self, name: str) -> Engine:
        with self._lock:
            if name not in self._open:
                self._open[name] = self._made(name)
            return self._open[name]

    def _made(self, name: str) -> Engine:
        return ProcessEngine(self.interpreter.path)

    def close(self) -> None:
        with self._lock:
            for engine in self._open.values():
                engine.close()
            self._open.clear()
