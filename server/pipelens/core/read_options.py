"""Reading the keys that belong to a task's class (section 7)."""

from __future__ import annotations

from collections.abc import Mapping

from yaml.nodes import MappingNode, Node, ScalarNode

from pipelens.core.keys import Key
from pipelens.core.reading import PieceReader
from pipelens.core.values import mapping_of


def check_options(
    reader: PieceReader,
    class_name: str,
    nodes: Mapping[str, Node],
    values: Mapping[str, object],
    known: Mapping[str, Key],
) -> None:
    """Report values that the class refuses. nodes, values: its own keys as written and as read."""
    for name, node in nodes.items():
        key = known[name]
        if name in ("serializer", "unserializer"):
            continue
        if reader.is_null(node):
            if not key.nullable:
                reader.wrong_type(node, name, "one of " + ", ".join(key.choices) if key.choices else "given")
            continue
        match key.type:
            case "choice":
                _choice(reader, name, node, values[name], key)
            case "mapping" if not isinstance(node, MappingNode):
                reader.wrong_type(node, name, "a mapping")
            case "boolean":
                reader.boolean(node, name)
            case "text" if not isinstance(values[name], str):
                reader.wrong_type(node, name, "text")
            case _:
                pass
    if class_name in ("NotebookRunner", "ScriptRunner") and "ext_in" in nodes:
        reader.report("option-conflict", "ext_in is only for sources that are no files", nodes["ext_in"])
    if class_name == "NotebookRunner":
        _check_notebook(reader, nodes, values)


def check_older_names(reader: PieceReader, keys: Mapping[str, ScalarNode]) -> None:
    """Tell of keys that have a newer name. keys: the entry's, as written."""
    old = keys.get("papermill_params")
    if old is None:
        return
    if "executor_params" in keys:
        message = "papermill_params is the older name of executor_params and is ignored beside it"
        reader.report("deprecated-key", message, old)
    else:
        message = "papermill_params is the older name of executor_params"
        reader.report("deprecated-key", message, old, fixes=[reader.replacement(old, "executor_params")])


def _choice(reader: PieceReader, name: str, node: Node, value: object, key: Key) -> None:
    if name == "static_analysis" and value in (False, True, "disabled", "enabled", "off", "on"):
        right = "regular" if value in (True, "enabled", "on") else "disable"
        reader.report(
            "invalid-choice",
            f"static_analysis cannot be {value!r}; it takes {', '.join(key.choices)}",
            node,
            fixes=[reader.replacement(node, right)] if isinstance(node, ScalarNode) else (),
        )
        return
    reader.choice(node, name, key.choices)


def _check_notebook(reader: PieceReader, nodes: Mapping[str, Node], values: Mapping[str, object]) -> None:
    params = mapping_of(values.get("executor_params") or values.get("papermill_params"))
    params_node = nodes.get("executor_params") or nodes.get("papermill_params")
    if params is not None and params_node is not None:
        engine = params.get("engine_name")
        executor = values.get("executor") or "papermill"
        if engine is not None and engine != executor:
            reader.report(
                "option-conflict",
                f"executor_params.engine_name is {engine!r}, but the executor is {executor!r}; they must be equal",
                params_node,
            )
        if engine is not None and values.get("debug_mode"):
            reader.report(
                "option-conflict", "debug_mode cannot be used with executor_params.engine_name", params_node
            )
        if values.get("local_execution") and "cwd" in params:
            reader.report(
                "option-conflict",
                "local_execution and executor_params.cwd both say where to run; keep one",
                params_node,
            )
    exporter = values.get("nbconvert_exporter_name")
    wanted = values.get("nb_product_key", "nb")
    node = nodes.get("nbconvert_exporter_name")
    if node is None or exporter is None:
        return
    by_key = mapping_of(exporter)
    if isinstance(wanted, list):
        if isinstance(exporter, str):
            reader.wrong_type(
                node, "nbconvert_exporter_name", "a mapping by product key, as nb_product_key is a list"
            )
        elif by_key is not None:
            for name in by_key:
                if name not in wanted:
                    reader.report("option-conflict", f"{name!r} is not listed in nb_product_key", node)
    elif by_key is not None:
        reader.wrong_type(node, "nbconvert_exporter_name", "text, as there is one notebook product")
