"""What client and server tell each other when they meet: `initializationOptions` and the
`experimental` capability."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from types import MappingProxyType
from typing import Final, cast

from pipelens.frozen import frozen

PROTOCOL: Final = 1
"""The major number of everything in this room. A client built for another one says so and stops."""


@frozen
class InitializationOptions:
    """What a client says of itself; all of it is optional.

    client: `vscode`, `pycharm` …, empty for an editor without a client of ours. client_commands: ids
    of commands that the client carries out itself. trusted: whether anything may run. interpreter: the
    Python for tasks that the user chose in the client. notebook_sync: whether the client tells cells of
    notebooks; None: as its capabilities say. yaml_server: another server completes and explains keys
    of YAML. shows_runs: the client shows runs by their events: how far they are, failing lines, and how
    they end; the server then leaves that to it. settings: our section of the user's settings, for a client that can tell it no other way.
    """

    client: str = ""
    client_commands: frozenset[str] = frozenset()
    trusted: bool = True
    interpreter: str | None = None
    notebook_sync: bool | None = None
    yaml_server: bool = False
    shows_runs: bool = False
    settings: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))

    @staticmethod
    def read(value: object) -> InitializationOptions:
        """The options in a JSON value; what has the wrong type counts as not said, except that a
        `trusted` that is not true is not trust."""
        if not isinstance(value, Mapping):
            return InitializationOptions()
        told = cast("Mapping[str, object]", value)
        client, commands, interpreter = (told.get(key) for key in ("client", "clientCommands", "interpreter"))
        sync, settings = told.get("notebookSync"), told.get("settings")
        ids = cast("list[object]", commands) if isinstance(commands, list) else []
        return InitializationOptions(
            client=client if isinstance(client, str) else "",
            client_commands=frozenset(id for id in ids if isinstance(id, str)),
            trusted=told.get("trusted", True) is True,
            interpreter=interpreter if isinstance(interpreter, str) and interpreter else None,
            notebook_sync=sync if isinstance(sync, bool) else None,
            yaml_server=told.get("yamlServer") is True,
            shows_runs=told.get("showsRuns") is True,
            settings=cast("Mapping[str, object]", settings) if isinstance(settings, Mapping) else {},
        )


@frozen
class Experimental:
    """`capabilities.experimental.pipelens` of the server."""

    version: str
    protocol: int = PROTOCOL

    def as_json(self) -> dict[str, object]:
        return {"version": self.version, "protocol": self.protocol}
