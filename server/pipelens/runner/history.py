"""History: the runs of the pipelines of one root and how their tasks ended, in `.pipelens/history.db`.

The metadata beside the products says when a task last ended well; what failed, who ran it, and how
long things took is only known here. Nothing depends on it that could not be found out again, so a
broken file costs the history and never a build: it is set aside. Only a build writes. Who only looks
opens the file for reading, which leaves no file behind (the journal is a rollback journal, and not a
log beside the file, for this reason).
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Collection
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, Literal

from pipelens.frozen import frozen
from pipelens.runner.build_lock import is_building
from pipelens.runner.history_lines import lines_path, read_lines
from pipelens.runner.outcome import Outcome
from pipelens.runner.state import pipeline_key, state_path

if TYPE_CHECKING:
    import sqlite3

HISTORY_VERSION: Final = 2
RUNS_KEPT: Final = 1000
OUTCOMES_KEPT: Final = 20_000
_PATIENCE: Final = 5.0
"""Seconds to wait for another process that writes."""
_RACY: Final = 50_000_000
"""Nanoseconds for which a file may change again without looking different."""

_TABLES: Final = f"""
CREATE TABLE IF NOT EXISTS runs (
    run TEXT PRIMARY KEY, pipeline TEXT NOT NULL, mode TEXT NOT NULL, started REAL NOT NULL,
    seconds REAL, state TEXT NOT NULL, user TEXT NOT NULL DEFAULT '');
