"""`pipelens/products` and `pipelens/productPreview`: what a task makes, and what a product holds, for a
client that shows it beside its code."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from pipelens.lsp.convert import uri_of
from pipelens.lsp.features.hover import markdown
from pipelens.protocol.previews import (
    PRODUCT_PREVIEW,
    PRODUCTS,
    ProductFile,
    ProductPreview,
    ProductPreviewParams,
    ProductsParams,
)

if TYPE_CHECKING:
    from pipelens.lsp.server import Server


def register(server: Server) -> None:
    def show(params: object) -> dict[str, object] | None:
        """None for what is no product of a pipeline that is shown: no client reads other files here."""
        from pipelens.core.answers.describe_products import describe_product_of
        from pipelens.lsp.outside import EditorOutside

        asked = ProductPreviewParams.read(params)
        path = server.places.path(asked.uri) if asked is not None else None
        if path is None:
            return None
        for project in server.host.projects():
            for mention in project.index.by_product.get(path, ()):
                task = project.tasks_by_entry[mention.entry][mention.task]
                blocks = describe_product_of(project, task, mention.key, EditorOutside(server))
                return ProductPreview(markdown(server, blocks)).as_json()
        return None

    def products(params: object) -> list[dict[str, object]]:
        """The files that a task makes; none for a task that is not there."""
        asked = ProductsParams.read(params)
        path = server.places.path(asked.pipeline) if asked is not None else None
        project = server.host.project(path) if path is not None else None
        task = project.tasks.get(asked.task) if project is not None and asked is not None else None
        if task is None or task.products is None or not task.products.are_files:
            return []
        return [
            ProductFile(
                one.key or os.path.basename(one.path), uri_of(one.path), os.path.exists(one.path)
            ).as_json()
            for one in task.products.items
        ]

    server.on(PRODUCT_PREVIEW, show)
    server.on(PRODUCTS, products)
