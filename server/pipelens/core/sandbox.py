"""The sandbox of templates: Jinja2's own, with a meter on everything that could grow or go on.

A pipeline file is read whenever it is opened, so that a template in it must end soon and stay
small whatever it says. There is no clock in `core` and no thread to kill, so the template's syntax
tree is checked and rewritten instead: tags that load, define or call back are refused, loops and
operations pay for their size from an allowance, and nothing above `MAX_SIZE` is ever made.

Import this module only when a template needs it: it loads jinja2.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from functools import lru_cache, wraps
from typing import Any, Final, Literal, cast

from jinja2 import StrictUndefined, TemplateSyntaxError, Undefined, UndefinedError, meta, nodes
from jinja2.environment import Template
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context, LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.visitor import NodeTransformer

from pipelens.core.meter import (
    MAX_SIZE,
    METER,
    Meter,
    Refusal,
    check_format,
    check_growth,
    check_power,
    check_product,
    concat,
    settled,
    small,
    steps,
)
from pipelens.frozen import frozen

MAX_TEMPLATE: Final = 16_000
_MAX_DEPTH: Final = 60

Registered = dict[str, Callable[..., Any]]
FailureKind = Literal["syntax", "refused", "missing-attribute", "failed"]

_TAGS: Mapping[type[nodes.Node], str] = {
    nodes.Include: "include",
    nodes.Import: "import",
    nodes.FromImport: "from",
    nodes.Extends: "extends",
    nodes.Block: "block",
    nodes.Macro: "macro",
    nodes.CallBlock: "call",
    nodes.FilterBlock: "filter",
    nodes.AssignBlock: "set … endset",
}
_FILTERS_WORDS = """
abs capitalize center count d default dictsort e escape filesizeformat first float forceescape
format groupby indent int items join last length list lower map max min reject rejectattr replace
reverse round safe select selectattr sort string sum title tojson trim truncate unique upper
urlencode wordcount
"""
_FILTERS = frozenset(_FILTERS_WORDS.split())
_STR_METHODS_WORDS = """
capitalize casefold count endswith find index isalnum isalpha isascii isdecimal isdigit isidentifier
islower isnumeric isspace istitle isupper lower lstrip partition removeprefix removesuffix replace
rfind rindex rpartition rsplit rstrip split splitlines startswith strip swapcase title upper zfill
center ljust rjust
"""
_STR_METHODS = frozenset(_STR_METHODS_WORDS.split())
_MAPPING_METHODS = frozenset({"get", "items", "keys", "values"})
_SEQUENCE_METHODS = frozenset({"count", "index"})


@frozen
class Failure:
    """Why a template has no text. `name`: the attribute that is missing; `line`: 1-based, of a syntax error."""

    kind: FailureKind
    message: str
    name: str = ""
    line: int | None = None


@frozen
class Program:
    """A parsed template. names: what it takes from the env; empty: it stays as written.

    failure: why it cannot run, although its names are known.
    """

    names: frozenset[str] = frozenset()
    template: Template | None = None
    failure: Failure | None = None


class _MissingAttribute(UndefinedError):
    def __init__(self, message: str, name: str) -> None:
        super().__init__(message)
        self.name = name


class _StrictMissing(StrictUndefined):
    """Knows the name that is missing, so that a problem can point at it."""

    __slots__ = ()

    def __init__(
        self, hint: str | None = None, obj: Any = None, name: str | None = None, exc: Any = None
    ) -> None:
        def made(message: str) -> Exception:
            return SecurityError(message) if exc is SecurityError else _MissingAttribute(message, str(name))

        super().__init__(hint=hint, obj=obj, name=name, exc=cast(Any, made))


def _metered(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """A filter that is paid for, refused where its result would be too large."""
    skipped = 1 if hasattr(function, "jinja_pass_arg") else 0

    @wraps(function)
    def filter_(*arguments: Any, **keywords: Any) -> Any:
        subject = tuple(settled(part) for part in arguments[skipped:])
        for part in (*subject, *keywords.values()):
            small(part)
        check_growth(name, subject, keywords)
        return small(settled(function(*arguments[:skipped], *subject, **keywords)))

    return filter_


def _metered_test(function: Callable[..., Any]) -> Callable[..., Any]:
    """A test whose arguments are paid for: `in` and `eq` look at all of them."""
    skipped = 1 if hasattr(function, "jinja_pass_arg") else 0

    @wraps(function)
    def test(*arguments: Any, **keywords: Any) -> Any:
        for part in (*arguments[skipped:], *keywords.values()):
            small(part)
        return function(*arguments, **keywords)

    return test


def _refused_filter(name: str) -> Callable[..., Any]:
    def filter_(*_: Any, **__: Any) -> Any:
        raise Refusal(f"the filter '{name}' is not available in pipelines")

    return filter_


_OPERATORS: Any = operator  # whose stubs leave the operands' types open
_BINARY: dict[str, Any] = {
    "+": _OPERATORS.add,
    "-": _OPERATORS.sub,
    "*": _OPERATORS.mul,
    "/": _OPERATORS.truediv,
    "//": _OPERATORS.floordiv,
    "%": _OPERATORS.mod,
    "**": _OPERATORS.pow,
}


class Sandbox(ImmutableSandboxedEnvironment):
    """Jinja2's sandbox with a meter. longest: characters of a template that is read at all.
    allowed_tags: of those that are refused elsewhere."""

    longest = MAX_TEMPLATE
    allowed_tags: frozenset[type[nodes.Node]] = frozenset()
    intercepted_binops = frozenset(("+", "-", "*", "/", "//", "%", "**"))

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        small(left)
        small(right)
        match operator:
            case "**":
                check_power(left, right)
            case "*":
                check_product(left, right)
            case "%":
                check_format(left, right)
            case _:
                pass
        return small(_BINARY[operator](left, right))

    def call(__self, __context: Context, __obj: Any, *args: Any, **kwargs: Any) -> Any:
        owner: Any = getattr(__obj, "__self__", None)
        name: str = getattr(__obj, "__name__", "")
        match owner:
            case str():
                allowed = _STR_METHODS
            case Mapping():
                allowed = _MAPPING_METHODS
            case list() | tuple():
                allowed = _SEQUENCE_METHODS
            case LoopContext():
                allowed = frozenset({"cycle", "changed"})
            case _:
                if isinstance(__obj, Undefined):
                    return __obj()
                raise Refusal("only methods of text and mappings can be called")
        if name not in allowed:
            raise Refusal(f"the method '{name}' is not available in pipelines")
        subject: Any = cast(object, owner)
        for part in (subject, *args, *kwargs.values()):
            small(part)
        check_growth(name, (subject, *args), kwargs)
        return small(settled(__obj(*args, **kwargs)))


class _Metering(NodeTransformer):
    """Puts the meter where the sandbox has no hook: loops, `~`, comparisons and slices."""

    def __init__(self, environment: Sandbox) -> None:
        self._environment = environment

    def _filter(self, name: str, node: nodes.Node, *arguments: nodes.Expr) -> nodes.Filter:
        made = nodes.Filter(node, name, list(arguments), [], None, None, lineno=node.lineno)
        made.set_environment(self._environment)
        for argument in arguments:
            argument.set_environment(self._environment)
        return made

    def visit_For(self, node: nodes.For) -> nodes.Node:
        cost = 2 + sum(_weight(part) for part in node.iter_child_nodes())
        self.generic_visit(node)
        node.iter = self._filter("pipelens steps", node.iter, nodes.Const(cost, lineno=node.lineno))
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:
        self.generic_visit(node)
        parts = nodes.List(list(node.nodes), lineno=node.lineno)
        parts.set_environment(self._environment)
        return self._filter("pipelens concat", parts)

    def visit_Compare(self, node: nodes.Compare) -> nodes.Node:
        self.generic_visit(node)
        node.expr = self._filter("pipelens small", node.expr)
        for operand in node.ops:
            operand.expr = self._filter("pipelens small", operand.expr)
        return node

    def visit_Getitem(self, node: nodes.Getitem) -> nodes.Node:
        self.generic_visit(node)
        if isinstance(node.arg, nodes.Slice):
            node.node = self._filter("pipelens small", node.node)
        return node


def _weight(root: nodes.Node) -> int:
    weight = 0
    stack: list[nodes.Node] = [root]
    while stack:
        node = stack.pop()
        weight += 1 + (len(node.data) // 64 if isinstance(node, nodes.TemplateData) else 0)
        stack.extend(node.iter_child_nodes())
    return weight


@lru_cache(maxsize=2)
def environment(strict: bool) -> Sandbox:
    """The sandbox. strict: a missing attribute is an error, as in the spec; else empty, as in the env."""
    return equipped(Sandbox, strict)


def equipped(kind: type[Sandbox], strict: bool, **options: Any) -> Sandbox:
    """A sandbox whose filters and tests are paid for. options: of Jinja2's own environment."""
    made = kind(
        optimized=False,
        cache_size=0,
        autoescape=False,
        undefined=_StrictMissing if strict else Undefined,
        finalize=small,
        **options,
    )
    made.globals = {}
    anything: Any = made
    filters: Registered = anything.filters
    tests: Registered = anything.tests
    for name, function in list(filters.items()):
        allowed = name in _FILTERS
        filters[name] = _metered(name, function) if allowed else _refused_filter(name)
    for name, function in list(tests.items()):
        tests[name] = _metered_test(function)
    filters["pipelens steps"] = steps
    filters["pipelens concat"] = concat
    filters["pipelens small"] = small
    return made


