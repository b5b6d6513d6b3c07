"""The register of problem codes, one module per family; its pages are what `explain` prints.

A family module holds a tuple `RULES` of `Rule`. Add a rule there and nowhere else.
"""

from __future__ import annotations

from pipelens.core.problems import Rule
from pipelens.core.rules import env, graph, products, sources, spec, tasks

REGISTER: dict[str, Rule] = {
    rule.code: rule
    for family in (spec, env, tasks, sources, products, graph)
    for rule in family.RULES
}
