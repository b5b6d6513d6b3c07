"""Where does a source use the names that it is given? Read from its code when asked, one source at a time.

A param of a notebook is a name of its module, one of a function a name of that function: what an
inner function, a comprehension or a class calls by the same name is another thing.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from pipelens.core.answers.find_scopes import bound_in, locals_of, named_by
from pipelens.core.answers.find_strings import fields_of
from pipelens.core.graph import is_pattern
from pipelens.core.magics import plain_python
from pipelens.core.python_text import TOKEN, Columns, parse_python
from pipelens.core.sources import FunctionSource, NotebookSource, Source
from pipelens.core.text import Document, Position, Span
from pipelens.frozen import frozen


@frozen
class Use:
    """A name that the code takes from the source's own scope, or a key in `product["key"]`.

    binding: what gives the name another meaning than a plain assignment does (`import`, `def` …).
    """

    kind: Literal["name", "key"]
    text: str
    span: Span
    binding: str = ""


@frozen
class Uses:
    """All of one source. unread: places that may use any name and are not understood, with the reason:
    text that does not parse, magics, and cells in other languages."""

    found: tuple[Use, ...] = ()
    unread: tuple[Unread, ...] = ()


@frozen
class Unread:
    """Text whose names are not known. words: it may use these; None where it does not parse."""

    span: Span
    reason: str
    words: frozenset[str] | None = None


def uses_at(source: Source, line: int) -> Iterator[Use]:
    """The uses on a line of the file."""
    for text in _texts(source, line):
        for use in text.uses().found:
            if use.span.start.line <= line <= use.span.end.line:
                yield use


def uses_in(source: Source) -> Uses:
    """Every use in the source, in its order."""
    found: list[Use] = []
    unread: list[Unread] = []
    for text in _texts(source):
        uses = text.uses()
        found.extend(uses.found)
        unread.extend(uses.unread)
    return Uses(tuple(found), tuple(unread))


def keys_through(source: Source, task: str) -> Iterator[tuple[str, Span]]:
    """The keys in `upstream["pattern"]["task"]["key"]`, which no reading of references goes down to."""
    for text in _texts(source):
        tree = parse_python(plain_python(text.text).text if text.magic else text.text)
        columns = Columns(text.text)
        for node in ast.walk(tree) if isinstance(tree, ast.Module) else ():
            match node:
                case ast.Subscript(
                    value=ast.Subscript(
                        value=ast.Subscript(
                            value=ast.Name(id="upstream"), slice=ast.Constant(value=str() as name)
                        ),
                        slice=ast.Constant(value=inner),
                    ),
                    slice=ast.Constant(value=str() as key),
                ) if inner == task and is_pattern(name):
                    yield key, text.place(columns.inside_quotes(node.slice))
                case _:
                    pass


def declared_again(source: NotebookSource, name: str) -> Iterator[Span]:
    """Each string in an assignment to `upstream` that says `name`; a declaration lists it once."""
    cell = source.cells.parameters if source.cells is not None and source.language == "python" else None
    if cell is None or cell.source.count(name) < 2:
        return
    plain = plain_python(cell.source).text
    tree, columns = parse_python(plain), Columns(plain)
    for statement in tree.body if isinstance(tree, ast.Module) else ():
        match statement:
            case (
                ast.Assign(targets=[ast.Name(id="upstream")], value=value)
                | ast.AugAssign(target=ast.Name(id="upstream"), value=value)
            ):
                for node in ast.walk(value):
                    if isinstance(node, ast.Constant) and node.value == name:
                        at = columns.inside_quotes(node)
                        yield cell.span(at.start.line, at.start.character, at.end.line, at.end.character)
            case _:
                pass


def keywords_in(module: str, function: str, name: str) -> Iterator[Span]:
    """Where calls of `function` in its own module pass `name` as a keyword."""
    if f"{function}(" not in module or not re.search(rf"\b{re.escape(name)}[ \t]*=", module):
        return
    tree, columns = parse_python(module), Columns(module)
    for node in ast.walk(tree) if isinstance(tree, ast.Module) else ():
        match node:
            case ast.Call(func=ast.Name(id=called), keywords=keywords) if called == function:
                for keyword in keywords:
                    if keyword.arg == name:
                        start = columns.span(keyword).start
                        yield Span(start, Position(start.line, start.character + len(name)))
            case _:
                pass


def _texts(source: Source, line: int | None = None) -> Iterator[_Text]:
    """The texts of a source that are parsed on their own: its cells, or the function. line: only what
    shows this line of the file."""
    match source:
        case NotebookSource(language="python", cells=cells) if cells is not None:
            for cell in cells.kept:
                if cell.kind != "code" or not cell.lines:
                    continue
                if line is not None and not cell.lines[0][0] <= line <= cell.lines[-1][0]:
                    continue

                def place(span: Span, at: Callable[[int, int], Position] = cell.position) -> Span:
                    return Span(
                        at(span.start.line, span.start.character), at(span.end.line, span.end.character)
                    )

                yield _Text(cell.source, place, magic=True)
        case FunctionSource(code=code, line=first):
            # A definition inside a block is indented, and parses only inside another one.
            lead = "if 1:\n" if code[:1] in (" ", "\t") else ""
            up = first - (1 if lead else 0)
            yield _Text(lead + code, lambda span: span.shifted(up), magic=False)
        case _:
            return


@dataclass(slots=True)
class _Text:
    """A piece of Python. place: from its spans to the file's. magic: it may hold IPython's additions."""

    text: str
    place: Callable[[Span], Span]
    magic: bool

    def uses(self) -> Uses:
        plain = plain_python(self.text) if self.magic else None
        text = plain.text if plain is not None else self.text
        unread = tuple(self._magics(text)) if plain is not None and text != self.text else ()
        tree = parse_python(text)
        if not isinstance(tree, ast.Module):
            at = Span(Position(tree.line, tree.character), Position(tree.end_line, tree.end_character))
            return Uses((), (*unread, Unread(self.place(at), tree.message)))
        walk = _Walk(text)
        try:
            if self.magic:
                walk.visit_all(tree.body, _Hidden())
            else:
                walk.function(tree)
        except RecursionError:
            return Uses((), (*unread, Unread(self.place(Span.on_line(0, 0, 1)), "it is nested too deeply")))
        found = (Use(use.kind, use.text, self.place(use.span), use.binding) for use in walk.found)
        return Uses(tuple(sorted(found, key=lambda use: use.span)), unread)

    def _magics(self, plain: str) -> Iterator[Unread]:
        """The lines that are no Python."""
        for number, (was, now) in enumerate(zip(self.text.split("\n"), plain.split("\n"), strict=False)):
            if was != now:
                words = frozenset(token[0] for token in TOKEN.finditer(was) if token.lastgroup == "word")
                quoted = frozenset(part for one in words for part in one.split("$"))
                yield Unread(self.place(Span.on_line(number, 0, len(was))), "it is no Python", words | quoted)


@frozen
class _Hidden:
    """Names that mean something else here. inner: the same for functions below, which do not see what
    a class binds."""

    here: frozenset[str] = frozenset()
    inner: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Walk:
    """Collects what the outermost scope of `text` is asked for."""

    text: str
    found: list[Use] = field(default_factory=list[Use])
    where: Callable[[ast.expr], Span] = field(init=False)
    columns: Columns = field(init=False)
    of_function: bool = False

    def __post_init__(self) -> None:
        self.columns = Columns(self.text)
        self.where = self.columns.span

    def function(self, tree: ast.Module) -> None:
        """The uses inside the one definition of `tree`: its own scope is the outermost."""
        self.of_function = True
        body = tree.body[0] if tree.body else None
        if isinstance(body, ast.If):
            body = body.body[0]
        if isinstance(body, ast.ClassDef):
            body = next(
                (e for e in reversed(body.body) if isinstance(e, ast.FunctionDef) and e.name == "__init__"),
                None,
            )
        if body is not None and not isinstance(body, ast.FunctionDef | ast.AsyncFunctionDef):
            body = next((node for node in ast.walk(body) if isinstance(node, ast.Lambda)), None)
        match body:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                hidden = frozenset(locals_of(body).elsewhere)
                self._arguments(body.args)
                self.visit_all(body.body, _Hidden(hidden, hidden))
            case ast.Lambda():
                self._arguments(body.args)
                self.visit(body.body, _Hidden())
            case _:
                return

    def _arguments(self, arguments: ast.arguments) -> None:
        every = (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
        for argument in (*every, arguments.vararg, arguments.kwarg):
            if argument is not None:
                begin = self.columns.span(argument).start
                end = Position(begin.line, begin.character + len(argument.arg))
                self.found.append(Use("name", argument.arg, Span(begin, end)))

    def visit_all(self, nodes: list[ast.stmt] | list[ast.expr], hidden: _Hidden) -> None:
        for node in nodes:
            self.visit(node, hidden)

    def visit(self, node: ast.AST, hidden: _Hidden) -> None:
        match node:
            case ast.Name(id=name):
                if name not in hidden.here:
                    self.found.append(Use("name", name, self.where(node)))
                return
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda():
                self._inner_function(node, hidden)
                return
            case ast.ClassDef(body=body):
                self._bindings(node, hidden)
                for part in (*node.decorator_list, *node.bases, *node.keywords):
                    self.visit(part, hidden)
                own = hidden.here | bound_in(body)
                self.visit_all(body, _Hidden(own, hidden.inner))
                return
            case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
                self._comprehension(node, hidden)
                return
            case ast.Subscript(value=ast.Name(id="product"), slice=ast.Constant(value=str() as key)):
                if "product" not in hidden.here and self.where == self.columns.span:
                    self.found.append(Use("key", key, self.columns.inside_quotes(node.slice)))
            case ast.JoinedStr() if sys.version_info < (3, 12):
                self._fields(node, hidden)
                return
            case _:
                self._bindings(node, hidden)
        for child in ast.iter_child_nodes(node):
            self.visit(child, hidden)

    def _bindings(self, node: ast.AST, hidden: _Hidden) -> None:
        """Names that a statement binds or speaks of without a node for the name."""
        for name, how, span in named_by(node, self.columns):
            if name not in hidden.here:
                self.found.append(Use("name", name, span, how))

    def _inner_function(
        self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, hidden: _Hidden
    ) -> None:
        self._bindings(node, hidden)
        arguments = node.args
        outer: list[ast.expr | None] = [*arguments.defaults, *arguments.kw_defaults]
        if not isinstance(node, ast.Lambda):
            outer += [*node.decorator_list, node.returns]
        every = (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
        outer += [each.annotation for each in (*every, arguments.vararg, arguments.kwarg) if each is not None]
        for part in outer:
            if part is not None:
                self.visit(part, hidden)
        own = locals_of(node)
        names = hidden.inner | own.here
        # `global` means the module's name: the outermost scope of cells, but none of a function's.
        names = names | own.elsewhere if self.of_function else names - own.elsewhere
        inner = _Hidden(names, names)
        if isinstance(node, ast.Lambda):
            self.visit(node.body, inner)
        else:
            self.visit_all(node.body, inner)

    def _comprehension(
        self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp, hidden: _Hidden
    ) -> None:
        self.visit(node.generators[0].iter, hidden)
        names = frozenset(
            each.id
            for generator in node.generators
            for each in ast.walk(generator.target)
            if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
        )
        # Inside, a class's names are not seen, but for the first iterable.
        inner = _Hidden(hidden.inner | names, hidden.inner | names)
        for number, generator in enumerate(node.generators):
            self.visit(generator.target, inner)
            if number:
                self.visit(generator.iter, inner)
            self.visit_all(generator.ifs, inner)
        if isinstance(node, ast.DictComp):
            self.visit(node.key, inner)
            self.visit(node.value, inner)
        else:
            self.visit(node.elt, inner)

    def _fields(self, node: ast.JoinedStr, hidden: _Hidden) -> None:
        """The expressions of an f-string, whose places Python tells only since 3.12."""
        whole = self.columns.span(node)
        text = self.columns.slice(whole)
        document = Document(text)
        before = self.where
        for offset, expression in fields_of(text):
            tree = parse_python(f"({expression})")
            if not isinstance(tree, ast.Module):
                continue
            own, inside = Columns(f"({expression})"), Document(f"({expression})")

            def where(
                part: ast.expr, own: Columns = own, inside: Document = inside, offset: int = offset
            ) -> Span:
                span = own.span(part)

                def moved(position: Position) -> Position:
                    found = document.position(inside.offset(position) - 1 + offset)
                    if found.line:
                        return Position(found.line + whole.start.line, found.character)
                    return Position(whole.start.line, found.character + whole.start.character)

                return Span(moved(span.start), moved(span.end))

            self.where = where
            self.visit_all(tree.body, hidden)
        self.where = before
