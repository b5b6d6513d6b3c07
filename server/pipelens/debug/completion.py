"""What may follow in an expression over a recorded failure: recorded names, and recorded attributes."""

from __future__ import annotations

import re
from typing import Final, Literal

from pipelens.debug.dump_values import EvaluationError, Reference, Values, is_attribute
from pipelens.debug.evaluation import evaluate
from pipelens.debug.recorded import Frame
from pipelens.debug.reductions import FUNCTIONS, METHODS
from pipelens.frozen import frozen

_MOST: Final = 500
_ATTRIBUTE: Final = re.compile(r"((?:[^\W\d]\w*)(?:\.[^\W\d]\w*|\[[^\[\]]{1,100}\]){0,50})\.(\w*)\Z")
_NAME: Final = re.compile(r"(?:^|[^\w.'\"])([^\W\d]\w*)?\Z")


@frozen
class Completion:
    """text: the whole word. kind: as the Debug Adapter Protocol calls it."""

    text: str
    kind: Literal["variable", "property", "function", "method"]


def completions(before: str, frame: Frame | None, values: Values) -> list[Completion]:
    """What fits the text before the caret."""
    before = before[-1_000:]
    member = _ATTRIBUTE.search(before)
    if member is not None:
        return _fitting(_attributes(member[1], frame, values), member[2])
    name = _NAME.search(before)
    if name is None:
        return []
    names = values.names(frame) if frame is not None else ()
    found = [Completion(one, "variable") for one in names]
    found += [Completion(one, "function") for one in FUNCTIONS if one not in names]
    return _fitting(found, name[1] or "")


def _attributes(expression: str, frame: Frame | None, values: Values) -> list[Completion]:
    found = evaluate(expression, frame, values)
    if isinstance(found, EvaluationError) or not isinstance(found, Reference):
        return []
    node = values.node(found)
    names = [child.label for child in node.children if is_attribute(child.label)]
    shown = [Completion(name, "property") for name in names if not name.startswith("__")]
    if node.shape is not None:
        shown += [Completion(name, "method") for name in METHODS]
        shown.append(Completion("shape", "property"))
    return shown


def _fitting(found: list[Completion], prefix: str) -> list[Completion]:
    return [one for one in found if one.text.startswith(prefix)][:_MOST]
