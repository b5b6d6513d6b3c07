"""The typed pipeline: what `pipeline.yaml` says, every value with the place it is written at.

Frozen data only; `read_spec` makes it. Section numbers in docstrings are those of the format
reference in `docs/format.md`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from types import MappingProxyType
from typing import Literal

from pipelens.core.problems import Place, Problem
from pipelens.frozen import frozen

Kind = Literal["notebook", "script", "function", "sql", "shell", "other"]

NOTHING: Mapping[str, object] = MappingProxyType({})
NO_RESOURCES: Mapping[str, str] = MappingProxyType({})
NO_PLACES: Mapping[str, Place] = MappingProxyType({})


def _nothing() -> Mapping[str, object]:
    return NOTHING


def _no_places() -> Mapping[str, Place]:
    return NO_PLACES


@frozen
class Named:
    """A name that is written somewhere: a task in `upstream`, a module in a path."""

    name: str
    place: Place


@frozen
class DottedPath:
    """A callable named in YAML: `module.sub.function`, with the mapping's other keys as arguments."""

    path: str
    place: Place
    arguments: Mapping[str, object] = field(default_factory=_nothing)


NO_CALLS: Mapping[str, DottedPath] = MappingProxyType({})


def _no_calls() -> Mapping[str, DottedPath]:
    return NO_CALLS


@frozen
class Product:
    """One product.

    key: `""` for a single product, `"0"`, `"1"` … in a list, else the mapping's key as text.
    path: absolute native path for files; for relations the name as Ploomber prints it.
    written: the text in the file, placeholders and all. identity: what makes it the same product as
    another one (a table and a view of one name differ).
    """

    key: str
    path: str
    written: str
    place: Place
    key_place: Place | None = None
    identity: str = ""


@frozen
class Products:
    """All products of a task. `class_name` is the product class (`File`, `SQLRelation` …)."""

    items: tuple[Product, ...]
    form: Literal["single", "list", "mapping"]
    class_name: str
    place: Place

    @property
    def are_files(self) -> bool:
        return self.class_name == "File"

    def get(self, key: str) -> Product | None:
        return next((item for item in self.items if item.key == key), None)


@frozen
class Hooks:
    on_render: DottedPath | None = None
    on_finish: DottedPath | None = None
    on_failure: DottedPath | None = None


NO_HOOKS = Hooks()


@frozen
class TaskSpec:
    """What the YAML says of one task (an element of a grid is a task of its own).

    source: as expanded: a path as written, or a dotted path. source_path: absolute native path of
    a file source, None for a dotted path. options: the keys of the class (`executor_params`,
    `static_analysis` …), expanded and cast. key_places: each written key of the entry.
    products: None when the entry has none (a broken entry, or `extract_product`). calls: params (and
    keys of a grid) whose value is the result of a function. named: whether the name is written;
    name_is_text: a name like 2024 is a number, which no source can ask for. param_repeats: further
    places where a grid of several mappings writes a key.
    """

    name: str
    kind: Kind
    class_name: str
    source: str
    source_path: str | None
    source_place: Place
    entry: int
    place: Place
    name_place: Place | None = None
    class_place: Place | None = None
    products: Products | None = None
    params: Mapping[str, object] = field(default_factory=_nothing)
    param_places: Mapping[str, Place] = field(default_factory=_no_places)
    param_value_places: Mapping[str, Place] = field(default_factory=_no_places)
    upstream: tuple[Named, ...] = ()
    upstream_place: Place | None = None
    hooks: Hooks = NO_HOOKS
    client: DottedPath | None = None
    product_client: DottedPath | None = None
    serializer: DottedPath | None = None
    unserializer: DottedPath | None = None
    resources: Mapping[str, str] = field(default_factory=lambda: NO_RESOURCES)
    options: Mapping[str, object] = field(default_factory=_nothing)
    option_places: Mapping[str, Place] = field(default_factory=_no_places)
    key_places: Mapping[str, Place] = field(default_factory=_no_places)
    grid_index: int | None = None
    calls: Mapping[str, DottedPath] = field(default_factory=_no_calls)
    named: bool = False
    name_is_text: bool = True
    param_repeats: tuple[Named, ...] = ()

    @property
    def dotted_paths(self) -> tuple[DottedPath, ...]:
        """Every callable that the entry names, but for its source."""
        hooks = self.hooks
        found = (hooks.on_render, hooks.on_finish, hooks.on_failure, self.client, self.product_client)
        more = (self.serializer, self.unserializer, *self.calls.values())
        return tuple(dotted for dotted in (*found, *more) if dotted is not None)


