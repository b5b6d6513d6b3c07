"""Reading `class`, or telling it from the source (section 6.2)."""

from __future__ import annotations

from collections.abc import Mapping

from yaml.nodes import Node, ScalarNode

from pipelens.core.classes import Inferred, extension, infer_class
from pipelens.core.keys import CLASS_KEYS, TASK_CLASSES, UNUSABLE_CLASSES
from pipelens.core.reading import PieceReader
from pipelens.core.suggestions import nearest


def read_class(reader: PieceReader, nodes: Mapping[str, Node], node: Node | None, source: str | None) -> str:
    """The name of the task's class; `""` where none can be told (reported).

    nodes: the entry's values by key. node: that of `class`, None when it is absent.
    """
    if node is not None:
        return _given(reader, node, source)
    if source is None:
        return ""
    product = nodes.get("product")
    shown = product.value if isinstance(product, ScalarNode) else None
    base = reader.context.folder if "/" not in source else reader.context.base
    found = infer_class(source, shown, reader.context.files, base)
    if found.class_name is None:
        _unclear(reader, nodes["product" if found.blame_product else "source"], source, found)
        return _guess(source)
    if found.looks_like_extension:
        reader.report(
            "function-named-like-extension",
            f"Ploomber takes {source!r} for a file because of its ending; here it is the function. "
            "Rename it to work in both",
            nodes["source"],
        )
    return found.class_name


def _given(reader: PieceReader, node: Node, source: str | None) -> str:
    value = reader.value(node)
    if isinstance(value, str) and value in UNUSABLE_CLASSES:
        reader.report("unusable-class", f"{value} {UNUSABLE_CLASSES[value]}", node)
        return value
    if isinstance(value, str) and value in TASK_CLASSES:
        return value
    near = nearest(value, TASK_CLASSES) if isinstance(value, str) else None
    hint = f"; did you mean {near!r}?" if near else f"; known are {', '.join(sorted(CLASS_KEYS))}"
    fixes = [reader.replacement(node, near)] if near and isinstance(node, ScalarNode) else []
    reader.report("unknown-class", f"there is no task class {value!r}{hint}", node, fixes=fixes)
    return _guess(source)


def _unclear(reader: PieceReader, node: Node, source: str, found: Inferred) -> None:
    fixes = []
    if found.suggestion and isinstance(node, ScalarNode):
        fixes = [reader.replacement(node, found.suggestion)]
    hint = f". Did you mean {found.suggestion!r}?" if found.suggestion and not found.blame_product else ""
    reader.report(
        "class-unclear",
        f"no task class fits the source {source!r}: {found.reason}{hint}",
        node,
        fixes=fixes,
    )


def _guess(source: str | None) -> str:
    """The class to show for a source whose class could not be told."""
    return "NotebookRunner" if source and extension(source) in (".py", ".ipynb") else ""
