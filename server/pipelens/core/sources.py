"""What a source declares and uses, read without executing it.

A source that cannot be read is data too (`MissingSource`, `UnreadableSource`,
`UnresolvedFunction`): the unit of failure is one task.
Spans in this module are absolute in the file they name (for `.ipynb`: in the JSON text).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from dataclasses import field
from functools import lru_cache
from sys import intern
from typing import Literal, Protocol

from pipelens.core.cells import Cells
from pipelens.core.problems import Problem
from pipelens.core.text import NOWHERE, Span
from pipelens.frozen import frozen


@frozen
class Element:
    """One name in a declaration, with the span of the name inside its quotes."""

    name: str
    span: Span


@frozen
class Declaration:
    """`upstream = …` or `product = …` at the top level of the parameters cell.

    value: the literal, or None. elements: the names it lists, in source order, each once.
    error: why the value is not understood (never evaluated), else None.
    """

    name: Literal["upstream", "product"]
    span: Span
    value_span: Span
    value: object = None
    elements: tuple[Element, ...] = ()
    error: str | None = None
    error_span: Span | None = None


@frozen
class Reference:
    """`upstream["name"]` or `upstream["name"]["key"]`; spans are those inside the quotes."""

    name: str
    span: Span
    key: str | None = None
    key_span: Span | None = None


@frozen
class Parameter:
    """A name that a source takes: an assignment in the parameters cell, or a function's argument.

    default: the source text of its value, None where it has none.
    """

    name: str
    span: Span
    default: str | None = None
    kind: Literal["normal", "positional", "keyword", "args", "kwargs"] = "normal"


shared_parameter = lru_cache(maxsize=2048)(Parameter)
"""A parameter as another source may have it, too: the sources of a pipeline look alike."""


class Words(Set[str]):
    """Names, kept as one text: a set of strings takes twenty times the room, and thousands of sources
    are kept."""

    __slots__ = ("text",)

    def __init__(self, words: Iterable[str] = ()) -> None:
        # Sources that were made alike use the same names.
        self.text = intern("\n" + "".join([word + "\n" for word in sorted(words)]))

    @classmethod
    def _from_iterable(cls, it: Iterable[str]) -> Words:  # pyright: ignore[reportIncompatibleMethodOverride]
        return cls(set(it))

    def __contains__(self, word: object) -> bool:
        return isinstance(word, str) and f"\n{word}\n" in self.text

    def __iter__(self) -> Iterator[str]:
        return iter(self.text.split())

    def __len__(self) -> int:
        return self.text.count("\n") - 1

    def __hash__(self) -> int:
        return hash(self.text)


class Rereads(Protocol):
    """Reads the cells of a source again; None when its file is gone or no longer reads as one."""

    def __call__(self) -> Cells | None: ...


def code_mark(code: str | None) -> str | None:
    """What tells one text of a source from any other, in 32 characters; None where nobody knows the text."""
    if code is None:
        return None
    try:
        from _blake2 import blake2b  # `hashlib` loads OpenSSL, which takes longer than all else here
    except ImportError:
        from hashlib import blake2b
    return blake2b(code.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


@frozen
class NotebookSource:
    """A notebook or script (`.ipynb`, percent, light, R …), read to what the pipeline needs.

    language: `python`, `r` … whole: what it was read from, at hand or to be read again when it is
    asked for, since thousands of sources are kept; or its code alone.
    parameters_span: the text of the parameters cell, None when no cell is tagged so.
    params: names assigned in that cell except `upstream` and `product`.
    uses: names that occur outside that cell; references: subscripts of `upstream` anywhere.
    mark: the `code_mark` of its code, None where it was not made.
    """

    path: str
    language: str
    whole: Rereads | Cells | str = field(default="", compare=False, repr=False)
    parameters_span: Span | None = None
    upstream: Declaration | None = None
    product: Declaration | None = None
    params: tuple[Parameter, ...] = ()
    uses: Set[str] = frozenset()
    references: tuple[Reference, ...] = ()
    doc: str = ""
    problems: tuple[Problem, ...] = ()
    mark: str | None = field(default=None, compare=False, repr=False)

    @property
    def cells(self) -> Cells | None:
        """What it was read from, None where that is not known any more."""
        match self.whole:
            case str():
                return None
            case Cells() as cells:
                return cells
            case again:
                return again()

    @property
    def code(self) -> str | None:
        """All cells but the injected one, joined as Ploomber stores them; None as for `cells`."""
        if isinstance(self.whole, str):
            return self.whole
        cells = self.cells
        return cells.code if cells is not None else None


@frozen
class FunctionSource:
    """A function found statically. `path`, `line` (0-based, as `graph` prints), `code` as
    `inspect.getsource` gives it; `span`: the function's name in its `def`.
    arguments_known: False for a class that takes its arguments from a base class."""

    path: str
    name: str
    line: int
    span: Span
    code: str
    parameters: tuple[Parameter, ...] = ()
    references: tuple[Reference, ...] = ()
    doc: str = ""
    module: str = ""
    is_async: bool = False
    decorated: bool = False
    problems: tuple[Problem, ...] = ()
    arguments_known: bool = True


@frozen
class UnresolvedFunction:
    """A dotted path that leads nowhere.

    part: index of the dotted part that was not found. certain: False when only importing could
    tell (a star import, `__getattr__`, an installed package, a C extension): then no error is due.
    """

    dotted_path: str
    part: int
    reason: str
    certain: bool = True
    path: str | None = None
    suggestions: tuple[str, ...] = ()
    span: Span = NOWHERE


@frozen
class MissingSource:
    """There is no file at `path`, or a folder in its place.

    meant: the source as it works everywhere, where only its separators are those of Windows.
    """

    path: str
    is_folder: bool = False
    meant: str | None = None


@frozen
class UnreadableSource:
    """A file that is there and cannot be read as its kind: the problems say why and where."""

    path: str
    problems: tuple[Problem, ...] = ()


@frozen
class TemplateSource:
    """An SQL or shell template. text: as it is in the file."""

    path: str
    references: tuple[Reference, ...] = ()
    doc: str = ""
    problems: tuple[Problem, ...] = ()
    text: str = field(default="", repr=False)


@frozen
class OpaqueSource:
    """A source that nothing reads (a URL, an R script, a data file that is uploaded)."""

    path: str


Source = (
    NotebookSource
    | FunctionSource
    | UnresolvedFunction
    | MissingSource
    | UnreadableSource
    | TemplateSource
    | OpaqueSource
)
