"""`pipelens graph` (and `plot`): how the tasks depend on each other, for eyes and for programs."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from pipelens.cli import arguments as arguments_
from pipelens.cli.commands import SUMMARIES
from pipelens.cli.pipeline import freshness_of, only_shown, open_project
from pipelens.cli.refusal import Refusal
from pipelens.cli.shapes import dumped, graph_shape
from pipelens.cli.terminal import STATE_STYLES, Screen, Segment, shown_path
from pipelens.core.project import Project

if TYPE_CHECKING:
    from pipelens.preview.picture import Picture
    from pipelens.runner.freshness import Freshness

_BACKENDS = ("mermaid", "html")


def main(name: str, words: Sequence[str]) -> int:
    parser = arguments_.parser(name, SUMMARIES["graph"], formats=("text", "json", "mermaid"))
    parser.add_argument(
        "-b", "--backend", metavar="NAME", help="mermaid: one HTML file that needs no network"
    )
    parser.add_argument("-o", "--output", metavar="FILE", help="where to write (default: pipeline.html)")
    parser.add_argument("-i", "--include-products", action="store_true", help=argparse.SUPPRESS)
    arguments = arguments_.read(parser, words)
    _refuse_other_backends(arguments)
    project = open_project(arguments)
    freshness = freshness_of(project)
    screen = Screen()
    if arguments.format == "json":
        _deliver(dumped(graph_shape(project, freshness)), arguments, screen)
        return 0
    drawn = _picture(project, freshness)
    if arguments.format == "mermaid":
        from pipelens.preview.mermaid import mermaid

        _deliver(mermaid(drawn), arguments, screen)
    elif name == "plot" or arguments.backend or arguments.output:
        _write_page(project, drawn, arguments, screen)
    else:
        _show(project, drawn, screen)
    return 0


def _refuse_other_backends(arguments: argparse.Namespace) -> None:
    backend = arguments.backend
    if backend and backend not in _BACKENDS:
        raise Refusal(
            f"Pipelens draws with -b mermaid only, not with {backend!r}; it writes one HTML file that needs no network"
        )
    output = arguments.output
    if output and arguments.format == "text" and not output.lower().endswith((".html", ".htm")):
        raise Refusal(
            f"the graph is written as HTML, so --output must end in .html, not as in {output!r}; "
            "for text use --format mermaid or --format json"
        )


def _picture(project: Project, freshness: Mapping[str, Freshness]) -> Picture:
    from pipelens.preview.picture import picture

    states = {name: (told.state, told.reason) for name, told in freshness.items()}
    title = f"{os.path.basename(os.path.dirname(project.path))}: {os.path.basename(project.path)}"
    return picture(project, title, states)


def _deliver(text: str, arguments: argparse.Namespace, screen: Screen) -> None:
    if arguments.output:
        _write(os.path.join(arguments.cwd, arguments.output), text)
        screen.line(arguments.output)
    else:
        screen.write(text)


def _write_page(project: Project, drawn: Picture, arguments: argparse.Namespace, screen: Screen) -> None:
    from pipelens.preview.page import page

    path = os.path.join(arguments.cwd, arguments.output or default_page(project))
    _write(path, page(drawn))
    screen.line(f"Graph written to {shown_path(path, arguments.cwd)}")


def default_page(project: Project) -> str:
    """`pipeline.html`, with the pipeline's NAME: `pipeline.NAME.html` (section 14 of the format)."""
    stem = os.path.splitext(os.path.basename(project.path))[0]
    parts = stem.split(".", 1)
    return f"pipeline.{parts[1]}.html" if len(parts) > 1 else "pipeline.html"


def _write(path: str, text: str) -> None:
    """Write whole or not at all."""
    part = f"{path}.{os.getpid()}.part"
    try:
        with open(part, "w", encoding="utf-8", errors="replace", newline="\n") as file:
            file.write(text)
        os.replace(part, path)
    except OSError as error:
        if os.path.exists(part):
            os.unlink(part)
        raise Refusal(f"{path} cannot be written: {error.strerror or error}", exit_code=1) from None


def _show(project: Project, drawn: Picture, screen: Screen) -> None:
    from pipelens.preview.tree import tree

    told = only_shown(project)
    if told:
        screen.line(told)
        return
    if not drawn.nodes:
        screen.line("The pipeline has no tasks yet.")
    on_a_cycle = {name for cycle in project.cycles for name in cycle}
    for line in tree(drawn, unicode=screen.speaks_unicode):
        node = line.node
        notes = [f"needs also {', '.join(line.also)}"] if line.also else []
        if node.name in on_a_cycle:
            notes.append("on a cycle")
        screen.line(
            Segment(line.branch, "bright_black"),
            Segment(f"{screen.symbol(node.state)} ", STATE_STYLES.get(node.state, "")),
            Segment(node.name, "bold"),
            Segment(
                f"  {node.reason}" if node.reason and node.state != "fresh" else "",
                STATE_STYLES.get(node.state, ""),
            ),
            Segment(f"  ({'; '.join(notes)})" if notes else "", "bright_black"),
        )
    errors = sum(found.severity == "error" for found in project.problems)
    if errors:
        print(
            f"\nThe pipeline has problems: {errors} of severity error; `pipelens check` shows them.",
            file=sys.stderr,
        )
