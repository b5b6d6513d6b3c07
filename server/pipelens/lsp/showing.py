"""Commands that tell or open something: they run nothing, and work in workspaces that are not trusted."""

from __future__ import annotations

import os
from collections import Counter
from typing import TYPE_CHECKING

from lsprotocol import types

from pipelens.lsp.convert import uri_of
from pipelens.lsp.run_asking import Asking
from pipelens.lsp.states import SIGNS
from pipelens.protocol.tasks import TaskRef

if TYPE_CHECKING:
    from pipelens.core.project import Project, Task
    from pipelens.lsp.server import Server

_MOST_NAMES = 40


class Showing:
    """For one client."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._asking = Asking(server)

    async def text(self, given: tuple[object, ...]) -> None:
        """What a lens that only tells has to say: of a task, of its edges, or of a pipeline."""
        match given:
            case (str(text),) if "://" not in text and text:
                self._tell(text)
                return
            case ():
                return
            case _:
                ref = TaskRef.read(given[0])
        project = await self._asking.pipeline(ref) if ref is not None else None
        if ref is None or project is None:
            return
        task = project.tasks.get(ref.task) if ref.task is not None else None
        if task is None:
            self._tell(self._counts(project))
        elif given[1:] == ("edges",):
            self._tell(edges_text(task, project))
        elif (told := self._server.states.one(project, task.name)) is not None:
            self._tell(f"{task.name} is {told.state.replace('_', ' ')}: {told.reason}.")

    async def product(self, given: tuple[object, ...]) -> None:
        """Open a product of a task: the one whose key is told, the only one, or the one that is chosen."""
        found = await self._asking.task(TaskRef.read(given[0]) if given else None)
        if found is None:
            return
        project, name = found
        products = project.tasks[name].products
        items = products.items if products is not None and products.are_files else ()
        paths = {item.key or os.path.basename(item.path): item.path for item in items}
        key = given[0].get("key") if given and isinstance(given[0], dict) else None
        if not paths:
            self._tell(f"{name} has no products that are files.")
            return
        if key not in paths:
            key = (
                next(iter(paths))
                if len(paths) == 1
                else await self._asking.choice("Which product?", list(paths))
            )
        if key is not None:
            await self._open(paths[key])

    async def doctor(self, given: tuple[object, ...]) -> None:
        """Show what `pipelens doctor` prints."""
        from pipelens.lsp.health_report import write_report

        path = await write_report(self._server)
        if not await self._open(path):
            self._tell(f"The report is in {path}.")

    # -- inside

    async def _open(self, path: str) -> bool:
        if not os.path.isfile(path):
            self._tell(f"{path} is not there yet.")
            return False
        if not self._server.supports("window.show_document.support"):
            self._tell(path)
            return False
        params = types.ShowDocumentParams(uri_of(path), take_focus=True)
        return (await self._server.window_show_document_async(params)).success

    def _counts(self, project: Project) -> str:
        counts = Counter(told.state for told in self._server.states.of(project).values())
        words = ", ".join(f"{counts[state]} {state.replace('_', ' ')}" for state in SIGNS if counts[state])
        return f"{os.path.basename(project.path)}: {words or 'no tasks'}."

    def _tell(self, text: str) -> None:
        self._asking.tell(types.MessageType.Info, text)


def edges_text(task: Task, project: Project) -> str:
    """The names of the tasks directly before and behind `task`."""
    above, below = task.upstream, project.downstream.get(task.name, ())
    return f"{task.name} needs {_names(above)}. It is needed by {_names(below)}."


def _names(names: tuple[str, ...]) -> str:
    if not names:
        return "no other task"
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return ", ".join(map(str, names[:_MOST_NAMES])) + more
