"""What `pipelens doctor` prints, for editors: as Markdown and as data."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

from pipelens.health import Finding, Health, cache_folder, examine, redacted
from pipelens.lsp.convert import uri_of
from pipelens.protocol.health import HealthAnswer

if TYPE_CHECKING:
    from pipelens.lsp.server import Server

_SIGNS = {"ok": "✓", "note": "!", "bad": "✗"}


async def health_of(server: Server) -> HealthAnswer:
    """Look at everything that the shown pipelines depend on. An interpreter may be started and waited
    for: in a thread of its own."""
    paths = [project.path for project in server.host.projects()] or [None]
    folder = next(iter(server.host.folders), os.path.expanduser("~"))

    def look(path: str | None) -> Health:
        return examine(
            path,
            cwd=os.path.dirname(path) if path else folder,
            environ=server.host.environ,
            interpreter=server.settings.interpreter or server.options.interpreter,
            trusted=server.options.trusted,
        )

    found = [(path, await asyncio.to_thread(look, path)) for path in paths]
    markdown = ["# Pipelens", ""]
    for _, health in found:
        markdown += _markdown(health)
    data = [
        {"pipeline": uri_of(path) if path else None, "findings": [_shape(one) for one in health.findings]}
        for path, health in found
    ]
    return HealthAnswer("\n".join(markdown), tuple(data))


async def write_report(server: Server) -> str:
    """The report as a file of the user's cache folder, without names and secrets; its path."""
    text = redacted((await health_of(server)).markdown, environ=server.host.environ)
    folder = cache_folder()
    os.makedirs(folder, 0o700, exist_ok=True)
    path = os.path.join(folder, "health.md")
    with open(path, "w", encoding="utf-8", errors="backslashreplace") as file:
        file.write(text)
    return path


def _markdown(health: Health) -> list[str]:
    lines: list[str] = []
    for found in health.findings:
        lines.append(f"- {_SIGNS[found.mood]} **{found.topic}**: {found.text}")
        if found.remedy:
            lines.append(f"  - help: `{found.remedy}`")
    return [*lines, ""]


def _shape(found: Finding) -> dict[str, str]:
    return {"topic": found.topic, "text": found.text, "mood": found.mood, "remedy": found.remedy}
