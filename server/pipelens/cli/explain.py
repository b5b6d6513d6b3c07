"""`pipelens explain CODE`: the page of a problem code."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pipelens.cli import arguments as arguments_
from pipelens.cli.commands import SUMMARIES
from pipelens.cli.refusal import Refusal
from pipelens.cli.shapes import dumped
from pipelens.cli.terminal import SEVERITY_STYLES, Screen, Segment, padded
from pipelens.core.problems import Rule, rules
from pipelens.core.suggestions import nearest

if TYPE_CHECKING:
    from rich.markdown import Markdown


def main(name: str, words: Sequence[str]) -> int:
    parser = arguments_.plain_parser(name, SUMMARIES["explain"], formats=("text", "json"))
    parser.add_argument("code", nargs="?", metavar="CODE", help="a problem code; without one all are listed")
    arguments = arguments_.read(parser, words)
    screen = Screen()
    register = rules()
    if arguments.code is None:
        _list(list(register.values()), screen, as_json=arguments.format == "json")
        return 0
    rule = register.get(_bare(arguments.code))
    if rule is None:
        near = nearest(_bare(arguments.code), register)
        hint = f"did you mean {near}?" if near else "`pipelens explain` lists all codes."
        raise Refusal(f"there is no problem code {arguments.code!r}; {hint}")
    if arguments.format == "json":
        screen.write(dumped(_shape(rule)))
    else:
        _show(rule, screen)
    return 0


def _bare(code: str) -> str:
    """The code inside `error[code]`, as it can be copied from a report."""
    text = code.strip()
    if text.endswith("]") and "[" in text:
        text = text[text.index("[") + 1 : -1]
    return text.lower()


def _show(rule: Rule, screen: Screen) -> None:
    screen.line(
        Segment(rule.code, "bold"),
        Segment(" · " if screen.can_show("·") else " - "),
        Segment(rule.severity, SEVERITY_STYLES[rule.severity]),
    )
    screen.line(rule.summary)
    screen.line()
    drawn = _drawing() if screen.is_coloured else None
    if drawn is not None:
        screen.console.print(drawn(rule.page), width=min(screen.width, 100), soft_wrap=False)
    else:
        screen.write(rule.page.rstrip() + "\n")


def _drawing() -> type[Markdown] | None:
    """What draws Markdown in colour; None in a copy without it (pygments is large)."""
    try:
        from rich.markdown import Markdown
    except ImportError:
        return None
    return Markdown


def _list(register: list[Rule], screen: Screen, *, as_json: bool) -> None:
    if as_json:
        screen.write(dumped({"rules": [_shape(rule) for rule in register]}))
        return
    width = max((len(rule.code) for rule in register), default=0)
    for rule in register:
        screen.line(
            Segment(padded(rule.code, width), "bold"),
            Segment(f"  {rule.severity:<7}", SEVERITY_STYLES[rule.severity]),
            f"  {rule.summary}",
        )


def _shape(rule: Rule) -> dict[str, str]:
    return {"code": rule.code, "severity": rule.severity, "summary": rule.summary, "page": rule.page}