CREATE TABLE IF NOT EXISTS outcomes (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, pipeline TEXT NOT NULL, task TEXT NOT NULL, at REAL NOT NULL,
    seconds REAL, ok INTEGER NOT NULL, reason TEXT NOT NULL, code TEXT, run TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS outcomes_of_runs ON outcomes (run);
CREATE TABLE IF NOT EXISTS latest (
    pipeline TEXT NOT NULL, task TEXT NOT NULL, seq INTEGER NOT NULL, at REAL NOT NULL, seconds REAL,
    ok INTEGER NOT NULL, reason TEXT NOT NULL, code TEXT, run TEXT NOT NULL, usual REAL,
    PRIMARY KEY (pipeline, task)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS latest_since ON latest (pipeline, seq);
PRAGMA user_version = {HISTORY_VERSION};
"""
_COLUMNS: Final = "task, at, seconds, ok, reason, code, run"

RunState = Literal["running", "ok", "failed", "stopped", "early_stop"]


@frozen
class PastRun:
    """One run. mode: as `RunStarted` says. started: seconds since the epoch. seconds: None while it
    runs, and where it was killed (`state` is `stopped` then). failed: names of tasks."""

    run: str
    mode: str
    started: float
    seconds: float | None
    state: RunState
    user: str
    failed: tuple[str, ...]


def history_path(root: str) -> str:
    return state_path(root, "history.db")


class Outcomes:
    """The last outcome of every task of `pipeline`; `update` reads what was added since. Never writes."""

    def __init__(self, root: str, pipeline: str) -> None:
        self.latest: dict[str, Outcome] = {}
        self.has_failures = False
        self._root = root
        self._key = pipeline_key(root, pipeline)
        self._seen: tuple[int, int, int] | None = None
        self._inode = -1
        self._seq = 0

    def update(self) -> set[str]:
        """Read what is new; the tasks whose last outcome is another one now."""
        found = _look(history_path(self._root))
        if found is None:
            return self._update_from_lines()
        if found == self._seen:
            return set()
        is_new = found[0] != self._inode
        rows = self._read(0 if is_new else self._seq)
        if rows is None:  # somebody writes, or it cannot be read: what is known stays
            return self._replace({}) if is_new else set()
        # A file that changed this very moment may change once more and look the same.
        self._seen = found if time.time_ns() - found[1] > _RACY else None
        self._inode = found[0]
        self._seq = max([self._seq if not is_new else 0, *(row[0] for row in rows)])
        return self._replace({row[1]: _outcome(row[1:]) for row in rows}, {} if is_new else self.latest)

    def _update_from_lines(self) -> set[str]:
        found = _look(lines_path(self._root))
        if found is not None and found == self._seen:
            return set()
        self._seen, self._inode = found, -1
        return self._replace(read_lines(self._root).get(self._key, {}))

    def _read(self, after: int) -> list[Any] | None:
        query = f"SELECT seq, {_COLUMNS} FROM latest WHERE pipeline = ? AND seq > ?"
        return _asked(self._root, query, (self._key, after))

    def _replace(self, new: dict[str, Outcome], kept: dict[str, Outcome] | None = None) -> set[str]:
        before = self.latest
        if not new and kept is before:
            return set()
        self.latest = {**(kept or {}), **new}
        self.has_failures = any(not outcome.ok for outcome in self.latest.values())
        names = new.keys() if kept is before else self.latest.keys() | before.keys()
        return {name for name in names if self.latest.get(name) != before.get(name)}


def usual_seconds(root: str, pipeline: str) -> dict[str, float]:
    """How long each task of a pipeline took when it last ended well."""
    query = "SELECT task, usual FROM latest WHERE pipeline = ? AND usual IS NOT NULL"
    return dict(_asked(root, query, (pipeline_key(root, pipeline),)) or ())


def last_good(root: str, pipeline: str, tasks: Collection[str]) -> dict[str, float]:
    """When each of a few tasks last ended well, in seconds since the epoch, as far as outcomes are kept."""
    marks = ", ".join("?" * len(tasks))
    query = (
        f"SELECT task, max(at) FROM outcomes WHERE pipeline = ? AND task IN ({marks}) AND ok GROUP BY task"
    )
    return dict(_asked(root, query, (pipeline_key(root, pipeline), *tasks)) or ())


def past_runs(root: str, pipeline: str, limit: int = 20) -> tuple[PastRun, ...]:
    """The last runs of a pipeline, the latest first."""
    query = (
        "SELECT run, mode, started, seconds, state, user FROM runs WHERE pipeline = ?"
        " ORDER BY started DESC, run DESC LIMIT ?"
    )
    found = _asked(root, query, (pipeline_key(root, pipeline), limit)) or []
    marks = ", ".join("?" * len(found))
    failures = f"SELECT run, task FROM outcomes WHERE run IN ({marks}) AND NOT ok ORDER BY seq"
    failed: dict[str, list[str]] = {}
    for run, task in _asked(root, failures, tuple(row[0] for row in found)) or ():
        failed.setdefault(run, []).append(task)
    runs = tuple(PastRun(*row, failed=tuple(failed.get(row[0], ()))) for row in found)
    if any(run.state == "running" for run in runs) and not is_building(root, pipeline):
        return tuple(replace(run, state="stopped") if run.state == "running" else run for run in runs)
    return runs


def _asked(root: str, query: str, values: tuple[object, ...]) -> list[Any] | None:
    """The rows of a question; None where there is no history, or none that can be read now."""
    path = history_path(root)
    if not os.path.exists(path):
        return None
    import sqlite3
    from pathlib import Path

    try:
        file = sqlite3.connect(f"{Path(path).as_uri()}?mode=ro", uri=True, timeout=_PATIENCE)
        try:
            if file.execute("PRAGMA user_version").fetchone()[0] != HISTORY_VERSION:
                return None
            return file.execute(query, values).fetchall()
        finally:
            file.close()
    except sqlite3.Error:
        return None


def _look(path: str) -> tuple[int, int, int] | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


def _outcome(row: Any) -> Outcome:
    task, at, seconds, ok, reason, code, run = row
    return Outcome(task, at, seconds, bool(ok), reason, code, run)


class History:
    """The history of one root, open for writing what one run of `pipeline` does. Used from several
    threads. told: what is wrong with the file, for a person; None when all is well.

    A write that fails is left out: the history must not end a build."""

    def __init__(self, root: str, pipeline: str) -> None:
        self.told: str | None = None
        self._root = root
        self._key = pipeline_key(root, pipeline)
        self._lock = threading.Lock()
        self._file: sqlite3.Connection | None = None
        self._open()

    def begin(self, run: str, mode: str, started: float, user: str) -> None:
        """A run starts; the lock of the pipeline is held. What other runs left open was killed."""
        kept = RUNS_KEPT - 1
        self._write(
            ("UPDATE runs SET state = 'stopped' WHERE pipeline = ? AND state = 'running'", (self._key,)),
            (
                "DELETE FROM runs WHERE run NOT IN (SELECT run FROM runs ORDER BY started DESC LIMIT ?)",
                (kept,),
            ),
            ("DELETE FROM outcomes WHERE seq <= (SELECT max(seq) FROM outcomes) - ?", (OUTCOMES_KEPT,)),
            (
                "INSERT OR REPLACE INTO runs VALUES (?, ?, ?, ?, NULL, 'running', ?)",
                (run, self._key, mode, started, user),
            ),
        )

    def add(self, *outcomes: Outcome) -> None:
        """How tasks ended."""
        self._write(*(statement for one in outcomes for statement in _statements(self._key, one)))

    def end(self, run: str, state: RunState, seconds: float) -> None:
        self._write(("UPDATE runs SET state = ?, seconds = ? WHERE run = ?", (state, seconds, run)))

    def close(self) -> None:
        with self._lock:
            if self._file is not None:
                self._file.close()
                self._file = None

    def _open(self) -> None:
        import sqlite3

        try:
            self._file = self._opened()
        except sqlite3.OperationalError as error:
            self.told = f"the history of runs cannot be written: {error}"
        except sqlite3.DatabaseError:
            self._set_aside()
        except OSError as error:
            self.told = f"the history of runs cannot be written: {error.strerror or error}"

    def _set_aside(self) -> None:
        """Begin anew beside a file that is no history, or a broken one."""
        import sqlite3

        path = history_path(self._root)
        aside = f"{path}.broken"
        try:
            os.replace(path, aside)
            for extension in ("-journal", "-wal", "-shm"):
                if os.path.exists(path + extension):
                    os.unlink(path + extension)
            self._file = self._opened()
            shown = os.path.relpath(aside, self._root)
            self.told = f"the history of runs was broken; it is kept as {shown}, and a new one begins"
        except (OSError, sqlite3.Error) as error:
            self.told = f"the history of runs is broken and cannot be set aside: {error}"

    def _opened(self) -> sqlite3.Connection | None:
        import sqlite3

        path = history_path(self._root)
        if not os.path.exists(path):
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
        file = sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None, check_same_thread=False)
        try:
            # A loss of power may cost the history; waiting for the disk would cost every task.
            file.execute("PRAGMA synchronous = OFF")
            version = file.execute("PRAGMA user_version").fetchone()[0]
            if version > HISTORY_VERSION:
                self.told = "the history of runs is of a later Pipelens; it is left alone"
                file.close()
                return None
            if version < HISTORY_VERSION:
                self._make_tables(file)
            elif file.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
                raise sqlite3.DatabaseError("malformed")
        except BaseException:
            file.close()
            raise
        return file

    def _make_tables(self, file: sqlite3.Connection) -> None:
        """Make the tables, and take over what an earlier version kept as lines."""
        file.executescript(f"BEGIN IMMEDIATE;{_TABLES}")
        for key, outcomes in read_lines(self._root).items():
            for one in outcomes.values():
                for statement in _statements(key, one):
                    file.execute(*statement)
        file.execute("COMMIT")
        try:
            os.unlink(lines_path(self._root))
        except OSError:
            return

    def _write(self, *statements: tuple[str, tuple[object, ...]]) -> None:
        import sqlite3

        with self._lock:
            if self._file is None:
                return
            try:
                self._file.execute("BEGIN IMMEDIATE")
                for statement in statements:
                    self._file.execute(*statement)
                self._file.execute("COMMIT")
            except sqlite3.Error:
                with suppress(sqlite3.Error):
                    if self._file.in_transaction:
                        self._file.execute("ROLLBACK")


def _statements(key: str, one: Outcome) -> tuple[tuple[str, tuple[object, ...]], ...]:
    """A failed run keeps its code, so that a changed source clears the mark."""
    code = None if one.ok else one.code
    values = (key, one.task, one.at, one.seconds, int(one.ok), one.reason, code, one.run)
    usual = one.seconds if one.ok else None
    return (
        (
            "INSERT INTO outcomes (pipeline, task, at, seconds, ok, reason, code, run)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            values,
        ),
        (
            "INSERT INTO latest (pipeline, task, at, seconds, ok, reason, code, run, seq, usual)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, last_insert_rowid(), ?)"
            " ON CONFLICT (pipeline, task) DO UPDATE SET at = excluded.at, seconds = excluded.seconds,"
            " ok = excluded.ok, reason = excluded.reason, code = excluded.code, run = excluded.run,"
            " seq = excluded.seq, usual = coalesce(excluded.usual, usual)",
            (*values, usual),
        ),
    )
