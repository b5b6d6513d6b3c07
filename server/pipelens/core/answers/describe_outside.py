"""What descriptions need to know beside the project: states of tasks and of files, in words."""

from __future__ import annotations

from typing import Literal, Protocol

from pipelens.core.answers.describe_blocks import Block
from pipelens.core.project import Project, Task
from pipelens.frozen import frozen


@frozen
class TaskNews:
    """state: its sign, its word and the reason, as in `● stale: source changed`. last_run: when, in
    words; empty when it never ran."""

    state: str
    last_run: str = ""


@frozen
class FileNews:
    """What lies at the path of a product. size, age: in words, where they are known. blocks: what it
    holds, or why that is not told."""

    state: Literal["missing", "file", "folder", "refused"]
    size: str = ""
    age: str = ""
    blocks: tuple[Block, ...] = ()


class Outside(Protocol):
    """Answers about one thing at a time; cheap to ask, and asked only for what is shown."""

    def task(self, project: Project, name: str) -> TaskNews | None: ...

    def product(self, path: str) -> FileNews: ...

    def is_missing(self, path: str) -> bool:
        """Whether it is known that nothing is at `path`."""
        ...


def news_of(project: Project, task: Task, outside: Outside) -> TaskNews | None:
    """States go by name: of several tasks that share one, they are those of the first."""
    return outside.task(project, task.name) if project.tasks.get(task.name) is task else None
