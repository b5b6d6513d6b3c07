"""What a function receives as `product` and `upstream` (section 7.3 of the format)."""

from __future__ import annotations

import os
import sys
from typing import Any, Dict, Iterator, Mapping, Union


class Product(os.PathLike):  # pyright: ignore[reportMissingTypeArgument]
    """One file: an `os.PathLike` whose `str` is the absolute path."""

    def __init__(self, path: str) -> None:
        self._path = path

    def __fspath__(self) -> str:
        return self._path

    def __str__(self) -> str:
        return self._path

    def __repr__(self) -> str:
        return "File({!r})".format(self._path)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Product) and other._path == self._path

    def __hash__(self) -> int:
        return hash(self._path)

    @property
    def name(self) -> str:
        return self._path

    def exists(self) -> bool:
        return os.path.exists(self._path)


class _Container:
    """What `products.products` is in Ploomber: the mapping itself, one step further down."""

    def __init__(self, items: Mapping[str, Product]) -> None:
        self.products = dict(items)


class Products:
    """Several products by key. Iterating yields the products, not the keys, and so does `keys`,
    as in Ploomber (Q15)."""

    def __init__(self, items: Mapping[str, Product]) -> None:
        self._items = dict(items)

    @property
    def __class__(self) -> Any:  # type: ignore[override]
        """Where the project has Ploomber installed, its `serializer` asks for this class."""
        theirs = getattr(sys.modules.get("ploomber.products"), "MetaProduct", None)
        return Products if theirs is None else theirs

    @property
    def products(self) -> _Container:
        return _Container(self._items)

    def __getitem__(self, key: Any) -> Product:
        if key in self._items:
            return self._items[key]
        # A key that YAML reads as a number is text in the plan.
        if str(key) in self._items:
            return self._items[str(key)]
        raise KeyError(
            "there is no product {!r}; the products are: {}".format(key, ", ".join(map(repr, self._items)))
        )

    def get(self, key: Any, default: Any = None) -> Any:
        return self._items.get(key, self._items.get(str(key), default))

    def __contains__(self, key: Any) -> bool:
        return key in self._items or str(key) in self._items

    def __iter__(self) -> Iterator[Product]:
        return iter(self._items.values())

    def __len__(self) -> int:
        return len(self._items)

    def keys(self) -> Any:
        return self._items.values()

    def values(self) -> Any:
        return self._items.values()

    def items(self) -> Any:
        return self._items.items()

    def exists(self) -> bool:
        return all(product.exists() for product in self)

    def to_json_serializable(self) -> Dict[str, str]:
        return {key: str(product) for key, product in self._items.items()}

    def __repr__(self) -> str:
        return "{}({!r})".format(type(self).__name__, self._items)

    __str__ = __repr__


AnyProduct = Union[Product, Products]


def product_of(value: Any) -> AnyProduct:
    """The product that the plan writes as a path, or as a mapping of paths."""
    if isinstance(value, str):
        return Product(value)
    return Products({key: Product(path) for key, path in value.items()})


class Named(Mapping[str, Any]):
    """Products by the names of their tasks: all that a task needs, or what a pattern matches."""

    what = "upstream task"

    def __init__(self, items: Mapping[str, Any]) -> None:
        self._items = dict(items)

    def __getitem__(self, key: str) -> Any:
        try:
            return self._items[key]
        except KeyError:
            names = ", ".join(map(repr, self._items))
            raise KeyError("there is no {} {!r}; there are: {}".format(self.what, key, names)) from None

    def get(self, key: str, default: Any = None) -> Any:
        """As `[]`: a name that is not there is an error here, too."""
        return self[key]

    def __contains__(self, key: object) -> bool:
        return key in self._items

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    @property
    def first(self) -> Any:
        """The only product."""
        if len(self._items) != 1:
            raise KeyError(
                "first is for a single {}, there are {}: {}".format(
                    self.what, len(self._items), ", ".join(map(repr, self._items))
                )
            )
        return next(iter(self._items.values()))

    def __repr__(self) -> str:
        return "{}({!r})".format(type(self).__name__, self._items)


class Upstream(Named):
    """What a task needs, by the names its code uses."""


class Group(Named):
    """The tasks that a wildcard matches."""

    what = "task in the group"


NAMED = (Products, Upstream, Group)
"""The classes here that hold others by name."""


def upstream_of(value: Mapping[str, Any], read: Any = None) -> Upstream:
    """The `upstream` of a function; `read` (the unserializer) is applied to each product."""

    def one(item: Any) -> Any:
        product = product_of(item)
        return read(product) if read is not None else product

    found: Dict[str, Any] = {}
    for name, item in value.items():
        if isinstance(item, dict) and "$group" in item:
            found[name] = Group({inner: one(product) for inner, product in item["$group"].items()})
        else:
            found[name] = one(item)
    return Upstream(found)


def upstream_text(value: Mapping[str, Any]) -> Dict[str, Any]:
    """The `upstream` of a notebook: plain text and mappings."""
    return {
        name: item["$group"] if isinstance(item, dict) and "$group" in item else item
        for name, item in value.items()
    }
