"""A folder with pipelines, in which things are asked for and renamed by the text around them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from pipelens.core.answers.rename import NotRenamed, Renamable, renamable, rename
from pipelens.core.notebook_json import inside_json
from pipelens.core.problems import Edit
from pipelens.core.project import Project
from pipelens.core.text import Document, Position
from pipelens.workspace.host import Host


class Folder:
    def __init__(self, root: Path, texts: Mapping[str, str]) -> None:
        self.root = root
        for name, text in texts.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="")
        self.fresh()

    def fresh(self) -> None:
        """Look at everything anew."""
        self.host = Host([str(self.root)], environ={})

    def path(self, name: str) -> str:
        return str(self.root / name)

    def text(self, name: str) -> str:
        return (self.root / name).read_bytes().decode("utf-8")

    def texts(self) -> dict[str, str]:
        files = sorted(path for path in self.root.rglob("*") if path.is_file())
        return {
            str(path.relative_to(self.root)): self.text(str(path.relative_to(self.root))) for path in files
        }

    def project(self, name: str = "pipeline.yaml") -> Project:
        found = self.host.project(self.path(name))
        assert found is not None
        return found

    def projects(self, name: str) -> Sequence[Project]:
        """Every pipeline, one that the file belongs to first."""
        found = [project for path in self.host.pipelines() if (project := self.host.project(path))]
        path = self.path(name)
        return sorted(found, key=lambda one: path not in (one.path, one.env.path, *one.index.by_file))

    def position(self, name: str, mark: str) -> Position:
        """The place of the `|` in `mark`, where its text first stands."""
        before, after = mark.split("|")
        text = self.text(name)
        return Document(text).position(text.index(before + after) + len(before))

    def prepare(self, name: str, mark: str) -> Renamable | NotRenamed | None:
        return self.prepare_at(name, self.position(name, mark))

    def prepare_at(self, name: str, position: Position) -> Renamable | NotRenamed | None:
        return renamable(self.projects(name), self.path(name), position, self.host.lines)

    def rename(self, name: str, mark: str, new: str) -> tuple[Edit, ...] | NotRenamed | None:
        return self.rename_at(name, self.position(name, mark), new)

    def rename_at(self, name: str, position: Position, new: str) -> tuple[Edit, ...] | NotRenamed | None:
        """Rename, and write what changes."""
        made = rename(self.projects(name), self.path(name), position, new, self.host.lines)
        if isinstance(made, tuple):
            self.apply(made)
        return made

    def refusal(self, name: str, mark: str, new: str) -> str:
        made = self.rename(name, mark, new)
        assert isinstance(made, NotRenamed), made
        return made.reason.replace(str(self.root) + "/", "")

    def apply(self, edits: Sequence[Edit]) -> None:
        by_path: dict[str, list[Edit]] = {}
        for edit in edits:
            assert edit.place.entry is None
            by_path.setdefault(edit.place.path, []).append(edit)
        for path, of_file in by_path.items():
            document = Document(Path(path).read_bytes().decode("utf-8"))
            text, end = document.text, len(document.text)
            for edit in sorted(of_file, key=lambda one: one.place.span, reverse=True):
                start, stop = document.offset(edit.place.span.start), document.offset(edit.place.span.end)
                assert stop <= end, "edits overlap"
                new = inside_json(edit.text, document.text) if path.endswith(".ipynb") else edit.text
                text, end = text[:start] + new + text[stop:], start
            Path(path).write_text(text, encoding="utf-8", newline="")
        self.fresh()


def notebook(*cells: str, ascii: bool = False) -> str:
    """An `.ipynb` whose first cell is the parameters cell. ascii: other characters are escaped."""
    made = [
        {
            "cell_type": "code",
            "execution_count": None,
            "metadata": {"tags": ["parameters"]} if number == 0 else {},
            "outputs": [],
            "source": cell.splitlines(keepends=True),
        }
        for number, cell in enumerate(cells)
    ]
    kernel = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    return json.dumps(
        {"cells": made, "metadata": kernel, "nbformat": 4, "nbformat_minor": 4}, indent=1, ensure_ascii=ascii
    )


def script(*cells: str) -> str:
    first, *rest = cells
    return '# %% tags=["parameters"]\n' + "\n# %%\n".join([first, *rest]) + "\n"
