"""What a pipeline's own files say, and what is known of each so that the next reading does only what is new."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pipelens.core.env import Env
from pipelens.core.problems import Problem
from pipelens.core.read_spec import Header
from pipelens.core.spec import TaskEntry
from pipelens.core.spec_context import SpecContext
from pipelens.core.yaml_edits import EditedTree
from pipelens.core.yaml_pieces import Piece
from pipelens.frozen import frozen
from pipelens.workspace.buffers import Buffer
from pipelens.workspace.early_entries import EarlyEntries


@frozen
class Reading:
    """What the pipeline's own files say.

    changed: ids of the entries that were read anew; gone: of those that are no longer. moved: whether
    entries came, went or changed places. asked: the files that it depends on.
    """

    header: Header
    env: Env
    entries: tuple[TaskEntry, ...]
    by_id: Mapping[int, TaskEntry]
    first_lines: Mapping[int, int]
    problems: tuple[Problem, ...]
    changed: frozenset[int]
    asked: frozenset[str]
    gone: frozenset[int] = frozenset()
    moved: bool = True


@dataclass(slots=True)
class Known:
    """What the last reading of a file was made from, so that the next one does only what is new.

    text: as it was read in one. buffer, revision: what was read of an open editor. entries: by id.
    """

    context: SpecContext | None = None
    whole: bool = False
    text: str | None = None
    buffer: Buffer | None = None
    revision: int = 0
    pieces: dict[int, Piece] = field(default_factory=dict)
    entries: dict[int, TaskEntry] = field(default_factory=dict)
    tree: EditedTree = field(default_factory=EditedTree)
    early: EarlyEntries | None = None
