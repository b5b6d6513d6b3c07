"""Problems: what the checks find, and the register of everything they can find.

A `Problem` is plain data. Where it lies is a `Place`; a place inside an entry of `tasks:` counts
its lines from the entry's first line, so that an edit further up moves nothing but one number.
`Project.locate` turns a place into a path and an absolute span.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Literal, NamedTuple, cast

from pipelens.core.text import NOWHERE, Span
from pipelens.frozen import frozen

Severity = Literal["error", "warning", "info", "hint"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info", "hint")


class Place(NamedTuple):
    """Where something is written: an absolute path and a span.

    `entry`: the id of the `TaskEntry` whose first line the span counts from; None = from the file's.
    A tuple, since ten are made for each task: a frozen dataclass takes three times as long.
    """

    path: str
    span: Span = NOWHERE
    entry: int | None = None


class Places(Mapping[str, Place]):
    """Places of one entry by name, each made when it is asked for: few ever are, and a large pipeline
    has hundreds of thousands."""

    __slots__ = ("_entry", "_path", "_spans")

    def __init__(self, path: str, entry: int | None, spans: dict[str, Span]) -> None:
        self._path = path
        self._entry = entry
        self._spans = spans

    def __getitem__(self, name: str) -> Place:
        return Place(self._path, self._spans[name], self._entry)

    def __contains__(self, name: object) -> bool:
        return name in self._spans

    def __iter__(self) -> Iterator[str]:
        return iter(self._spans)

    def __len__(self) -> int:
        return len(self._spans)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Places):
            return (self._path, self._entry, self._spans) == (other._path, other._entry, other._spans)
        return isinstance(other, Mapping) and dict(self) == dict(cast("Mapping[str, Place]", other))

    __hash__ = None  # pyright: ignore[reportAssignmentType]

    def __repr__(self) -> str:
        return f"Places({dict(self)!r})"


@frozen
class Related:
    """A second place that helps to understand a problem."""

    place: Place
    message: str


@frozen
class Edit:
    """Replace the text at `place` by `text`.

    `text` is written as the language of the place has it. Inside a cell of an `.ipynb` that is the
    cell's own text, which whoever applies the edit escapes for the JSON around it. raw: it is JSON
    already and stands between the cells (a whole new cell), which only the file as a whole can take.
    """

    place: Place
    text: str
    raw: bool = False


@frozen
class CreateFile:
    """Create `path` (absolute) with `text`; never over an existing file."""

    path: str
    text: str


@frozen
class Fix:
    """Edits that remove a problem. `preferred`: the one that "fix all" may apply unasked."""

    title: str
    edits: tuple[Edit | CreateFile, ...]
    preferred: bool = False


@frozen
class Problem:
    """One finding. `task`: the task it darkens, where it is one task's; `unnecessary`: shown faded."""

    code: str
    message: str
    place: Place
    severity: Severity
    related: tuple[Related, ...] = ()
    fixes: tuple[Fix, ...] = ()
    task: str | None = None
    unnecessary: bool = False


@frozen
class Rule:
    """A kind of problem: its stable kebab-case code, its usual severity and its documentation.

    `summary`: one line. `page`: Markdown that says why it matters, shows a wrong and a right
    example and names the section of the format it comes from. `while_typing`: whether it is told at once
    in the line that is being typed; not so where it may only mean that a value is missing or that a
    word is unknown as yet.
    """

    code: str
    severity: Severity
    summary: str
    page: str
    while_typing: bool = True


class UnknownRule(KeyError):
    """A problem code that no rule is registered for: a bug, or a misspelt setting."""


def problem(
    code: str,
    message: str,
    place: Place,
    *,
    related: Iterable[Related] = (),
    fixes: Iterable[Fix] = (),
    task: str | None = None,
    unnecessary: bool = False,
    severity: Severity | None = None,
) -> Problem:
    """A problem of the registered rule `code`, with the rule's severity unless told otherwise.

    Raises `UnknownRule` for a code that is not in the register.
    """
    rule = rule_of(code)
    return Problem(
        code,
        message,
        place,
        severity or rule.severity,
        tuple(related),
        tuple(fixes),
        task,
        unnecessary,
    )


def rules() -> dict[str, Rule]:
    """All rules by code, in the order of their families."""
    from pipelens.core.rules import REGISTER

    return REGISTER


def rule_of(code: str) -> Rule:
    try:
        return rules()[code]
    except KeyError:
        raise UnknownRule(code) from None


def with_severity(found: Problem, severity: Severity) -> Problem:
    return found if found.severity == severity else replace(found, severity=severity)
