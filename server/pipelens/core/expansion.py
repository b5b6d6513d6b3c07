"""Expansion: `{{placeholders}}` in one string, replaced over the env (section 3.4 of the format).

A string that mentions a variable is a Jinja template; every name in it must be defined, also in a
branch that is not taken. A string without any variable stays as it is written. Almost all are plain
text, or hold nothing but `{{name}}` and `{{name.key}}`: those never load jinja2.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final, Literal
from typing import cast as typed

from pipelens.core.env import EnvValue, ProcessVariables, Unknown
from pipelens.core.suggestions import nearest
from pipelens.frozen import frozen

if TYPE_CHECKING:
    from pipelens.core.sandbox import Failure, Sandbox

MAX_SIZE: Final = 1 << 16

ErrorKind = Literal["undefined", "missing-attribute", "syntax", "refused", "failed"]


@frozen
class UsedPart:
    """One step of a path behind a name: `x` in `{{n.x}}`. Offsets in the text, without quotes."""

    name: str
    start: int
    end: int


@frozen
class UsedName:
    """A top-level name that a template takes from the env, where it is written, and the path behind it."""

    name: str
    start: int
    end: int
    parts: tuple[UsedPart, ...] = ()


@frozen
class TemplateError:
    """Why a template has no value. `suggestion`: a defined name that is near `name`."""

    kind: ErrorKind
    message: str
    start: int
    end: int
    name: str = ""
    suggestion: str | None = None


@frozen
class Expansion:
    """What became of a string. `unknown`: a placeholder is left in, since its value must not be found
    out yet; nothing is wrong with it."""

    text: str
    names: tuple[UsedName, ...] = ()
    errors: tuple[TemplateError, ...] = ()
    unknown: bool = False

    @property
    def error(self) -> TemplateError | None:
        return self.errors[0] if self.errors else None


_MARK = re.compile(r"\{[{%#]")
_SIMPLE = re.compile(r"\{\{[ \t\n]*([^\W\d]\w*)((?:\.[^\W\d]\w*)*)[ \t\n]*\}\}")
_RESERVED_WORDS = """
true false none True False None not and or in is if else self super loop caller varargs kwargs
context environment
"""
_RESERVED = frozenset(_RESERVED_WORDS.split())


def expand(text: str, env: Mapping[str, EnvValue], *, strict: bool = True) -> Expansion:
    """`text` with its placeholders replaced by their values; as it is where that fails.

    strict: a missing key of a defined mapping is an error (the spec); else it is empty (the env).
    """
    if "{" not in text or not _MARK.search(text):
        return Expansion(text)
    return _expand_simple(text, env) or _expand_template(text, env, strict)


def _expand_simple(text: str, env: Mapping[str, EnvValue]) -> Expansion | None:
    """The expansion of text with nothing but `{{a.b}}` in it; None where Jinja has to be asked."""
    if "\r" in text:
        return None
    pieces: list[str] = []
    names: list[UsedName] = []
    errors: list[TemplateError] = []
    unknown = False
    position = size = 0
    for match in _SIMPLE.finditer(text):
        between = text[position : match.start()]
        if between.endswith("{") or _MARK.search(between):
            return None
        used = _used(match)
        if used is None:
            return None
        names.append(used)
        held = env.get(used.name)
        if held is None:
            errors.append(_undefined(used, env))
            piece = match[0]
        else:
            found = _follow(held.value, used.parts)
            if found is _ASK_JINJA:
                return None
            if _holds_unknown(found):
                unknown, piece = True, match[0]
            else:
                piece = str(found)
        pieces += (between, piece)
        size += len(piece)
        if size > MAX_SIZE:
            message = f"The template is not expanded: it makes more than {MAX_SIZE} characters"
            error = TemplateError("refused", message, match.start(), match.end(), used.name)
            return Expansion(text, tuple(names), (error,))
        position = match.end()
    rest = text[position:]
    if not names or _MARK.search(rest):
        return None
    if errors or unknown:
        return Expansion(text, tuple(names), tuple(errors), unknown and not errors)
    # Jinja drops one line end at the end of a template.
    pieces.append(rest.removesuffix("\n"))
    return Expansion("".join(pieces), tuple(names))


_ASK_JINJA = object()


def _used(match: re.Match[str]) -> UsedName | None:
    name = match[1]
    if name in _RESERVED or not name.isidentifier():
        return None
    parts: list[UsedPart] = []
    position = match.end(1)
    for part in match[2].split(".")[1:]:
        parts.append(UsedPart(part, position + 1, position + 1 + len(part)))
        position += 1 + len(part)
    return UsedName(name, match.start(1), match.end(1), tuple(parts))


def _follow(value: object, parts: tuple[UsedPart, ...]) -> object:
    """The value behind a path of plain mapping keys, which is all that needs no Jinja."""
    for part in parts:
        if isinstance(value, Unknown):
            return value
        if not isinstance(value, dict) or hasattr(typed(object, value), part.name):
            return _ASK_JINJA
        try:
            value = typed("dict[str, object]", value)[part.name]
        except KeyError:
            return _ASK_JINJA
    if isinstance(value, ProcessVariables):
        return _ASK_JINJA
    return value


def _holds_unknown(value: object) -> bool:
    match value:
        case Unknown():
            return True
        case dict():
            return any(map(_holds_unknown, typed("dict[str, object]", value).values()))
        case list():
            return any(map(_holds_unknown, typed("list[object]", value)))
        case _:
            return False


def _expand_template(text: str, env: Mapping[str, EnvValue], strict: bool) -> Expansion:
    from pipelens.core import sandbox

    program = sandbox.parse(text, strict)
    if not program.names:
        failure = program.failure
        return Expansion(text, (), () if failure is None else (_located(failure, text, (), env),))
    names = used_names(text, program.names, sandbox.environment(True))
    undefined = [used for used in names if used.name not in env]
    if undefined or not program.names <= env.keys():
        errors = [_undefined(used, env) for used in undefined]
        seen = {used.name for used in undefined}
        for name in sorted(program.names - env.keys() - seen):
            errors.append(_undefined(UsedName(name, 0, len(text)), env))
        return Expansion(text, names, tuple(errors))
    if program.failure is not None:
        return Expansion(text, names, (_located(program.failure, text, names, env),))
    values = {name: env[name].value for name in program.names}
    if any(map(_holds_unknown, values.values())):
        return Expansion(text, names, unknown=True)
    made = sandbox.run(program, values)
    if isinstance(made, str):
        return Expansion(made, names)
    return Expansion(text, names, (_located(made, text, names, env),))


def used_names(text: str, names: frozenset[str], environment: Sandbox) -> tuple[UsedName, ...]:
    """Where `names` stand, from the template's own tokens. environment: tells what is one."""
    found: list[UsedName] = []
    tokens = list(_tokens(text, environment))
    for index, (start, kind, value) in enumerate(tokens):
        if kind != "name" or value not in names:
            continue
        before = tokens[index - 1][2] if index else ""
        after = tokens[index + 1][2] if index + 1 < len(tokens) else ""
        negated_test = before == "not" and index > 1 and tokens[index - 2][2] == "is"
        keyword = after == "=" and before in ("(", ",")
        if before in (".", "|", "is") or negated_test or keyword:
            continue
        found.append(UsedName(value, start, start + len(value), _path(tokens, index + 1)))
    return tuple(found)


