"""The one page of all problem codes, written from the register: docs/problems.md."""

from __future__ import annotations

from pipelens.core.problems import SEVERITIES, Rule
from pipelens.core.rules import REGISTER

_HEAD = """\
# Problems

What `pipelens check` and the language server can find, by severity. Each code is stable; its severity can be
set, and one finding can be silenced where it stands: see [settings.md](settings.md). `pipelens explain CODE`
prints the same text.

- **error**: Ploomber refuses or stops the build, or the code cannot run
- **warning**: probably not what was meant
- **info**: worth knowing
- **hint**: a small thing, shown faded or not at all

This page is generated from the register; `make pages` writes it.
"""


def problems_page() -> str:
    """Markdown: a table of contents, then every rule's page in the order of the register."""
    rows = ["| code | severity | |", "|---|---|---|"]
    for severity in SEVERITIES:
        rows.extend(
            f"| [`{rule.code}`](#{rule.code}) | {rule.severity} | {_cell(rule.summary)} |"
            for rule in sorted(REGISTER.values(), key=lambda rule: rule.code)
            if rule.severity == severity
        )
    parts = [_HEAD, "\n".join(rows) + "\n", *(_section(rule) for rule in REGISTER.values())]
    return "\n".join(parts)


def _section(rule: Rule) -> str:
    return f"## {rule.code}\n\n*{rule.severity}* · {rule.summary}\n\n{rule.page.strip()}\n"


def _cell(text: str) -> str:
    """`text` inside a table row: a bar would begin a new column."""
    return text.replace("|", "\\|")
