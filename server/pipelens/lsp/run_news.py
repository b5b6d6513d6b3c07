"""What is told of a run while it happens: progress, its output, events for clients of ours."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from pipelens.lsp import run_log
from pipelens.lsp.convert import uri_of
from pipelens.lsp.guard import LOG
from pipelens.lsp.run_events import batches, told, without_output
from pipelens.protocol.run_events import MOST_MESSAGES, RUN_EVENT, EndTold, Happening, RunEvent

if TYPE_CHECKING:
    from pipelens.lsp.run_follower import FollowedRun
    from pipelens.lsp.server import Server
    from pipelens.runner.event_file import Record

_LONGEST_STEP = 120
_LONGEST_MESSAGE = 8_000


class RunNews:
    """Of one run. failures: the problems of severity error that it told. changed: tasks that are in
    another state since `take_changed` was last called."""

    def __init__(self, server: Server, run: FollowedRun) -> None:
        self._server = server
        self._run = run
        self._shows_progress = False
        self._number = self._total = 0
        self._changed: set[str] = set()
        self.failures: list[Record] = []

    async def begin(self) -> None:
        """Open the progress where the client shows one, and does not make its own."""
        if self._server.options.shows_runs or not self._server.supports("window.work_done_progress"):
            return
        progress = self._server.work_done_progress
        try:
            await progress.create_async(self._run.token)
        except Exception as error:
            LOG.warning("the client refused to show progress: %s", error)
            return
        title = f"Running {self._run.title}"
        progress.begin(
            self._run.token, types.WorkDoneProgressBegin(title=title, cancellable=True, percentage=0)
        )
        self._shows_progress = True

    async def tell(self, records: Sequence[Record]) -> None:
        """Tell a batch of events."""
        for record in records:
            match record["kind"], record.get("severity"):
                case "task", _:
                    self._changed.add(str(record.get("task")))
                case "problem", "error":
                    self.failures.append(record)
        shown = without_output(records) if self._run.is_behind else list(records)
        if self._server.options.client:
            await self._send(told(shown))
        elif text := run_log.text(shown):
            self._server.window_log_message(types.LogMessageParams(types.MessageType.Info, text.rstrip("\n")))
        self._report(records)

    def end(self) -> None:
        """The run is over, or nobody follows it any longer."""
        if self._shows_progress:
            self._server.work_done_progress.end(self._run.token, types.WorkDoneProgressEnd())
            self._shows_progress = False

    def take_changed(self) -> set[str]:
        changed, self._changed = self._changed, set()
        return changed

    async def tell_end(self, message: str) -> None:
        """Clients of ours hear how a run ended that did not say so itself. message: what it printed last."""
        if self._server.options.client and not self._run.events.ended:
            process = self._run.process
            code = process.exit_code if process is not None else -1
            seq = self._run.events.seq + 1
            state = "stopped" if self._run.state == "stopped" and not message else "failed"
            lines = message.strip()[-_LONGEST_MESSAGE:]
            await self._send([EndTold("end", seq, time.time(), state, code, 0.0, (), (), (), (), lines)])

    async def _send(self, events: Iterable[Happening]) -> None:
        uri = uri_of(self._run.pipeline)
        for number, batch in enumerate(batches(events)):
            if number:
                await asyncio.sleep(1 / MOST_MESSAGES)
            message = RunEvent(self._run.id, uri, batch[-1].seq, tuple(batch))
            self._server.protocol.notify(RUN_EVENT, message.as_json())

    def _report(self, records: Sequence[Record]) -> None:
        """The newest step, as one report."""
        message: str | None = None
        percentage: int | None = None
        for record in records:
            step = self._step(record)
            if step is not None:
                message, done = step
                if self._total:
                    percentage = int(100 * max(0.0, min(1.0, (self._number - 1 + done) / self._total)))
        if message is not None and self._shows_progress:
            report = types.WorkDoneProgressReport(message=message[:_LONGEST_STEP], percentage=percentage)
            self._server.work_done_progress.report(self._run.token, report)

    def _step(self, record: Record) -> tuple[str, float] | None:
        """What is being done, and how much of this task is."""
        task: Any = record.get("task")
        match record["kind"], record.get("state"):
            case "task", "started":
                self._number, self._total = int(record.get("number") or 0), int(record.get("total") or 0)
                return f"{task} ({self._number} of {self._total})", 0.0
            case "cell", "started":
                number, total = int(record.get("number") or 0), int(record.get("total") or 1)
                told = f"{task} ({self._number} of {self._total}), cell {number} of {total}"
                return told, (number - 1) / max(1, total)
            case "task", ("finished" | "failed") as state:
                return f"{task} {'done' if state == 'finished' else 'failed'}", 1.0
            case _:
                return None
