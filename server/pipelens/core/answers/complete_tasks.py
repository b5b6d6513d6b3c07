"""Names of tasks, for `upstream`, and the keys of their products."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import islice
from typing import Final

from pipelens.core.answers.complete_item import MOST, NOTHING, Completion, Completions, matching, select
from pipelens.core.graph import is_pattern, matches
from pipelens.core.project import Project, Task
from pipelens.core.text import Span

_MOST_BELOW: Final = 20_000
_MOST_PRODUCTS: Final = 12


def tasks(
    project: Project,
    own: Sequence[str],
    present: Collection[str],
    prefix: str,
    replace: Span,
    write: Callable[[str], str],
) -> Completions:
    """Tasks that those called `own` may need, but for what is `present` already.

    Nearest above first while nothing is typed; those that need `own` themselves rank last.
    write: a name as it is put in.
    """
    left_out = {*own, *present}
    names, more = list(project.tasks), False
    if not prefix and len(names) > MOST:
        names, more = _around(names, own), True
    found, incomplete = select(names, prefix, MOST + len(left_out))
    circular = _below(project, own) if own else left_out
    offers = [
        _offer(task, replace, write, task.name in circular)
        for task in map(project.tasks.__getitem__, found)
        if task.name not in left_out and task.spec.name_is_text
    ]
    return Completions(tuple(offers), incomplete or more)


def _offer(task: Task, replace: Span, write: Callable[[str], str], circular: bool) -> Completion:
    detail = "would close a circle" if circular else task.kind
    text = write(task.name)
    return Completion(task.name, "task", replace, text, detail, ask=f"task:{task.name}", last=circular)


def _around(names: list[str], own: Sequence[str]) -> list[str]:
    """The names around the first of `own`: those above, nearest first, then those below."""
    at = names.index(own[0]) if own and own[0] in names else len(names)
    above = names[max(0, at - 2 * MOST) : at][::-1]
    return [*above, *islice(names, at, at + 3 * MOST - len(above))]


def _below(project: Project, own: Iterable[str]) -> set[str]:
    """`own` and the tasks that need one of them, as far as a bounded walk finds them."""
    seen = set(own)
    generation = seen
    while generation and len(seen) < _MOST_BELOW:
        generation = set[str]().union(*(project.downstream.get(name, ()) for name in generation)) - seen
        seen |= generation
    return seen


def product_keys(task: Task, prefix: str, replace: Span, write: Callable[[str], str]) -> Completions:
    """The keys of a task's products; none where its product has no key."""
    products = task.products
    if products is None or products.form != "mapping":
        return NOTHING
    offers = [
        Completion(item.key, "product", replace, write(item.key), item.written)
        for item in islice(products.items, 2 * MOST)
    ]
    return matching(offers, prefix)


def behind_name(
    project: Project,
    name: str,
    needs: Sequence[Mapping[str, Sequence[str]]],
    prefix: str,
    replace: Span,
    write: Callable[[str], str],
) -> Completions:
    """What may stand in `upstream["name"]["…"]`: product keys, or for a wildcard the tasks it means."""
    task = project.tasks.get(name)
    if task is not None:
        return product_keys(task, prefix, replace, write)
    if not is_pattern(name):
        return NOTHING
    known = next((found[name] for found in needs if name in found), None)
    names = matches(name, project.tasks) if known is None else known
    found, more = select(names, prefix)
    tasks = [project.tasks[one] for one in found if one in project.tasks]
    return Completions(tuple(_offer(one, replace, write, circular=False) for one in tasks), more)


def explained(task: Task) -> str:
    """A task in Markdown: its source and what it makes."""
    lines = [f"**{task.name}** · {task.kind}", "", f"`{task.spec.source}`"]
    items = task.products.items if task.products is not None else ()
    if items:
        lines.append("")
    for item in items[:_MOST_PRODUCTS]:
        lines.append(f"- `{item.key}`: `{item.written}`" if item.key else f"- `{item.written}`")
    if len(items) > _MOST_PRODUCTS:
        lines.append(f"- … {len(items) - _MOST_PRODUCTS} more")
    return "\n".join(lines)
