"""The messages that ask which products a task has, and what one holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, cast

from pipelens.frozen import frozen

PRODUCT_PREVIEW: Final = "pipelens/productPreview"
PRODUCTS: Final = "pipelens/products"


@frozen
class ProductPreviewParams:
    """uri: of a file that a task of a pipeline makes."""

    uri: str

    @staticmethod
    def read(value: object) -> ProductPreviewParams | None:
        """The params in a JSON value, or in an object made of one; None when they name no file."""
        if isinstance(value, Mapping):
            uri = cast("Mapping[str, object]", value).get("uri")
        else:
            uri = getattr(value, "uri", None)
        return ProductPreviewParams(uri) if isinstance(uri, str) else None


@frozen
class ProductPreview:
    """markdown: bounded; what comes from the product is escaped in it."""

    markdown: str

    def as_json(self) -> dict[str, object]:
        return {"markdown": self.markdown}


@frozen
class ProductsParams:
    """pipeline: the URI of its file."""

    pipeline: str
    task: str

    @staticmethod
    def read(value: object) -> ProductsParams | None:
        """The params in a JSON value, or in an object made of one; None when they name no task."""
        if isinstance(value, Mapping):
            told = cast("Mapping[str, object]", value)
            pipeline, task = told.get("pipeline"), told.get("task")
        else:
            pipeline, task = getattr(value, "pipeline", None), getattr(value, "task", None)
        named = isinstance(pipeline, str) and isinstance(task, str)
        return ProductsParams(str(pipeline), str(task)) if named else None


@frozen
class ProductFile:
    """A file that a task makes. key: its name in the pipeline, else the file's name. exists: whether it
    is there."""

    key: str
    uri: str
    exists: bool

    def as_json(self) -> dict[str, object]:
        return {"key": self.key, "uri": self.uri, "exists": self.exists}
