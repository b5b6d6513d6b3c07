"""Value typing: the rule by which text in `pipeline.yaml` and `env.yaml` gets its type.

Section 4 of the format: `true`, `false`, `none` and `null` in any case, then Python literals, else
the text itself. The rule is applied to every string of a spec, so that plain text must cost almost
nothing, and hostile text (deep, endless) must stay text rather than exhaust the parser.
"""

from __future__ import annotations

import ast
import re
import warnings
from typing import Final
from typing import cast as typed

MAX_LENGTH: Final = 1 << 16
MAX_DEPTH: Final = 60
_SAFE_LENGTH: Final = 150

_WORDS: dict[str, object] = {"true": True, "false": False, "none": None, "null": None}

# What a literal can begin with; anything else is text, without asking the parser.
_BEGINS = re.compile(
    r"""[\s\\#]*(?: [-+] \s* [-+\d.(] | \d | \.(?:\d|\.\.) | [(\[{'"#\\]
        | [bBrRuU]{1,2}['"] | (?:True|False|None|Ellipsis)\b | set\s*\( )""",
    re.VERBOSE,
)
_TEXT_BEGINS = frozenset("acdefghijklmnopqtvwxyzACDGHIJKLMOPQSVWXYZ_/")
"""What no literal begins with, to tell most text at a glance."""
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})")
_DECIMAL = re.compile(r"[-+]?[0-9]{1,15}\.[0-9]{0,15}")

# The words of a literal. Only those occur in one, so that text with any other never reaches the
# parser when it is long; brackets and signs are counted, since only they nest.
_TOKEN = re.compile(
    r"""(?P<space>[\s\\]+ | \#[^\n]*)
      | (?P<string>[bBrRuU]{0,2}(?: '''(?:[^\\]|\\.)*?''' | \"\"\"(?:[^\\]|\\.)*?\"\"\"
            | '(?:[^'\\\n]|\\.)*' | "(?:[^"\\\n]|\\.)*"))
      | (?P<number>(?:\d|\.\d)[\w.]*(?:(?<=[eE])[-+]\d[\w]*)?)
      | (?P<name>True|False|None|set(?=\s*\()|\.\.\.)
      | (?P<open>[(\[{]) | (?P<close>[)\]}]) | (?P<sign>[-+]) | (?P<comma>[,:])""",
    re.VERBOSE | re.DOTALL,
)


def cast(text: str) -> object:
    """The value that `text` stands for. Never raises: text too long or nested too deep to be a
    literal anyone wrote stays text."""
    if len(text) <= 5:
        word = text.lower()
        if word in _WORDS:
            return _WORDS[word]
    if text[:1] in _TEXT_BEGINS or len(text) > MAX_LENGTH or not _BEGINS.match(text):
        return text
    if _INTEGER.fullmatch(text):
        return int(text)
    if _DECIMAL.fullmatch(text):
        return float(text)
    if len(text) > _SAFE_LENGTH and not _is_shallow(text):
        return text
    try:
        with warnings.catch_warnings():
            # "1if" and "'\d'" make the parser warn on stderr about text that nobody meant as code.
            warnings.simplefilter("ignore")
            return ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return text


def cast_tree(value: object) -> object:
    """`value` with every string in its lists and mapping values cast; keys are left as they are."""
    match value:
        case str():
            return cast(value)
        case list():
            return [cast_tree(item) for item in typed("list[object]", value)]
        case dict():
            return {key: cast_tree(item) for key, item in typed("dict[object, object]", value).items()}
        case _:
            return value


def mapping_of(value: object) -> dict[object, object] | None:
    """`value` where it is a mapping, whatever it holds; else None."""
    return typed("dict[object, object]", value) if isinstance(value, dict) else None


def sequence_of(value: object) -> tuple[object, ...] | None:
    """The elements of `value` where it is a list or a tuple; else None."""
    return tuple(typed("list[object]", value)) if isinstance(value, list | tuple) else None


def _is_shallow(text: str) -> bool:
    """Whether `text` is made of the words of a literal only, and nests little enough to parse."""
    depth = signs = position = 0
    after_value = False
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            return False
        position = match.end()
        match match.lastgroup:
            case "open":
                if after_value and not text[: match.start()].rstrip().endswith("set"):
                    return False
                depth, signs, after_value = depth + 1, 0, False
                if depth > MAX_DEPTH:
                    return False
            case "close":
                depth, signs, after_value = depth - 1, 0, True
            case "sign":
                signs, after_value = signs + 1, False
                if signs > 4:
                    return False
            case "comma":
                signs, after_value = 0, False
            case "space":
                pass
            case _:
                after_value = True
    return depth == 0
