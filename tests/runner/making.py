"""Pipelines on disk and their projects, put together by hand: what reading `pipeline.yaml` would
make of them, without reading any."""

from __future__ import annotations

import ast
import fnmatch
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pipelens.core.cells import CellsError, read_cells
from pipelens.core.env import Env
from pipelens.core.index import Index
from pipelens.core.problems import Place
from pipelens.core.project import Project, Task
from pipelens.core.sources import FunctionSource, MissingSource, NotebookSource, Source, UnreadableSource
from pipelens.core.spec import DottedPath, Hooks, Kind, Product, Products, Spec, TaskSpec
from pipelens.core.templates import read_template
from pipelens.core.text import NOWHERE
from pipelens.runner.build import BuildResult, run_build
from pipelens.runner.events import Event
from pipelens.runner.freshness import Freshness, read_freshness
from pipelens.runner.interpreter import Interpreter
from pipelens.runner.plan import BuildOptions, Plan, make_plan
from pipelens.runner.stop import StopRequest

CLASSES: Mapping[str, Kind] = {
    "NotebookRunner": "notebook",
    "ScriptRunner": "script",
    "PythonCallable": "function",
    "ShellScript": "shell",
    "SQLDump": "sql",
}


def dotted(path: str | None, **arguments: object) -> DottedPath | None:
    return None if path is None else DottedPath(path, Place("pipeline.yaml"), MappingProxyType(arguments))


