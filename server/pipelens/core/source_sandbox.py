"""The sandbox of SQL and shell sources: that of the spec, with what such a source may use besides
(section 8.5 of the format): macros, `{% raise %}`, `range`, and longer texts.

Import this module only when a source needs it: it loads jinja2.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

from jinja2 import nodes
from jinja2.ext import Extension
from jinja2.parser import Parser
from jinja2.runtime import Context, Macro
from jinja2.utils import Namespace

from pipelens.core.meter import METER, Refusal, settled, small
from pipelens.core.sandbox import Program, Sandbox, compiled, equipped

MAX_SOURCE: Final = 200_000
MAX_RENDERED: Final = 1_000_000
_MOST_NUMBERS = 10_000
_MACRO_COST = 50


class Raised(Exception):
    """`{% raise 'message' %}` was reached."""


def _raise(message: Any) -> Any:
    raise Raised(str(message))


class _Raise(Extension):
    tags = {"raise"}  # noqa: RUF012 (Jinja2 types it as a set)

    def parse(self, parser: Parser) -> nodes.Node:
        line = next(parser.stream).lineno
        message = parser.parse_expression()
        failing = nodes.Filter(message, "pipelens raise", [], [], None, None, lineno=line)
        return nodes.Output([failing], lineno=line)


def _range(*bounds: int) -> list[int]:
    numbers = range(*bounds)
    if len(numbers) > _MOST_NUMBERS:
        raise Refusal(f"a range of more than {_MOST_NUMBERS} numbers")
    return list(numbers)


def _namespace(*arguments: Any, **keywords: Any) -> Namespace:
    return Namespace(*arguments, **keywords)


def _dict(**items: Any) -> dict[str, Any]:
    return items


_FUNCTIONS = (_range, _namespace, _dict)
GLOBALS: Final[dict[str, Any]] = {"range": _range, "namespace": _namespace, "dict": _dict}
"""The functions of Jinja2's own that work here."""

KNOWN: Final = frozenset({*GLOBALS, "lipsum", "cycler", "joiner", "get_key"})
"""Names that every template has; Ploomber adds `get_key`."""


class SourceSandbox(Sandbox):
    longest = MAX_SOURCE
    allowed_tags = frozenset({nodes.Macro})

    def call(__self, __context: Context, __obj: Any, *args: Any, **kwargs: Any) -> Any:
        if isinstance(__obj, Macro):
            METER.get().spend(_MACRO_COST)
        elif __obj not in _FUNCTIONS:
            return super().call(__context, __obj, *args, **kwargs)
        for part in (*args, *kwargs.values()):
            small(part)
        return small(settled(__obj(*args, **kwargs)))


@lru_cache(maxsize=2)
def environment(at_run_time: bool) -> SourceSandbox:
    """The sandbox of sources. at_run_time: the other syntax, `[[name]]`, that a dump fills when it
    runs, and that every source is read in, too."""
    brackets = {"variable_start_string": "[[", "variable_end_string": "]]"} if at_run_time else {}
    made = equipped(SourceSandbox, True, extensions=(_Raise,), **brackets)
    made.globals = dict(GLOBALS)
    anything: Any = made
    anything.filters["pipelens raise"] = _raise
    assert isinstance(made, SourceSandbox)
    return made


@lru_cache(maxsize=512)
def parse(text: str, at_run_time: bool) -> Program:
    """The source `text`, checked and metered. Raises nothing."""
    return compiled(environment(at_run_time), text)
