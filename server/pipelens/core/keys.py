"""The keys of the format, what each takes, and one line that documents it (sections 5 to 7).

One table serves the reader, the checks, completion and hover.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from pipelens.frozen import frozen

KeyType = Literal["text", "boolean", "number", "mapping", "list", "dotted path", "names", "any", "choice"]


@frozen
class Key:
    """A key: the type of its value, the words it takes where they are few, whether null is absent."""

    name: str
    type: KeyType
    doc: str
    choices: tuple[str, ...] = ()
    nullable: bool = True


def _table(*keys: Key) -> Mapping[str, Key]:
    return MappingProxyType({key.name: key for key in keys})


_HOOKS = (
    Key("on_render", "dotted path", "Function called after rendering, by every command."),
    Key("on_finish", "dotted path", "Function called after success."),
    Key("on_failure", "dotted path", "Function called after a failure."),
)

TOP_KEYS = _table(
    Key("tasks", "list", "The pipeline's tasks.", nullable=False),
    Key("meta", "mapping", "How sources are read and products are made."),
    Key("config", "mapping", "Switches of the engine.", nullable=False),
    Key("clients", "mapping", "Client factories by task or product class."),
    Key(
        "executor",
        "any",
        "`serial`, `parallel`, or a mapping with `dotted_path` and arguments.",
        nullable=False,
    ),
    Key(
        "serializer",
        "dotted path",
        "`function(obj, product)` that saves what functions return.",
        nullable=False,
    ),
    Key("unserializer", "dotted path", "`function(product)` that loads upstream products.", nullable=False),
    *(Key(key.name, key.type, key.doc, nullable=False) for key in _HOOKS),
    Key(
        "location",
        "dotted path",
        "A function that builds the pipeline with Python; stands alone.",
        nullable=False,
    ),
)

META_KEYS = _table(
    Key("extract_upstream", "boolean", "Take `upstream` from sources (default: true)."),
    Key("extract_product", "boolean", "Take `product` from sources (default: false)."),
    Key("product_default_class", "mapping", "Product class by task class."),
    Key("product_relative_to_source", "boolean", "File products are relative to the source's folder."),
    Key("source_loader", "mapping", "Folders (`path`) or package (`module`) that sources come from."),
    Key("import_tasks_from", "text", "A YAML file whose list of tasks is appended."),
    Key("jupyter_hot_reload", "boolean", "The Jupyter plug-in reads the pipeline again at each opening."),
    Key("jupyter_functions_as_notebooks", "boolean", "The Jupyter plug-in shows functions as notebooks."),
)

CONFIG_KEYS = _table(
    Key("hot_reload", "boolean", "Read sources again at every use."),
    Key("outdated_by_code", "boolean", "Whether a change of code makes a task stale (default: true)."),
    Key("cache_rendered_status", "boolean", "Keep the status after the first rendering."),
    Key("logging_factory", "any", "A Python object; cannot be given in YAML."),
    Key("differ", "any", "A Python object; cannot be given in YAML."),
)

SOURCE_LOADER_KEYS = _table(
    Key("path", "any", "A folder, or a list of folders."),
    Key("module", "text", "A package whose folder holds the sources."),
)

TASK_KEYS = _table(
    Key("source", "text", "The task's code: a file, or the dotted path of a function.", nullable=False),
    Key("product", "any", "What the task makes: a path, or a mapping of paths.", nullable=False),
    Key("name", "any", "The task's name; by default the file's stem or the function's name."),
    Key("params", "mapping", "Values passed to the task.", nullable=False),
    Key("upstream", "names", "Tasks that this one needs (only with `extract_upstream: false`)."),
    Key("grid", "any", "One task per combination of these values.", nullable=False),
    Key("class", "choice", "The task's class; by default told from the source."),
    *_HOOKS,
    Key("client", "dotted path", "A function that makes the task's client."),
    Key("product_client", "dotted path", "A function that makes the products' client."),
    Key("product_class", "choice", "The products' class.", nullable=False),
)

_NOTEBOOK = (
    Key("executor", "choice", "What runs the notebook.", ("papermill", "ploomber-engine")),
    Key("executor_params", "mapping", "Arguments of what runs the notebook."),
    Key("papermill_params", "mapping", "Older name of `executor_params`."),
    Key("kernelspec_name", "text", "The Jupyter kernel; by default told from the source."),
    Key("nbconvert_exporter_name", "any", "The exporter; by default told from the product's extension."),
    Key("nbconvert_export_kwargs", "mapping", "Arguments of the export."),
    Key("nb_product_key", "any", "The product key (or keys) of the executed notebook (default: `nb`)."),
    Key(
        "static_analysis", "choice", "How strictly the code is checked before it runs.",
        ("regular", "strict", "disable"), nullable=False,
    ),
    Key("local_execution", "boolean", "Run in the source's folder."),
    Key("check_if_kernel_installed", "boolean", "Refuse a kernel that is not installed."),
    Key("debug_mode", "choice", "Start a debugger at an error.", ("now", "later")),
    Key("ext_in", "text", "Only for sources that are not files."),
)  # fmt: skip

_SQL_IO = (
    Key("chunksize", "number", "Rows per part; null writes one file."),
    Key("io_handler", "any", "A Python object; cannot be given in YAML."),
)

CLASS_KEYS: Mapping[str, Mapping[str, Key]] = MappingProxyType(
    {
        "NotebookRunner": _table(*_NOTEBOOK),
        "ScriptRunner": _table(
            *(key for key in _NOTEBOOK if key.name in {"static_analysis", "local_execution", "ext_in"})
        ),
        "PythonCallable": _table(
            Key(
                "serializer", "dotted path", "`function(obj, product)` that saves what the function returns."
            ),
            Key("unserializer", "dotted path", "`function(product)` that loads each upstream product."),
            Key("debug_mode", "choice", "Start a debugger at an error.", ("now", "later")),
        ),
        "SQLScript": _table(),
        "SQLDump": _table(*_SQL_IO),
        "SQLUpload": _table(*_SQL_IO, Key("to_sql_kwargs", "mapping", "Arguments of pandas' `to_sql`.")),
        "SQLTransfer": _table(_SQL_IO[0]),
        "ShellScript": _table(),
        "DownloadFromURL": _table(),
        "UploadToS3": _table(Key("bucket", "text", "The bucket.")),
        "PostgresCopyFrom": _table(
            Key("sep", "text", "Separator."), Key("index", "boolean", "Keep the index.")
        ),
    }
)

TASK_CLASSES: tuple[str, ...] = (*CLASS_KEYS, "Link", "Input")
"""The classes that can be named, those that refuse to work from YAML included (7.8)."""

UNUSABLE_CLASSES: Mapping[str, str] = MappingProxyType(
    {
        "Link": "takes no `source`, so it only works from Python",
        "Input": "takes no `source`, so it only works from Python",
        "TaskFactory": "is a helper of the Python API",
        "Task": "is a helper of the Python API",
        "TaskGroup": "is a helper of the Python API",
        "task_factory": "is a helper of the Python API",
        "input_data_passer": "is a helper of the Python API",
        "in_memory_callable": "is a helper of the Python API",
    }
)

PRODUCT_CLASSES: tuple[str, ...] = (
    "File",
    "SQLRelation",
    "SQLiteRelation",
    "PostgresRelation",
    "GenericSQLRelation",
    "GenericProduct",
)

RELATION_CLASSES = frozenset(PRODUCT_CLASSES[1:5])

DEFAULT_PRODUCT_CLASS: Mapping[str, str] = MappingProxyType(
    {
        "NotebookRunner": "File",
        "ScriptRunner": "File",
        "PythonCallable": "File",
        "ShellScript": "File",
        "SQLDump": "File",
        "SQLScript": "SQLRelation",
    }
)

ALLOWED_PRODUCT_CLASSES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "NotebookRunner": frozenset({"File"}),
        "SQLScript": RELATION_CLASSES,
        "SQLDump": frozenset({"File", "GenericProduct"}),
        "SQLTransfer": RELATION_CLASSES - {"SQLRelation"},
        "SQLUpload": RELATION_CLASSES - {"SQLRelation"},
    }
)

DOTTED_PATH_KEYS = frozenset(
    {
        "on_render",
        "on_finish",
        "on_failure",
        "client",
        "product_client",
        "serializer",
        "unserializer",
        "location",
    }
)
"""The keys that name a callable, in a section or in a task."""

CALLABLE_KEYS = _table(
    Key("dotted_path", "dotted path", "The function that is called; other keys are its arguments.")
)
"""The keys of a mapping that stands where a callable is named (5.8)."""

PRODUCT_CLASS_KEYS = _table(
    *(
        Key(name, "choice", f"The product class of tasks of class `{name}`.", PRODUCT_CLASSES)
        for name in TASK_CLASSES
        if name not in UNUSABLE_CLASSES
    )
)
"""The keys of `meta.product_default_class`."""

CLIENT_KEYS = _table(
    *(
        Key(name, "dotted path", f"The function that makes the client for `{name}`.")
        for name in (*PRODUCT_CLASS_KEYS, *PRODUCT_CLASSES)
    )
)
"""The keys of `clients`."""

NOTEBOOK_EXTENSIONS: tuple[str, ...] = (".ipynb", ".html", ".md", ".tex", ".pdf", ".rst")

NOTEBOOK_SOURCES: tuple[str, ...] = (".py", ".ipynb", ".R", ".r", ".Rmd")

ENV_KEYS = _table(
    Key("meta", "mapping", "How this file is read; no parameter of the pipeline."),
    Key("path", "mapping", "Paths: `~` is expanded, and a folder (with `/` at its end) is made on load."),
    Key("_module", "text", "The pipeline's own package or its folder: gives `{{version}}`."),
)
"""What has a meaning of its own in an env file; all other keys are parameters (3.2)."""

ENV_META_KEYS = _table(
    Key("import_from", "text", "A YAML file whose values are taken, too; this file's values win."),
)

EXECUTORS: Mapping[str, Mapping[str, Key]] = MappingProxyType(
    {
        "ploomber.executors.Serial": _table(
            Key("build_in_subprocess", "boolean", "Run functions in a process of their own."),
            Key("catch_exceptions", "boolean", "Go on with other tasks after a failure."),
            Key("catch_warnings", "boolean", "Collect warnings."),
        ),
        "ploomber.executors.Parallel": _table(
            Key("processes", "number", "How many processes (default: CPU count)."),
            Key("print_progress", "boolean", "Print progress."),
            Key("start_method", "choice", "How processes start.", ("fork", "spawn", "forkserver")),
        ),
        "ploomber.executors.ParallelDill": _table(
            Key("processes", "number", "How many processes (default: CPU count)."),
            Key("print_progress", "boolean", "Print progress."),
        ),
    }
)

OTHER_TOOLS: tuple[tuple[frozenset[str], str], ...] = (
    (frozenset({"apiVersion", "kind"}), "a Kubernetes-style resource (Kubeflow, Argo, Tekton …)"),
    (frozenset({"stages"}), "a pipeline of stages (DVC, Azure, GitLab …)"),
    (frozenset({"components"}), "a pipeline of components (Kubeflow, Azure ML …)"),
    (frozenset({"pipelineInfo", "root"}), "a compiled Kubeflow pipeline"),
    (frozenset({"pipelines"}), "a Bitbucket pipeline or a collection of pipelines"),
    (frozenset({"jobs"}), "a CI pipeline of jobs"),
    (frozenset({"steps"}), "a pipeline of steps (Azure, Buildkite, Drone …)"),
    (frozenset({"$schema", "jobs"}), "an Azure ML pipeline"),
    (frozenset({"kind", "steps"}), "a Drone or Woodpecker pipeline"),
    (frozenset({"name", "nodes"}), "a graph of nodes (Kedro, Elyra …)"),
)
"""Top-level keys that tell another tool's file from a pipeline that lacks its tasks."""
