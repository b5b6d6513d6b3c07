"""The options that every command shares, and a parser whose complaints are sentences.

`--env--KEY` names cannot be known before the pipeline is read, so they are taken out of the words
first; the pipeline's reader says whether the key exists.
"""

from __future__ import annotations

import argparse
import itertools
import os
import re
from collections.abc import Sequence
from typing import NoReturn

from pipelens.cli.refusal import Refusal

_ENV = "--env--"
_NUMBER = re.compile(r"^-\d+(\.\d*)?$|^-\.\d+$")
_LEVELS = ("critical", "error", "warning", "info", "debug")


class Parser(argparse.ArgumentParser):
    """argparse, whose errors are a `Refusal` with a suggestion instead of an exit."""

    def error(self, message: str) -> NoReturn:
        raise Refusal(_clear(message), usage=self.format_usage().rstrip())

    def option_names(self) -> list[str]:
        return list(self._option_string_actions)


def parser(name: str, summary: str, *, formats: Sequence[str] = ("text", "json")) -> Parser:
    """A parser for the command `name` with the options that all pipeline commands take."""
    made = plain_parser(name, summary, formats=formats)
    shared = made.add_argument_group("the pipeline")
    shared.add_argument(
        "-e",
        "--entry-point",
        metavar="FILE",
        help="which pipeline is meant (default: the nearest pipeline.yaml)",
    )
    shared.add_argument(
        "--env--KEY",
        metavar="VALUE",
        dest="_env",
        help="a value to use for KEY instead of the one in env.yaml; nested keys: --env--OUTER--INNER",
    )
    return made


def plain_parser(name: str, summary: str, *, formats: Sequence[str] = ()) -> Parser:
    """A parser for a command that reads no pipeline."""
    made = Parser(prog=f"pipelens {name}", description=f"{summary[0].upper()}{summary[1:]}.")
    if formats:
        made.add_argument("--format", choices=formats, default="text", help="how to print the answer")
        made.add_argument(
            "--json", action="store_const", const="json", dest="format", help="the same as --format json"
        )
    made.add_argument("-l", "--log", metavar="LEVEL", help=f"log to standard error: {', '.join(_LEVELS)}")
    made.add_argument("-F", "--log-file", metavar="FILE", help="write the log to a file")
    return made


def read(made: Parser, words: Sequence[str]) -> argparse.Namespace:
    """The arguments that `words` spell; `overrides` holds the env values.

    Raises `Refusal` for words that do not fit.
    """
    rest, overrides = env_overrides(words, made)
    arguments, unknown = made.parse_known_args(rest)
    if unknown:
        made.error(_unknown(unknown[0], made))
    arguments.overrides = overrides
    arguments.cwd = _here()
    _start_log(arguments.log, arguments.log_file, made)
    return arguments


def wants_json(words: Sequence[str]) -> bool:
    """Whether the words ask for JSON, as far as can be told when they are otherwise wrong."""
    pairs = itertools.pairwise(words)
    return "--json" in words or "--format=json" in words or ("--format", "json") in pairs


def env_overrides(words: Sequence[str], made: Parser) -> tuple[list[str], dict[str, str]]:
    """The words without `--env--KEY VALUE` and `--env--KEY=VALUE`, and what those say."""
    rest: list[str] = []
    overrides: dict[str, str] = {}
    position = 0
    while position < len(words):
        word = words[position]
        position += 1
        if word == "--":
            rest.extend(words[position - 1 :])
            break
        if not word.startswith(_ENV):
            rest.append(word)
            continue
        key, equals, value = word[len(_ENV) :].partition("=")
        if not key:
            made.error(f"{word} names no key; write --env--KEY VALUE")
        if not equals:
            following = words[position] if position < len(words) else None
            if following is None or (following.startswith("-") and not _NUMBER.match(following)):
                made.error(
                    f"--env--{key} needs a value; one that begins with - is written --env--{key}=VALUE"
                )
            value = following
            position += 1
        overrides[key] = value
    return rest, overrides


def _unknown(word: str, made: Parser) -> str:
    if not word.startswith("-"):
        return f"{made.prog} takes no {word!r}"
    from difflib import get_close_matches

    name = word.split("=", 1)[0]
    near = get_close_matches(name, [n for n in made.option_names() if n != "--env--KEY"], n=1, cutoff=0.6)
    hint = f"; did you mean {near[0]}?" if near else f"; `{made.prog} --help` lists the options"
    return f"{made.prog} has no option {name}{hint}"


def _clear(message: str) -> str:
    """argparse's own complaints, in words."""
    if found := re.fullmatch(r"argument (\S+?)(?:/\S+)*: expected one argument", message):
        return f"{found[1]} needs a value"
    if found := re.fullmatch(r"the following arguments are required: (.+)", message):
        return f"{found[1]} is missing"
    if found := re.fullmatch(r"argument (\S+): invalid choice: (.+) \(choose from (.+)\)", message):
        return f"{found[2]} is not a value of {found[1]}; choose from {found[3]}"
    return message


def _here() -> str:
    try:
        return os.getcwd()
    except OSError:
        raise Refusal("the current folder no longer exists; change to another one") from None


def _start_log(level: str | None, file: str | None, made: Parser) -> None:
    if not level and not file:
        return
    import logging

    wanted = (level or "info").lower()
    if wanted not in _LEVELS:
        made.error(f"{level!r} is not a log level; choose from {', '.join(_LEVELS)}")
    try:
        handler = logging.FileHandler(file, encoding="utf-8") if file else logging.StreamHandler()
    except OSError as error:
        raise Refusal(f"the log file {file} cannot be written: {error.strerror}") from None
    logging.basicConfig(
        level=wanted.upper(), handlers=[handler], format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
