"""Hooks: called with exactly the arguments that they ask for (sections 5.6, 6.7 and 12.5)."""

from __future__ import annotations

import inspect
from typing import Any, Dict, Iterator, List, Mapping
from typing import Callable as Function

from . import products
from .values import Callable, decode_params


class Task:
    """What a hook may know of its task."""

    def __init__(self, plan: Mapping[str, Any]) -> None:
        self.name = plan["task"]
        self.product = products.product_of(plan["product"])
        self._needs = products.upstream_of(plan.get("upstream") or {})
        self.source = Source(plan.get("code") or "", plan.get("source") or "")
        self._plan = plan
        self._params: Dict[str, Any] = {}
        self._client: Any = None
        self._tasks: Mapping[str, Task] = {}

    def know(self, tasks: Mapping[str, Task]) -> None:
        """The other tasks of the pipeline, where they are known."""
        self._tasks = tasks

    @property
    def params(self) -> Dict[str, Any]:
        """The user's params, then `upstream` and `product`."""
        if not self._params:
            self._params = decode_params(self._plan.get("params") or {})
            if self._needs:
                self._params["upstream"] = self._needs
            self._params["product"] = self.product
        return self._params

    @property
    def upstream(self) -> Dict[str, Any]:
        """The tasks that this one needs, by name; those of a wildcard one by one. Of a task's own hooks
        only their names and products are known. (`params["upstream"]` has the products.)"""
        found: Dict[str, Any] = {}
        for name, item in self._needs.items():
            pairs = item.items() if isinstance(item, products.Group) else [(name, item)]
            for one, product in pairs:
                found[one] = self._tasks[one] if one in self._tasks else UpstreamTask(one, product)
        return found

    @property
    def client(self) -> Any:
        """The client that the pipeline gives to this task, made when it is first asked for."""
        if self._client is None and self._plan.get("client"):
            self._client = Callable(self._plan["client"])()
        return self._client

    def __repr__(self) -> str:
        return "Task({!r})".format(self.name)


class UpstreamTask:
    """What a task's own hook may know of a task that it needs."""

    def __init__(self, name: str, product: Any) -> None:
        self.name = name
        self.product = product

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(
            "of upstream task {!r} a hook knows `name` and `product`, not `{}`".format(self.name, name)
        )

    def __repr__(self) -> str:
        return "Task({!r})".format(self.name)


class Source:
    """The code of a task; `loc` is the file it is in."""

    def __init__(self, code: str, path: str) -> None:
        self._code = code
        self.loc = path

    def __str__(self) -> str:
        return self._code


class Dag:
    """What a hook may know of the pipeline: its name and its tasks, by name and in build order."""

    def __init__(self, name: str, tasks: List[Task]) -> None:
        self.name = name
        self._tasks = {task.name: task for task in tasks}
        for task in tasks:
            task.know(self._tasks)

    def __getitem__(self, name: str) -> Task:
        return self._tasks[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._tasks)

    def __len__(self) -> int:
        return len(self._tasks)

    def __contains__(self, name: object) -> bool:
        return name in self._tasks

    def keys(self) -> Any:
        return self._tasks.keys()

    def values(self) -> Any:
        return self._tasks.values()

    def items(self) -> Any:
        return self._tasks.items()

    def __repr__(self) -> str:
        return "DAG({!r}, {} tasks)".format(self.name, len(self))


class Report(Mapping[str, List[Any]]):
    """The report of a build: columns by name, one element per task."""

    def __init__(self, columns: Mapping[str, List[Any]]) -> None:
        self._columns = dict(columns)

    def __getitem__(self, column: str) -> List[Any]:
        return self._columns[column]

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)

    def __str__(self) -> str:
        rows = [list(map(str, row)) for row in zip(*self._columns.values())]
        table = [list(self._columns), *rows]
        widths = [max(len(row[i]) for row in table) for i in range(len(self._columns))]
        return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths)) for row in table)


class NeedsTasks(Exception):
    """A hook asks for the pipeline, and its call does not tell the tasks: nothing was called."""


def call_hook(
    spec: Mapping[str, Any],
    available: Mapping[str, Function[[], Any]],
    calling: Function[[], None] = lambda: None,
) -> None:
    """Import the hook and call it. `available`: what the engine has, each made when asked for.
    `calling` is told when all is there that the hook asks for.

    A parameter with a default is not filled; an argument of the YAML's mapping is, unless the
    engine provides one of that name (Q9). Raises `TypeError` for a parameter that nobody provides.
    """
    hook = Callable(spec)
    wanted = [
        name
        for name, parameter in inspect.signature(hook.function).parameters.items()
        if parameter.default is inspect.Parameter.empty
        and parameter.kind not in (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    ]
    nobody = [name for name in wanted if name not in available and name not in hook.arguments]
    if nobody:
        raise TypeError(
            "hook {} asks for {}, which a hook cannot have; it may ask for: {}".format(
                hook.path, ", ".join(nobody), ", ".join([*available, *hook.arguments])
            )
        )
    arguments = {name: available[name]() for name in wanted if name in available}
    calling()
    hook(**arguments)


def task_arguments(task: Task) -> Dict[str, Function[[], Any]]:
    return {
        "task": lambda: task,
        "client": lambda: task.client,
        "product": lambda: task.product,
        "params": lambda: task.params,
    }


def call_task_hook(spec: Mapping[str, Any], plan: Mapping[str, Any]) -> None:
    call_hook(spec, task_arguments(Task(plan)))


def call_pipeline_hook(spec: Mapping[str, Any], plan: Mapping[str, Any], calling: Function[[], None]) -> None:
    """`plan`: `pipeline` (name), `tasks` (plans of all tasks, where the hook seems to ask for them),
    `report` columns, `traceback`. Raises `NeedsTasks`."""

    def dag() -> Dag:
        if plan.get("tasks") is None:
            raise NeedsTasks
        return Dag(plan["pipeline"], [Task(task) for task in plan["tasks"]])

    available: Dict[str, Function[[], Any]] = {"dag": dag}
    if plan.get("report") is not None:
        available["report"] = lambda: Report(plan["report"])
    if plan.get("traceback") is not None:
        available["traceback"] = lambda: dict(plan["traceback"])
    call_hook(spec, available, calling)
