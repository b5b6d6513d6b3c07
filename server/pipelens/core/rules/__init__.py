"""The register of problem codes, one module per family; its pages are what `explain` prints.

A family module holds a tuple `RULES` of `Rule`. Add a rule there and nowhere else.
"""

from __future__ import annotations

from pipelens.core.problems import Rule
from pipelens.core.rules import (
    callables,
    env,
    graph,
    grid,
    location,
    placeholders,
    products,
    sections,
    settings,
    sources,
    spec,
    syntax,
    tasks,
    templates,
    usage,
)

REGISTER: dict[str, Rule] = {
    rule.code: rule
    for family in (
        syntax,
        spec,
        sections,
        location,
        placeholders,
        env,
        tasks,
        grid,
        sources,
        callables,
        products,
        templates,
        usage,
        graph,
        settings,
    )
    for rule in family.RULES
}
