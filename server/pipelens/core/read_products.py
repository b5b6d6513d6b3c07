"""Reading `product` (section 6.4): its forms by product class, its paths, its problems."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from sys import intern

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from pipelens.core.keys import ALLOWED_PRODUCT_CLASSES, NOTEBOOK_EXTENSIONS, RELATION_CLASSES
from pipelens.core.reading import PieceReader
from pipelens.core.spec import Product, Products, TaskSpec
from pipelens.core.suggestions import nearest
from pipelens.core.typed_nodes import items_of, pairs_of
from pipelens.core.values import sequence_of
from pipelens.core.yaml_values import STR

_MAX_RELATION_NAME = 63

PathOf = Callable[[str], str]
"""From a file product as expanded to its absolute path."""


def read_products(reader: PieceReader, node: Node, class_name: str, path_of: PathOf) -> Products | None:
    """The products that `node` declares; None when its form is not understood (reported).

    class_name: the product class. path_of: where a relative path starts from, or a grid's rewriting.
    """
    place = reader.place(node)
    if reader.is_null(node):
        reader.report("product-form", "product is empty; write the path of what the task makes", node)
        return None
    if isinstance(node, MappingNode):
        pairs = reader.pairs(node)
        if not pairs:
            if not pairs_of(node):  # else it is said already why they cannot be read
                reader.report("product-form", "product is an empty mapping; name at least one product", node)
            return None
        items: list[Product] = []
        for key, value in pairs:
            name = intern(key.value if key.tag == STR else str(reader.raw(key)))
            item = _read_one(reader, value, class_name, path_of, name, key)
            if item:
                items.append(item)
        return Products(tuple(items), "mapping", class_name, place) if items else None
    item = _read_one(reader, node, class_name, path_of, "", None)
    return Products((item,), "single", class_name, place) if item else None


def _read_one(
    reader: PieceReader, node: Node, class_name: str, path_of: PathOf, key: str, key_node: Node | None
) -> Product | None:
    key_place = reader.place(key_node) if key_node else None
    if class_name in RELATION_CLASSES:
        return _read_relation(reader, node, path_of, key, _what(key, key_node), key_node)
    value = reader.value(node)
    written = node.value if isinstance(node, ScalarNode) else ""
    if not isinstance(value, str):
        what = _what(key, key_node)
        if isinstance(node, MappingNode):
            message = f"{what} is a mapping inside the mapping; every key takes one path"
        elif isinstance(node, SequenceNode):
            message = (
                f"{what} is a list; name several products in a mapping, such as {{data: a.csv, model: b.pkl}}"
            )
        elif written and value is not None:
            message = f"{what} reads as the {type(value).__name__} {value!r}; it must be a path"
        else:
            message = f"{what} is empty; write the path of what the task makes"
        several = key_node is not None and not isinstance(node, ScalarNode)
        reader.report("product-form", message, key_node if several and key_node is not None else node)
        return None
    path = path_of(value) if class_name == "File" else value
    return Product(key, path, written, reader.place(node), key_place, path)


def _what(key: str, key_node: Node | None) -> str:
    return f"product {key!r}" if key_node else "product"


def _read_relation(
    reader: PieceReader, node: Node, path_of: PathOf, key: str, what: str, key_node: Node | None
) -> Product | None:
    value = reader.value(node)
    form = "[name, table] or [schema, name, table]"
    written = sequence_of(value)
    if written is None or len(written) not in (2, 3):
        reader.report("relation-form", f"{what} is a relation: write it as {form}", node)
        return None
    schema = written[0] if len(written) == 3 else None
    name, kind = written[-2], written[-1]
    parts = items_of(node) if isinstance(node, SequenceNode) else [node] * len(written)
    if kind not in ("table", "view"):
        near = nearest(kind, ("table", "view")) if isinstance(kind, str) else None
        hint = f"; did you mean {near!r}?" if near else ""
        fixes = [reader.replacement(parts[-1], near)] if near and isinstance(parts[-1], ScalarNode) else []
        reader.report(
            "relation-form",
            f"the kind of {what} must be table or view, not {kind!r}{hint}",
            parts[-1],
            fixes=fixes,
        )
        return None
    if not isinstance(name, str) or not name:
        reader.report("relation-form", f"{what} has no name: write it as {form}", parts[-2])
        return None
    name = path_of(name)
    if len(name) > _MAX_RELATION_NAME:
        reader.report(
            "relation-form",
            f"the name of {what} has {len(name)} characters; databases take {_MAX_RELATION_NAME}",
            parts[-2],
        )
    shown = f"{schema}.{name}" if schema else name
    return Product(
        key,
        shown,
        shown,
        reader.place(node),
        reader.place(key_node) if key_node else None,
        f"{kind} {shown}",
    )


def check_notebook_products(
    reader: PieceReader,
    products: Products,
    options: Mapping[str, object],
    node: Node,
    key_node: Node | None,
) -> None:
    """Whether a notebook task says where its executed notebook goes (sections 6.4, 7.1).

    key_node: the entry's key `product`, which is blamed for a product that is not there.
    """
    exporter = options.get("nbconvert_exporter_name")
    wanted = options.get("nb_product_key", "nb")
    known = ", ".join(NOTEBOOK_EXTENSIONS)
    if products.form == "single":
        item = products.items[0]
        if not exporter and os.path.splitext(item.path)[1] not in NOTEBOOK_EXTENSIONS:
            _report_extension(
                reader, item, "the only product of a notebook task is the executed notebook", known
            )
        return
    listed = sequence_of(wanted)
    names = [str(wanted)] if listed is None else list(map(str, listed))
    for name in names:
        item = products.get(name)
        if item is None:
            near = nearest(name, [p.key for p in products.items])
            hint = f"; did you mean to call {near!r} so?" if near else f", such as {name}: out/report.html"
            fixes = []
            if near:
                key = next(k for k, _ in node.value if isinstance(k, ScalarNode) and k.value == near)
                fixes = [reader.replacement(key, name)]
            reader.report(
                "notebook-product-missing",
                f"a notebook task needs a product {name!r} for the executed notebook{hint}",
                key_node if key_node is not None else node,
                fixes=fixes,
            )
        elif not exporter and os.path.splitext(item.path)[1] not in NOTEBOOK_EXTENSIONS:
            _report_extension(reader, item, f"{name!r} is the executed notebook", known)
    if listed is not None:
        for item in products.items:
            if item.key not in names and os.path.splitext(item.path)[1] in NOTEBOOK_EXTENSIONS:
                reader.report(
                    "notebook-product-missing",
                    f"product {item.key!r} looks like an executed notebook; list it in nb_product_key too",
                    item.place,
                )


def _report_extension(reader: PieceReader, item: Product, why: str, known: str) -> None:
    ending = os.path.splitext(item.path)[1]
    near = nearest(ending, NOTEBOOK_EXTENSIONS) if ending else None
    hint = f"; did you mean {near!r}?" if near else f"; it ends in one of {known}"
    shown = f"{ending!r} is no format for it" if ending else "the path has no extension"
    remedy = "" if near else " (data goes under a key of its own, beside nb: …)"
    reader.report("notebook-product-extension", f"{why}, and {shown}{hint}{remedy}", item.place)


def check_product_class(
    reader: PieceReader, spec: TaskSpec, products: Products, class_node: Node | None, node: Node
) -> None:
    """Whether the task's class can write such products, and whether they have the client they need."""
    allowed = ALLOWED_PRODUCT_CLASSES.get(spec.class_name)
    if allowed and products.class_name not in allowed:
        reader.report(
            "product-class-mismatch",
            f"{spec.class_name} tasks cannot make {products.class_name}; they make {', '.join(sorted(allowed))}",
            class_node or node,
        )
    needs_client = products.class_name not in ("File", "SQLRelation")
    if needs_client and spec.product_client is None and products.class_name not in reader.context.clients:
        reader.report(
            "client-missing",
            f"{products.class_name} needs a client: add product_client, or clients: {{{products.class_name}: module.function}}",
            class_node or node,
        )
    if spec.product_client is not None and products.class_name == "SQLRelation":
        reader.report(
            "unknown-key",
            "SQLRelation keeps no metadata, so it takes no 'product_client'",
            spec.product_client.place,
        )