def _path(tokens: list[tuple[int, str, str]], index: int) -> tuple[UsedPart, ...]:
    """The parts behind a name: `.x`, `['x']`."""
    parts: list[UsedPart] = []
    while index + 1 < len(tokens):
        value = tokens[index][2]
        start, kind, word = tokens[index + 1]
        if value == "." and kind == "name":
            parts.append(UsedPart(word, start, start + len(word)))
            index += 2
        elif value == "[" and kind == "string" and index + 2 < len(tokens) and tokens[index + 2][2] == "]":
            parts.append(UsedPart(word[1:-1], start + 1, start + len(word) - 1))
            index += 3
        else:
            break
    return tuple(parts)


def _tokens(text: str, environment: Sandbox) -> Iterator[tuple[int, str, str]]:
    """Offset, kind and text of the template's tokens, white space left out.

    Jinja gives lines only; but its tokens follow each other and leave nothing but white space out.
    """
    offsets = _offsets(text)
    plain = text if offsets is None else re.sub(r"\r\n|\r", "\n", text)
    position = 0
    for _, kind, value in environment.lexer.tokeniter(text, None):
        while not plain.startswith(value, position) and position < len(plain):
            position += 1
        if kind != "whitespace":
            yield position if offsets is None else offsets[position], kind, value
        position += len(value)