@dataclass
class Pipeline:
    """A folder with files and tasks; `project()` reads the sources as they are now."""

    root: Path
    specs: list[tuple[TaskSpec, tuple[str, ...]]] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    hooks: Hooks = field(default_factory=Hooks)
    serializer: DottedPath | None = None
    unserializer: DottedPath | None = None
    python: str = sys.executable
    config: Mapping[str, bool] = field(default_factory=dict)

    def write(self, name: str, text: str) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode("utf-8"))
        return path

    def edit(self, name: str, old: str, new: str) -> None:
        text = (self.root / name).read_text("utf-8")
        assert text.count(old) == 1
        self.write(name, text.replace(old, new))

    def task(
        self,
        source: str,
        product: str | Mapping[str, str],
        *,
        name: str | None = None,
        upstream: tuple[str, ...] = (),
        params: Mapping[str, object] | None = None,
        class_name: str | None = None,
        hooks: Hooks | None = None,
        resources: Mapping[str, str] | None = None,
        **options: object,
    ) -> None:
        """Declare a task. `upstream`: names and wildcards."""
        is_file = source.endswith((".py", ".ipynb", ".sh", ".sql"))
        by_ending = {".sh": "ShellScript"}.get(Path(source).suffix, "NotebookRunner")
        class_name = class_name or (by_ending if is_file else "PythonCallable")
        place = Place(str(self.root / "pipeline.yaml"))
        serializer = options.pop("serializer", None)
        spec = TaskSpec(
            name=name or (Path(source).stem if is_file else source.rpartition(".")[2]),
            kind=CLASSES[class_name],
            class_name=class_name,
            source=source,
            source_path=str(self.root / source) if is_file else None,
            source_place=place,
            entry=0,
            place=place,
            products=self._products(product, place),
            params=MappingProxyType(dict(params or {})),
            calls=_calls(params or {}),
            hooks=hooks or Hooks(),
            serializer=serializer if isinstance(serializer, DottedPath) else None,
            resources={key: str(self.root / path) for key, path in (resources or {}).items()},
            options=options,
        )
        self.specs.append((spec, upstream))

    def _products(self, product: str | Mapping[str, str], place: Place) -> Products:
        named = {"": product} if isinstance(product, str) else product
        items = tuple(Product(key, str(self.root / path), path, place) for key, path in named.items())
        return Products(items, "single" if isinstance(product, str) else "mapping", "File", place)

    def set_params(self, name: str, **params: object) -> None:
        self.specs = [
            (replace(spec, params=params) if spec.name == name else spec, upstream)
            for spec, upstream in self.specs
        ]

    def project(self) -> Project:
        names = [spec.name for spec, _ in self.specs]
        tasks: dict[str, Task] = {}
        for spec, upstream in self.specs:
            needs = {one: tuple(n for n in names if fnmatch.fnmatchcase(n, one)) for one in upstream}
            found = tuple(dict.fromkeys(n for matched in needs.values() for n in matched))
            tasks[spec.name] = Task(spec, self._source(spec), found, needs, (), spec.products)
        root = str(self.root)
        spec = Spec(
            str(self.root / "pipeline.yaml"),
            root,
            root,
            config=self.config,
            serializer=self.serializer,
            unserializer=self.unserializer,
            hooks=self.hooks,
        )
        downstream = {n: tuple(t.name for t in tasks.values() if n in t.upstream) for n in names}
        empty: Mapping = MappingProxyType({})
        return Project(
            1,
            spec,
            Env(),
            tasks,
            _order(tasks),
            (),
            downstream,
            empty,
            empty,
            Index(),
            empty,
            empty,
            empty,
            (),
        )

    def _source(self, spec: TaskSpec) -> Source:
        if spec.source_path is not None:
            if not os.path.exists(spec.source_path):
                return MissingSource(spec.source_path)
            if spec.kind in ("shell", "sql"):
                return read_template(spec.source_path, Path(spec.source_path).read_text("utf-8"))
            cells = read_cells(spec.source_path, Path(spec.source_path).read_text("utf-8"))
            if isinstance(cells, CellsError):
                return UnreadableSource(spec.source_path)
            return NotebookSource(spec.source_path, cells.language, cells.code)
        module, _, name = spec.source.rpartition(".")
        path = self.root / (module.replace(".", "/") + ".py")
        text = path.read_text("utf-8")
        try:
            body = ast.parse(text).body
        except SyntaxError:
            return UnreadableSource(str(path))
        node = next(n for n in body if getattr(n, "name", None) == name)
        assert isinstance(node, ast.FunctionDef)
        lines = text.splitlines(keepends=True)
        first = min([node.lineno, *(d.lineno for d in node.decorator_list)]) - 1
        return FunctionSource(
            str(path), name, node.lineno - 1, NOWHERE, "".join(lines[first : node.end_lineno])
        )

    def freshness(self) -> Mapping[str, Freshness]:
        return read_freshness(self.project())

    def states(self) -> dict[str, str]:
        return {name: told.state for name, told in self.freshness().items()}

    def build(
        self,
        *,
        environ: Mapping[str, str] | None = None,
        stop: StopRequest | None = None,
        engine: str | None = None,
        **options: object,
    ) -> BuildResult:
        """Plan and run; the events are in `events`."""
        project = self.project()
        plan = make_plan(project, read_freshness(project), BuildOptions(**options))  # type: ignore[arg-type]
        assert isinstance(plan, Plan), plan
        self.events = []
        return run_build(
            project,
            plan,
            interpreter=Interpreter(self.python, "the test says so"),
            listener=self.events.append,
            cwd=str(self.root),
            environ=os.environ if environ is None else environ,
            stop=stop,
            engine=engine,
        )

    def of_kind(self, kind: type) -> list:
        return [event for event in self.events if isinstance(event, kind)]


def _calls(params: Mapping[str, object]) -> Mapping[str, DottedPath]:
    """The params that name a function."""
    found = {}
    for name, value in params.items():
        given = dict(value) if isinstance(value, Mapping) else {"dotted_path": value}
        path = given.pop("dotted_path", None)
        if isinstance(path, str) and "::" in path:
            found[name] = DottedPath(path, Place("pipeline.yaml"), given)
    return found


def _order(tasks: Mapping[str, Task]) -> tuple[str, ...]:
    placed: list[str] = []
    left = list(tasks)
    while left:
        ready = [name for name in left if all(one in placed for one in tasks[name].upstream)]
        assert ready, "a circle"
        placed.extend(ready)
        left = [name for name in left if name not in ready]
    return tuple(placed)


def notebook_at(path: Path) -> Any:
    """A notebook's file as nbformat reads it: texts in one piece."""
    import nbformat

    return nbformat.read(path, as_version=4)
