"""The message that asks what a product holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, cast

PRODUCT_PREVIEW: Final = "pipelens/productPreview"


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class ProductPreview:
    """markdown: bounded; what comes from the product is escaped in it."""

    markdown: str

    def as_json(self) -> dict[str, object]:
        return {"markdown": self.markdown}
