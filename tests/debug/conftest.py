"""Projects to debug and sessions that leave nothing behind."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests import pythons
from tests.debug.dap_client import Client

DEBUGGED = {version: path for version, path in pythons.found().items() if version >= (3, 10)}
"""The Pythons that tasks are debugged with here; debugpy is installed in none of them."""

Open = Callable[..., Client]


@pytest.fixture
def debug() -> Iterator[Open]:
    """Start sessions. At the end each must have left no process, and spoken ASCII alone."""
    opened: list[Client] = []

    def start(**options: object) -> Client:
        client = Client(**options)  # type: ignore[arg-type]
        opened.append(client)
        return client

    yield start
    for client in opened:
        client.close()
        assert client.left_over() == []
        assert client.is_ascii
        assert len(client.all("terminated")) <= 1


@pytest.fixture
def project(tmp_path: Path) -> Callable[[dict[str, str]], Path]:
    """Write files into a new folder; the folder."""
    folder = tmp_path / "project"

    def write(files: dict[str, str]) -> Path:
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(textwrap.dedent(text).lstrip("\n"), encoding="utf-8", newline="")
        return folder

    return write