@lru_cache(maxsize=2_000)
def parse(text: str, strict: bool) -> Program:
    """The template `text`, checked and metered. Raises nothing."""
    return compiled(environment(strict), text)


def compiled(sandbox: Sandbox, text: str) -> Program:
    """As `parse`, in another sandbox."""
    if len(text) > sandbox.longest:
        return Program(failure=Failure("refused", f"it is longer than {sandbox.longest:,} characters"))
    try:
        tree = sandbox.parse(text)
        depth = _depth(tree)
        if depth > _MAX_DEPTH:
            return Program(failure=Failure("refused", "it is nested too deeply"))
        names = frozenset(meta.find_undeclared_variables(tree))
    except TemplateSyntaxError as error:
        return Program(failure=Failure("syntax", error.message or "it does not parse", line=error.lineno))
    except (ValueError, OverflowError, MemoryError, RecursionError):
        return Program(failure=Failure("refused", "it is nested too deeply, or has too long a number"))
    if not names:
        return Program()
    refused = _refused(tree, sandbox.allowed_tags)
    if refused is not None:
        return Program(names, failure=Failure("refused", refused))
    try:
        metered = _Metering(sandbox).visit(tree)
        code = sandbox.compile(cast(nodes.Template, metered))
        template = Template.from_code(sandbox, code, {})
    except TemplateSyntaxError as error:
        return Program(
            names, failure=Failure("syntax", error.message or "it does not parse", line=error.lineno)
        )
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return Program(names, failure=Failure("refused", "it is nested too deeply"))
    return Program(names, template)


