"""Windows tells of changes only to programs with a thread that waits for them: here one looks."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipelens.lsp.folder_watch import FolderWatch, OnNews


def system_watch(on_news: OnNews) -> FolderWatch | None:
    return None
