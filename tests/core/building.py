"""Projects built by hand: what the readers would make of a pipeline, in one call per task."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from pipelens.core.checks import check_entry, check_pipeline
from pipelens.core.env import Env
from pipelens.core.index import Index, Mention
from pipelens.core.problems import Place, Problem
from pipelens.core.project import Project, Task
from pipelens.core.sources import (
    Declaration,
    Element,
    FunctionSource,
    MissingSource,
    NotebookSource,
    Parameter,
    Reference,
    Source,
)
from pipelens.core.spec import (
    DottedPath,
    Hooks,
    Kind,
    Meta,
    Named,
    Product,
    Products,
    Spec,
    TaskEntry,
    TaskSpec,
)
from pipelens.core.text import Span

ROOT = "/project"
SPEC = f"{ROOT}/pipeline.yaml"


def at(line: int, start: int = 0, end: int = 4) -> Span:
    return Span.on_line(line, start, end)


def notebook(
    name: str = "nb",
    *,
    upstream: Sequence[str] = (),
    params: Mapping[str, str | None] | None = None,
    uses: Iterable[str] = (),
    reads: Sequence[tuple[str, str | None]] = (),
    code: str = "",
    problems: tuple[Problem, ...] = (),
) -> NotebookSource:
    """A script whose parameters cell is on line 1 and whose reads begin on line 10."""
    declaration = Declaration(
        "upstream",
        at(1),
        at(1, 11, 20),
        list(upstream) or None,
        tuple(Element(one, at(1, 12 + 10 * i, 12 + 10 * i + len(one))) for i, one in enumerate(upstream)),
    )
    return NotebookSource(
        f"{ROOT}/{name}.py",
        "python",
        code,
        at(1),
        declaration,
        params=tuple(
            Parameter(n, at(2 + i, 0, len(n)), value) for i, (n, value) in enumerate((params or {}).items())
        ),
        uses=frozenset(uses),
        references=tuple(_reference(10 + i, *read) for i, read in enumerate(reads)),
        problems=problems,
    )


def _reference(line: int, name: str, key: str | None) -> Reference:
    end = 10 + len(name)
    return Reference(
        name, at(line, 10, end), key, at(line, end + 4, end + 4 + len(key)) if key is not None else None
    )


def function(
    name: str = "fn",
    parameters: str = "product",
    *,
    reads: Sequence[tuple[str, str | None]] = (),
    is_async: bool = False,
    decorated: bool = False,
) -> FunctionSource:
    """A function of `steps.py`; parameters as in `product, upstream=None, *args, x`."""
    return FunctionSource(
        f"{ROOT}/steps.py",
        name,
        0,
        at(0, 4, 4 + len(name)),
        "",
        tuple(_parameter(i, text.strip()) for i, text in enumerate(parameters.split(",")) if text.strip()),
        tuple(_reference(10 + i, *read) for i, read in enumerate(reads)),
        is_async=is_async,
        decorated=decorated,
    )


def _parameter(position: int, text: str) -> Parameter:
    name, _, default = text.partition("=")
    span = at(0, 10 + 10 * position, 10 + 10 * position + len(name))
    if name.startswith("**"):
        return Parameter(name[2:], span, None, "kwargs")
    if name.startswith("*"):
        return Parameter(name[1:], span, None, "args")
    if name.startswith("/"):
        return Parameter(name[1:], span, None, "positional")
    return Parameter(name, span, default or None)


def dotted(path: str, **arguments: object) -> DottedPath:
    return DottedPath(path, Place(SPEC, at(0, 0, len(path))), MappingProxyType(arguments))


class Pipeline:
    """Tasks added one by one; each is an entry of its own unless `entry` says otherwise."""

    def __init__(
        self,
        *,
        env: Env | None = None,
        meta: Meta | None = None,
        hooks: Hooks | None = None,
        serializer: DottedPath | None = None,
        unserializer: DottedPath | None = None,
        clients: Mapping[str, DottedPath] | None = None,
        callables: Mapping[str, Source] | None = None,
        uses: Mapping[str, int] | None = None,
    ) -> None:
        self.env = env or Env()
        self.callables = dict(callables or {})
        self.uses = dict(uses or {})
        self.spec = Spec(
            SPEC,
            ROOT,
            ROOT,
            meta=meta or Meta(),
            hooks=hooks or Hooks(),
            serializer=serializer,
            unserializer=unserializer,
            clients=clients or {},
        )
        self.specs: list[tuple[TaskSpec, Source, tuple[Named, ...]]] = []

    def task(
        self,
        name: str,
        source: Source | None = None,
        *,
        product: str | Mapping[str, str] | None = None,
        product_class: str = "File",
        params: Mapping[str, object] | None = None,
        upstream: Sequence[str] = (),
        entry: int | None = None,
        named: bool = False,
        kind: Kind | None = None,
        **more: object,
    ) -> Pipeline:
        """`upstream`: names in the YAML; those of the source are taken from it."""
        source = source if source is not None else notebook(name)
        number = entry if entry is not None else len(self.specs)
        is_function = isinstance(source, FunctionSource)
        path = getattr(source, "path", None)
        spec = TaskSpec(
            name,
            kind or ("function" if is_function else "notebook"),
            "PythonCallable" if is_function else "NotebookRunner",
            f"steps.{name}" if is_function else f"{name}.py",
            None if is_function else path,
            _place(number, 0, 10),
            number,
            _place(number, 0, 2),
            name_place=_place(number, 1, 8) if named else None,
            products=_products(
                number, product if product is not None else f"{ROOT}/out/{name}", product_class
            ),
            params=MappingProxyType(dict(params or {})),
            param_places={key: _place(number, 4, 10 + i) for i, key in enumerate(params or {})},
            **more,  # pyright: ignore[reportArgumentType]
        )
        self.specs.append((spec, source, tuple(Named(n, _place(number, 3, 12)) for n in upstream)))
        return self

    def project(self) -> Project:
        names = [spec.name for spec, _, _ in self.specs]
        tasks: dict[str, Task] = {}
        by_entry: dict[int, list[Task]] = {}
        by_name: dict[str, list[Mention]] = {}
        by_product: dict[str, list[Mention]] = {}
        by_source: dict[str, list[Mention]] = {}
        by_file: dict[str, list[Mention]] = {}
        for spec, source, in_yaml in self.specs:
            needed = in_yaml + _declared(source)
            needs = {
                n.name: tuple(fnmatch.filter(names, n.name))
                if "*" in n.name
                else ((n.name,) if n.name in names else ())
                for n in needed
            }
            upstream = tuple(dict.fromkeys(one for found in needs.values() for one in found))
            task = Task(spec, source, upstream, needs, needed, spec.products)
            siblings = by_entry.setdefault(spec.entry, [])
            mention = Mention(spec.entry, len(siblings))
            siblings.append(task)
            tasks.setdefault(spec.name, task)
            by_name.setdefault(spec.name, []).append(mention)
            by_source.setdefault(spec.source_path or spec.source, []).append(mention)
            if task.source_path is not None:
                by_file.setdefault(task.source_path, []).append(mention)
            for product in spec.products.items if spec.products else ():
                by_product.setdefault(product.identity, []).append(
                    Mention(mention.entry, mention.task, product.key)
                )
        entries = {
            number: TaskEntry(number, SPEC, tuple(task.spec for task in found))
            for number, found in by_entry.items()
        }
        return Project(
            1,
            self.spec,
            self.env,
            tasks,
            (),
            _cycles(tasks),
            {},
            entries,
            {number: tuple(found) for number, found in by_entry.items()},
            Index(_tuples(by_name), _tuples(by_product), _tuples(by_source), by_file=_tuples(by_file)),
            self.callables,
            self.uses,
            {},
            (),
        )

    def problems(self) -> list[Problem]:
        project = self.project()
        found: list[Problem] = []
        for entry in project.entries.values():
            found.extend(check_entry(project, entry))
        return [*found, *check_pipeline(project)]

    def codes(self) -> list[str]:
        return [found.code for found in self.problems()]


def _place(entry: int, line: int, start: int, length: int = 4) -> Place:
    return Place(SPEC, at(line, start, start + length), entry)


def _products(entry: int, product: str | Mapping[str, str], class_name: str) -> Products:
    place = _place(entry, 2, 11)
    if isinstance(product, str):
        return Products(
            (Product("", product, product, place, identity=_identity(product, class_name)),),
            "single",
            class_name,
            place,
        )
    items = tuple(
        Product(
            key,
            path,
            path,
            _place(entry, 2, 20 + 10 * i),
            _place(entry, 2, 15 + 10 * i),
            _identity(path, class_name),
        )
        for i, (key, path) in enumerate(product.items())
    )
    return Products(items, "mapping", class_name, place)


def _identity(path: str, class_name: str) -> str:
    return path if class_name == "File" else f"table {path}"


def _declared(source: Source) -> tuple[Named, ...]:
    match source:
        case NotebookSource(upstream=Declaration() as declaration):
            return tuple(Named(e.name, Place(source.path, e.span)) for e in declaration.elements)
        case FunctionSource():
            first = {r.name: Named(r.name, Place(source.path, r.span)) for r in reversed(source.references)}
            return tuple(reversed(first.values()))
        case _:
            return ()


def _tuples(mentions: dict[str, list[Mention]]) -> Mapping[str, tuple[Mention, ...]]:
    return {key: tuple(found) for key, found in mentions.items()}


def _cycles(tasks: Mapping[str, Task]) -> tuple[tuple[str, ...], ...]:
    """Groups of names that reach each other; small pipelines only."""

    def reach(start: str) -> set[str]:
        seen: set[str] = set()
        waiting = [start]
        while waiting:
            for upstream in tasks[waiting.pop()].upstream:
                if upstream in tasks and upstream not in seen:
                    seen.add(upstream)
                    waiting.append(upstream)
        return seen

    reached = {name: reach(name) for name in tasks}
    groups: list[tuple[str, ...]] = []
    for name in tasks:
        if name in reached[name]:
            group = tuple(n for n in tasks if n in reached[name] and name in reached[n])
            if group not in groups:
                groups.append(group)
    return tuple(groups)


__all__ = [
    "ROOT",
    "SPEC",
    "MissingSource",
    "Pipeline",
    "at",
    "dotted",
    "function",
    "notebook",
]