def _depth(tree: nodes.Node) -> int:
    depth = 0
    level: list[nodes.Node] = [tree]
    while level:
        depth += 1
        level = [child for node in level for child in node.iter_child_nodes()]
    return depth


def _refused(tree: nodes.Node, allowed: frozenset[type[nodes.Node]]) -> str | None:
    """What in the tree is not allowed in pipelines, in words."""
    stack: list[nodes.Node] = [tree]
    while stack:
        node = stack.pop()
        tag = _TAGS.get(type(node))
        if tag is not None and type(node) not in allowed:
            return f"the tag '{tag}' is not available in pipelines"
        if isinstance(node, nodes.For) and node.recursive:
            return "recursive loops are not available in pipelines"
        if (
            isinstance(node, nodes.Filter)
            and node.name not in _FILTERS
            and not node.name.startswith("pipelens ")
        ):
            return f"the filter '{node.name}' is not available in pipelines"
        stack.extend(node.iter_child_nodes())
    return None


def run(program: Program, values: Mapping[str, object], longest: int = MAX_SIZE) -> str | Failure:
    """The text that a parsed template gives. Raises nothing: whatever a template does is its failure.
    longest: of the text, in characters."""
    if program.template is None:
        return program.failure or Failure("failed", "it has nothing to run")
    token = METER.set(Meter())
    try:
        context = program.template.new_context(dict(values))
        parts: list[str] = []
        length = 0
        for part in program.template.root_render_func(context):
            parts.append(part)
            length += len(part)
            if length > longest:
                return Failure("refused", f"it makes more than {longest} characters")
        return "".join(parts)
    except _MissingAttribute as error:
        return Failure("missing-attribute", str(error), error.name)
    except UndefinedError as error:
        return Failure("missing-attribute", str(error))
    except SecurityError as error:
        return Failure("refused", str(error))
    except Exception as error:
        # A template is a program: dividing by zero or adding text to a number is its own fault.
        reason = str(error) or type(error).__name__
        return Failure("failed", reason.split("\n", 1)[0][:300])
    finally:
        METER.reset(token)
