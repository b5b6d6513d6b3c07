"""`pipelens/runs`: the last runs of a pipeline, in editors and terminals alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelens.lsp.convert import uri_of
from pipelens.protocol.runs import RUNS, PastRun, RunsParams

if TYPE_CHECKING:
    from pipelens.lsp.server import Server


def register(server: Server) -> None:
    def runs(params: object) -> list[dict[str, object]]:
        """None for a pipeline that is not shown."""
        from datetime import datetime

        from pipelens.lsp.run_follower import STATES
        from pipelens.protocol.runs import MODES, Mode
        from pipelens.runner.history import past_runs

        asked = RunsParams.read(params)
        path = server.places.path(asked.pipeline) if asked is not None else None
        project = server.host.project(path) if path is not None else None
        if asked is None or project is None:
            return []
        modes: dict[str, Mode] = {mode: mode for mode in MODES}
        return [
            PastRun(
                one.run,
                uri_of(project.path),
                modes.get(one.mode, "build"),
                datetime.fromtimestamp(one.started).astimezone().isoformat(timespec="seconds"),
                STATES.get(one.state, "running"),
                one.seconds,
                one.user,
                one.failed,
            ).as_json()
            for one in past_runs(project.root, project.path, asked.limit)
        ]

    server.on(RUNS, runs)