def _offsets(text: str) -> list[int] | None:
    """For text with other line ends than ``\\n``: the offset in it of each character as Jinja reads it."""
    if "\r" not in text:
        return None
    offsets = [i for i, char in enumerate(text) if not (char == "\n" and i and text[i - 1] == "\r")]
    return [*offsets, len(text)]


_NEEDS: Mapping[str, str] = {
    "git": "it needs git and a repository with a commit",
    "git_hash": "it needs git and a repository with a commit",
    "here": "it needs a pipeline that is a file",
    "root": "it needs a pipeline.yaml or a setup.py in this folder or above",
    "version": "it is known only in an env file with `_module`",
}


def _undefined(used: UsedName, env: Mapping[str, EnvValue]) -> TemplateError:
    suggestion = nearest(used.name, env)
    if used.name in _NEEDS:
        hint = f": {_NEEDS[used.name]}"
    elif suggestion is not None:
        hint = f"; did you mean '{suggestion}'?"
    else:
        hint = ": there is no such key in the env"
    message = f"Placeholder '{used.name}' is not defined{hint}"
    return TemplateError("undefined", message, used.start, used.end, used.name, suggestion)


_SAID: Mapping[str, str] = {
    "syntax": "The placeholder does not parse",
    "refused": "The template is not expanded",
    "failed": "The template fails",
    "missing-attribute": "The template asks for what its values do not have",
}


def _located(
    failure: Failure, text: str, names: tuple[UsedName, ...], env: Mapping[str, EnvValue]
) -> TemplateError:
    """A failure with its place: the missing part, the line of a syntax error, or all of the template."""
    if failure.kind == "missing-attribute":
        for used in names:
            held = env.get(used.name)
            value = held.value if held is not None else None
            for part in used.parts:
                keys = typed("dict[str, object]", value) if isinstance(value, dict) else {}
                if part.name == failure.name and part.name not in keys:
                    return _missing_part(failure, used, part, keys)
                value = keys.get(part.name)
    start, end = marked(text, failure.line)
    return TemplateError(failure.kind, f"{_SAID[failure.kind]}: {failure.message}", start, end, failure.name)


def _missing_part(
    failure: Failure, used: UsedName, part: UsedPart, mapping: Mapping[str, object]
) -> TemplateError:
    keys = [key for key in mapping if isinstance(typed(object, key), str)]
    suggestion = nearest(part.name, keys)
    before = ".".join((used.name, *(other.name for other in used.parts if other.start < part.start)))
    hint = f"; did you mean '{suggestion}'?" if suggestion else f"; it has {_listed(keys)}" if keys else ""
    message = f"'{before}' has no key '{part.name}'{hint}"
    return TemplateError(failure.kind, message, part.start, part.end, part.name, suggestion)


def _listed(keys: list[str]) -> str:
    shown = ", ".join(f"'{key}'" for key in keys[:5])
    return f"{shown} and {len(keys) - 5} more" if len(keys) > 5 else shown


def marked(text: str, line: int | None) -> tuple[int, int]:
    """From the first tag (of the given 1-based line) to the end of the text or line."""
    begin, end = 0, len(text)
    if line is not None:
        for _ in range(line - 1):
            found = text.find("\n", begin)
            if found < 0:
                break
            begin = found + 1
        line_end = text.find("\n", begin)
        end = len(text) if line_end < 0 else line_end
    first = _MARK.search(text, begin, end)
    start = first.start() if first is not None else begin
    return (start, end) if start < end else (0, len(text))
