"""A pipeline in a folder of its own, read as the server reads it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pipelens.core.answers.actions import Sight
from pipelens.core.files import Unreadable
from pipelens.core.project import Project
from pipelens.core.text import Document, Lines
from pipelens.workspace.keeper import ProjectKeeper
from pipelens.workspace.opening import NotFound, open_pipeline


class Folder:
    """files: texts by relative path."""

    def __init__(self, root: Path, files: Mapping[str, str]) -> None:
        self.root = root
        for name, text in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
        keeper = open_pipeline(None, cwd=str(root), environ={})
        assert not isinstance(keeper, NotFound)
        self.keeper: ProjectKeeper = keeper

    @property
    def project(self) -> Project:
        return self.keeper.now()

    @property
    def sight(self) -> Sight:
        return Sight(self.lines, self.keeper.files)

    def path(self, name: str) -> str:
        return str(self.root / name)

    def edit(self, name: str, text: str) -> None:
        """An editor shows `text` for a file."""
        self.keeper.edit(self.path(name), text)

    def text(self, path: str) -> str:
        text = self.keeper.files.read(path)
        return "" if isinstance(text, Unreadable) else text

    def lines(self, path: str) -> Lines:
        return Document(self.text(path))
