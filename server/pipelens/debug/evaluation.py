"""Expressions over a recorded failure.

The expression is parsed and its syntax tree interpreted here, over what was recorded: nothing is
ever compiled or run, no method of any object is called by name, and there is no way from a value to
its class. What is bounded: the length and depth of the expression, the size of every number, text
and container that it makes, and the work of the whole evaluation.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable
from typing import Final, NoReturn

from pipelens.debug.calculation import Refused, Work, calculated, compared, negated
from pipelens.debug.dump_values import EvaluationError, Value, Values, as_value, bare
from pipelens.debug.lookup import attribute, item, truth
from pipelens.debug.recorded import Frame, plain
from pipelens.debug.reductions import FUNCTIONS, METHODS, VARIADIC

NOT_POSSIBLE: Final = "not possible in a recorded failure; Re-run to this point"

_LONGEST: Final = 2_000
_DEEPEST: Final = 80


def evaluate(expression: str, frame: Frame | None, values: Values) -> Value | EvaluationError:
    """The value of `expression` where `frame` stopped; without a frame no name is known.

    Whatever is not literals, names, recorded attributes, items, slices, comparison, boolean logic,
    arithmetic and the few functions of `reductions` is an error that says so.
    """
    try:
        tree = _parsed(expression)
        return as_value(_Reading(frame, values).value(tree, 0))
    except Refused as error:
        return EvaluationError(plain(str(error)))
    except (ArithmeticError, TypeError, ValueError, LookupError) as error:
        # What Python's own operators say of builtin values.
        return EvaluationError(plain(f"{type(error).__name__}: {error}")[:500])
    except (RecursionError, MemoryError):
        return EvaluationError("the expression takes more room than an evaluation may")


def _parsed(expression: str) -> ast.expr:
    text = expression.strip()
    if len(text) > _LONGEST:
        raise Refused(f"an expression may have {_LONGEST:,} characters here")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(text, mode="eval").body
        except (SyntaxError, ValueError) as error:
            if _is_statement(text):
                raise Refused(NOT_POSSIBLE) from None
            told = error.msg if isinstance(error, SyntaxError) else str(error)
            raise Refused(f"SyntaxError: {told}") from None


def _is_statement(text: str) -> bool:
    try:
        ast.parse(text)
    except (SyntaxError, ValueError):
        return False
    return bool(text)


class _Reading:
    """One evaluation: its frame, its values and the work that it has done."""

    def __init__(self, frame: Frame | None, values: Values) -> None:
        self._frame = frame
        self._values = values
        self._work = Work()

    def value(self, node: ast.expr, depth: int) -> object:
        if depth > _DEEPEST:
            raise Refused(f"the expression is nested more than {_DEEPEST} deep")
        self._work.spend(1)
        below = depth + 1
        match node:
            case ast.Constant(value=value):
                return value
            case ast.Name(id=name):
                return self._name(name)
            case ast.Attribute(value=owner, attr=name):
                if name.startswith("__"):
                    self._refuse()
                return attribute(self.value(owner, below), name, self._values)
            case ast.Subscript(value=owner, slice=key):
                return item(self.value(owner, below), self._key(key, below), self._values, self._work)
            case ast.List(elts=parts):
                return self._weighed([self._part(part, below) for part in parts])
            case ast.Tuple(elts=parts):
                return self._weighed(tuple(self._part(part, below) for part in parts))
            case ast.Set(elts=parts):
                return self._weighed({self._scalar(part, below) for part in parts})
            case ast.Dict(keys=keys, values=parts):
                made: dict[object, object] = {}
                for key, part in zip(keys, parts, strict=True):
                    if key is None:
                        self._refuse()
                    made[self._scalar(key, below)] = self._part(part, below)
                return self._weighed(made)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return not truth(self.value(operand, below), self._values)
            case ast.UnaryOp(op=operator, operand=operand):
                return negated(operator, self._bare(operand, below), self._values)
            case ast.BinOp(left=left, op=operator, right=right):
                return calculated(
                    operator, self._bare(left, below), self._bare(right, below), self._values, self._work
                )
            case ast.BoolOp(op=operator, values=parts):
                found: object = None
                for part in parts:
                    found = self.value(part, below)
                    if truth(found, self._values) is isinstance(operator, ast.Or):
                        return found
                return found
            case ast.Compare(left=first, ops=operators, comparators=others):
                return self._comparison(first, operators, others, below)
            case ast.Call(func=function, args=arguments, keywords=[]):
                return self._call(function, arguments, below)
            case _:
                raise Refused(NOT_POSSIBLE)

    def _name(self, name: str) -> object:
        found = self._values.named(name, self._frame)
        if isinstance(found, EvaluationError):
            raise Refused(found.message)
        return found

    def _bare(self, node: ast.expr, depth: int) -> object:
        return bare(self.value(node, depth), self._values)

    def _part(self, node: ast.expr, depth: int) -> object:
        if isinstance(node, ast.Starred):
            self._refuse()
        return self._bare(node, depth)

    def _scalar(self, node: ast.expr, depth: int) -> object:
        """A key of a dictionary or an element of a set that is written out."""
        found = self._part(node, depth)
        if not (found is None or isinstance(found, (bool, int, float, complex, str, bytes))):
            self._refuse()
        return found

    def _key(self, node: ast.expr, depth: int) -> object:
        if isinstance(node, ast.Slice):
            bounds = [
                None if part is None else self._bare(part, depth)
                for part in (node.lower, node.upper, node.step)
            ]
            if not all(bound is None or type(bound) is int for bound in bounds):
                raise Refused("the bounds of a slice are whole numbers here")
            return slice(*bounds)
        if isinstance(node, ast.Tuple):
            return tuple(self._key(part, depth + 1) for part in node.elts)
        return self._part(node, depth)

    def _comparison(
        self, first: ast.expr, operators: list[ast.cmpop], others: list[ast.expr], depth: int
    ) -> object:
        left = self.value(first, depth)
        found: object = True
        for operator, other in zip(operators, others, strict=True):
            right = self.value(other, depth)
            found = compared(operator, left, right, self._values, self._work)
            if not found:
                return found
            left = right
        return found

    def _call(self, function: ast.expr, arguments: list[ast.expr], depth: int) -> object:
        known: Callable[..., object] | None = None
        given: list[object] = []
        match function:
            case ast.Name(id=name) if self._values.is_free(name, self._frame):
                known = FUNCTIONS.get(name)
            case ast.Attribute(value=owner, attr=name) if name in METHODS:
                known = METHODS[name]
                given.append(self.value(owner, depth))
            case _:
                pass
        if known is None:
            self._refuse()
        arguments_given = [self._argument(argument, depth) for argument in arguments]
        if known in VARIADIC and len(arguments_given) > 1:
            arguments_given = [tuple(arguments_given)]
        given.extend(arguments_given)
        if not 1 <= len(given) <= (1 if isinstance(function, ast.Name) else 2):
            self._refuse()
        return known(self._values, self._work, *given)

    def _argument(self, node: ast.expr, depth: int) -> object:
        if isinstance(node, ast.Starred):
            self._refuse()
        return self.value(node, depth)

    def _weighed(self, made: object) -> object:
        self._work.weigh(made)
        return made

    def _refuse(self) -> NoReturn:
        raise Refused(NOT_POSSIBLE)
