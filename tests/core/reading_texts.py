"""Pipeline texts read by `core` alone; `⟦` and `⟧` in a text stand around what a problem points at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pipelens.core.env import Env, EnvValue
from pipelens.core.files import DictFiles
from pipelens.core.problems import Edit, Problem
from pipelens.core.read_spec import Header, read_header
from pipelens.core.read_task import read_entry
from pipelens.core.spec import TaskEntry, TaskSpec
from pipelens.core.spec_context import SpecContext
from pipelens.core.text import Document, Span
from pipelens.core.yaml_nodes import without_mark
from pipelens.core.yaml_tree import Tree, read_tree

FILES = {
    "/p/steps.py": "def load(product):\n    pass\n",
    "/p/report.py": "# %%\n",
    "/p/report.ipynb": "{}",
    "/p/query.sql": "SELECT 1\n",
    "/p/run.sh": "true\n",
}


@dataclass(frozen=True)
class Read:
    """What a text says. problems: of the header and of all entries, with absolute spans."""

    text: str
    tree: Tree
    header: Header
    entries: tuple[TaskEntry, ...]
    problems: tuple[tuple[Problem, Span], ...]

    @property
    def tasks(self) -> tuple[TaskSpec, ...]:
        return tuple(task for entry in self.entries for task in entry.tasks)

    @property
    def task(self) -> TaskSpec:
        (task,) = self.tasks
        return task

    @property
    def codes(self) -> list[str]:
        return [problem.code for problem, _ in self.problems]

    @property
    def messages(self) -> str:
        return "\n".join(problem.message for problem, _ in self.problems)

    def drawn(self, code: str) -> str:
        """The text with marks around what the problems of `code` point at."""
        document, text = Document(self.text), self.text
        spans = {span for problem, span in self.problems if problem.code == code}
        for span in sorted(spans, reverse=True):
            start, end = document.offset(span.start), document.offset(span.end)
            text = f"{text[:start]}⟦{text[start:end]}⟧{text[end:]}"
        return text

    def fixed(self, code: str) -> str:
        """The text after the first fix of the only problem of `code`."""
        ((problem, _),) = [found for found in self.problems if found[0].code == code]
        document, text = Document(self.text), self.text
        for edit in problem.fixes[0].edits:
            assert isinstance(edit, Edit)
            span = edit.place.span.shifted(self._first_line(edit.place.entry))
            text = text[: document.offset(span.start)] + edit.text + text[document.offset(span.end) :]
        return text

    def _first_line(self, entry: int | None) -> int:
        return 0 if entry is None else self.tree.entry_lines[entry]


def read(text: str, env: Mapping[str, object] | None = None, files: Mapping[str, str] | None = None) -> Read:
    """What the pipeline file /p/pipeline.yaml with this text says."""
    text = without_mark(text)
    values = {name: EnvValue(name, value, "file") for name, value in (env or {}).items()}
    tree = read_tree(text)
    bare = SpecContext(
        "/p/pipeline.yaml", "/p", "/p", "/p", "/p", Env(values=values), DictFiles({**FILES, **(files or {})})
    )
    header = read_header(tree, bare, text)
    context = SpecContext(
        bare.path, "/p", "/p", "/p", "/p", bare.env, bare.files, header.meta, frozenset(header.clients)
    )
    entries = tuple(read_entry(piece, context, number) for number, piece in enumerate(tree.entries))
    problems = [(problem, problem.place.span) for problem in header.problems]
    for entry, line in zip(entries, tree.entry_lines, strict=True):
        problems.extend((problem, problem.place.span.shifted(line)) for problem in entry.problems)
    return Read(text, tree, header, entries, tuple(problems))


def shows(marked: str, code: str, **more: Mapping[str, object]) -> Read:
    """Read `marked` without its marks; the problems of `code` must point exactly at them."""
    found = read(marked.replace("⟦", "").replace("⟧", ""), **more)  # type: ignore[arg-type]
    assert code in found.codes, found.codes
    assert found.drawn(code) == marked
    return found


def entry(text: str, meta: str = "") -> str:
    """A pipeline with one entry, whose keys are the lines of `text`."""
    lines = text.strip("\n").split("\n")
    return (
        meta
        + "tasks:\n"
        + "".join(("  - " if not n else "    ") + line + "\n" for n, line in enumerate(lines))
    )