@frozen
class TaskEntry:
    """One element of `tasks:`: the tasks it makes (many with a grid, none when it is broken).

    id: stable while the entry's text is edited. path: the file it is in (a pipeline file, or one
    brought in by `import_tasks_from`); all places inside count lines from where the entry begins
    (`Project.first_lines`). broken: its text could not be read, `tasks` are those of its last good reading.
    label: what to call it when it has no name. placeholders: env names it refers to.
    """

    id: int
    path: str
    tasks: tuple[TaskSpec, ...] = ()
    problems: tuple[Problem, ...] = ()
    broken: bool = False
    label: str = ""
    placeholders: tuple[Named, ...] = ()


@frozen
class Meta:
    """Section `meta` (5.2), defaults filled in."""

    extract_upstream: bool = True
    extract_product: bool = False
    product_default_class: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    product_relative_to_source: bool = False
    source_loader_paths: tuple[str, ...] = ()
    source_loader_module: str | None = None
    import_tasks_from: str | None = None
    import_tasks_from_place: Place | None = None
    jupyter_hot_reload: bool = True
    jupyter_functions_as_notebooks: bool = False


@frozen
class Executor:
    """Section `executor` (5.4). `dotted_path` is kept for a class that is not Ploomber's."""

    kind: Literal["serial", "parallel", "other"] = "serial"
    arguments: Mapping[str, object] = field(default_factory=_nothing)
    dotted_path: str | None = None
    place: Place | None = None


PipelineForm = Literal["tasks", "location", "foreign", "unreadable"]


@frozen
class Spec:
    """A pipeline file, parsed.

    path, root, folder: absolute; `folder` (the spec dir) goes first on the import path.
    form: `tasks` for a pipeline; `location` for a Python-API factory; `foreign` for another tool's
    file; `unreadable` when there is no text to read.
    """

    path: str
    root: str
    folder: str
    form: PipelineForm = "tasks"
    meta: Meta = Meta()
    config: Mapping[str, bool] = field(default_factory=lambda: MappingProxyType({}))
    executor: Executor = Executor()
    clients: Mapping[str, DottedPath] = field(default_factory=lambda: MappingProxyType({}))
    client_key_places: Mapping[str, Place] = field(default_factory=_no_places)
    serializer: DottedPath | None = None
    unserializer: DottedPath | None = None
    hooks: Hooks = Hooks()
    location: DottedPath | None = None
    entries: tuple[TaskEntry, ...] = ()
    problems: tuple[Problem, ...] = ()
    placeholders: tuple[Named, ...] = ()
    section_places: Mapping[str, Place] = field(default_factory=_no_places)

    @property
    def dotted_paths(self) -> tuple[DottedPath, ...]:
        """Every callable that the sections name."""
        hooks = self.hooks
        found = (hooks.on_render, hooks.on_finish, hooks.on_failure, self.serializer, self.unserializer)
        more = (self.location, *self.clients.values())
        return tuple(dotted for dotted in (*found, *more) if dotted is not None)


KIND_OF_CLASS: Mapping[str, Kind] = MappingProxyType(
    {
        "NotebookRunner": "notebook",
        "ScriptRunner": "script",
        "PythonCallable": "function",
        "SQLScript": "sql",
        "SQLDump": "sql",
        "SQLTransfer": "sql",
        "SQLUpload": "sql",
        "PostgresCopyFrom": "sql",
        "ShellScript": "shell",
    }
)
