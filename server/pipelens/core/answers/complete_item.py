"""What completion offers, and which of many names are worth offering."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Final, Literal

from pipelens.core.files import Files
from pipelens.core.project import Project, Task
from pipelens.core.text import Lines, Position, Span
from pipelens.frozen import frozen

MOST: Final = 100
"""Nobody reads more at once; who types on is asked again."""

_LONGEST_PREFIX: Final = 80
_ENOUGH: Final = 30
"""So many names that begin with what is typed; those that only hold its letters are left for later."""

CompletionKind = Literal[
    "key", "value", "class", "task", "product", "param", "file", "folder", "module", "function", "placeholder",
    "snippet",
]  # fmt: skip


@frozen
class Completion:
    """One offer.

    insert: what takes the place of `replace`; with `snippet`, in the protocol's snippet syntax. Lines
    behind its first are indented relative to the line of the caret. detail: a few words beside the
    label; doc: Markdown, or empty where `ask` names what to `explain` when the user looks at it.
    more: it is only a step of the way (a folder, a module, a key), so ask again. last: it ranks behind the
    others for a reason that `detail` tells. deprecated: another word has replaced it.
    """

    label: str
    kind: CompletionKind
    replace: Span
    insert: str
    detail: str = ""
    doc: str = ""
    ask: str = ""
    snippet: bool = False
    more: bool = False
    last: bool = False
    deprecated: bool = False


@frozen
class Completions:
    """Offers, best first. incomplete: there are more, or others once more is typed."""

    items: tuple[Completion, ...] = ()
    incomplete: bool = False

    def __add__(self, other: Completions) -> Completions:
        return Completions((*self.items, *other.items), self.incomplete or other.incomplete)

    def bounded(self) -> Completions:
        """The first hundred, those that rank last behind the others."""
        items = sorted(self.items, key=lambda item: item.last)
        return Completions(tuple(items[:MOST]), self.incomplete or len(items) > MOST)


NOTHING: Final = Completions()


@frozen
class Question:
    """What is asked: the caret in a file of a project.

    trigger: the character that asked, `""` when the user did, or typed a word. keys: whether keys of
    YAML are wanted (another server may offer them). snippets: whether the client knows snippets.
    in_cell: `lines` are those of one cell of the notebook at `path`, and so are the answer's places.
    """

    project: Project
    path: str
    position: Position
    lines: Lines
    files: Files
    trigger: str = ""
    keys: bool = True
    snippets: bool = False
    in_cell: bool = False

    @property
    def tasks(self) -> tuple[Task, ...]:
        """The tasks of the entry around the caret, as they were last read."""
        entry = self.project.entry_at(self.path, self.position.line)
        return self.project.tasks_by_entry.get(entry.id, ()) if entry is not None else ()


def select(names: Sequence[str], prefix: str, most: int = MOST) -> tuple[list[str], bool]:
    """At most `most` of the names that `prefix` may mean, and whether there may be more: those that
    begin with it, then those that hold its letters in their order, each in their own order.

    All names are searched as one text, which takes a tenth of the time that one by one takes.
    """
    if not prefix:
        return list(names[:most]), len(names) > most
    text = "\n".join(names)
    if text.count("\n") >= len(names):
        names = [name for name in names if "\n" not in name]
        text = "\n".join(names)
    folded = text.casefold()
    wanted = prefix[:_LONGEST_PREFIX].casefold()
    begin = re.compile("^" + re.escape(wanted), re.MULTILINE)
    found, more = _lines(names, folded, begin, most)
    found.sort(key=lambda name: not name.startswith(prefix))
    if more or len(found) >= _ENOUGH:
        return found, True
    first = frozenset(found)
    holds = re.compile(
        "^" + "".join(f"[^{re.escape(one)}\n]*{re.escape(one)}" for one in wanted), re.MULTILINE
    )
    others, more = _lines(names, folded, holds, most + len(first))
    found += [name for name in others if name not in first]
    return found[:most], more or len(found) > most


def _lines(names: Sequence[str], text: str, pattern: re.Pattern[str], most: int) -> tuple[list[str], bool]:
    """The names whose lines of `text` the pattern finds."""
    found: list[str] = []
    number = passed = 0
    for match in pattern.finditer(text):
        if len(found) == most:
            return found, True
        number += text.count("\n", passed, match.start())
        passed = match.start()
        found.append(names[number])
    return found, False


def matching(offers: Collection[Completion], prefix: str) -> Completions:
    """Those of `offers` whose labels `prefix` may mean, best first."""
    by_label: dict[str, list[Completion]] = {}
    for offer in offers:
        by_label.setdefault(offer.label, []).append(offer)
    names, incomplete = select(list(by_label), prefix)
    return Completions(tuple(offer for name in names for offer in by_label[name]), incomplete)
