"""`pipelens/productPreview`: what a product holds, for a client that shows it beside its code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelens.lsp.features.hover import markdown
from pipelens.protocol.previews import PRODUCT_PREVIEW, ProductPreview, ProductPreviewParams

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

    server.on(PRODUCT_PREVIEW, show)
