"""Where is a thing written? Every place of one pipeline that names it, with the way it is written there:
what references, highlight and rename are made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from fnmatch import fnmatchcase
from typing import Literal

from pipelens.core.answers.find_templates import holes_in, own_keys, r_references
from pipelens.core.answers.find_uses import declared_again, keys_through, keywords_in, uses_in
from pipelens.core.answers.subject import (
    CallablePath,
    EntryBody,
    ParamName,
    PlaceholderName,
    ProductKey,
    ProductPath,
    Subject,
    TaskName,
    TaskSource,
    reads_products,
    text_at,
    unquoted,
)
from pipelens.core.graph import is_pattern
from pipelens.core.index import Mention
from pipelens.core.problems import Place
from pipelens.core.project import Project, Task
from pipelens.core.sources import FunctionSource, NotebookSource, Reference, Source, TemplateSource
from pipelens.core.text import Lines, Span
from pipelens.frozen import frozen

Form = Literal["scalar", "string", "word", "hole", "template", "pattern", "source"]
LinesOf = Callable[[str], Lines]


@frozen
class Occurrence:
    """One place that names a thing. declares: it is what makes the thing, or gives it its name.

    form: how the name stands there. `scalar`: a YAML scalar with its quotes. `string`: inside the
    quotes of a string. `word`: an identifier. `hole`: a word in `[[ ]]` or `{{ }}`. `template`: an
    attribute in a template. `pattern`: a wildcard that stands for it, among others. `source`: the
    source of an entry, whose name nobody wrote.
    """

    path: str
    span: Span
    form: Form
    declares: bool = False
    task: str = ""


def occurrences(
    project: Project, subject: Subject, lines_of: LinesOf, *, thorough: bool = False
) -> tuple[Occurrence, ...]:
    """The places that name what `subject` names, each once, in the order of files as found.

    lines_of: the texts, of which only those are read whose places may be out of date (a broken
    entry's), or that are in a language of which only little is read. thorough: look at every task, to
    find references that nobody declared, and read declarations again, to find names that stand twice.
    """
    search = _Search(project, lines_of, thorough)
    match subject:
        case TaskName(name=name) if is_pattern(name):
            found = search.pattern(name)
        case TaskName(name=name):
            found = search.task(name)
        case EntryBody(tasks=names):
            found = (one for name in names for one in search.task(name))
        case ProductKey(task=task, key=key) | ProductPath(task=task, key=key):
            found = search.product(task, key)
        case ParamName(tasks=tasks, name=name):
            found = search.param(tasks, name)
        case PlaceholderName(name=name):
            found = search.placeholder(name)
        case TaskSource(tasks=tasks):
            found = search.source(tasks)
        case CallablePath(dotted_path=dotted):
            found = search.callable(dotted)
    once: dict[tuple[str, Span], Occurrence] = {}
    for one in found:
        if thorough or search.is_current(one):
            once.setdefault((one.path, one.span), one)
    return tuple(once.values())


def sharing(project: Project, names: Iterable[str]) -> tuple[Task, ...]:
    """The tasks called `names`, those of the same entries and those that run the same code."""
    found: dict[int, Task] = {}
    waiting = [*_mentions(project, names)]
    seen: set[tuple[int, int]] = set()
    while waiting:
        mention = waiting.pop()
        if (mention.entry, mention.task) in seen:
            continue
        seen.add((mention.entry, mention.task))
        task = _task(project, mention)
        found.setdefault(id(task), task)
        siblings = len(project.tasks_by_entry[mention.entry])
        if siblings > 1:
            waiting.extend(Mention(mention.entry, number) for number in range(siblings))
        source = task.spec.source_path or task.spec.source
        waiting.extend(project.index.by_source.get(source, ()))
    return tuple(found.values())


def _mentions(project: Project, names: Iterable[str]) -> Iterator[Mention]:
    for name in names:
        yield from project.index.by_name.get(name, ())


def _task(project: Project, mention: Mention) -> Task:
    return project.tasks_by_entry[mention.entry][mention.task]


def needing(project: Project, name: str) -> tuple[Task, ...]:
    """The tasks that need `name`, by name or by a pattern that stands for it."""
    index = project.index
    names = [name, *(known for known in index.needed_by if "*" in known and fnmatchcase(name, known))]
    found = {id(task): task for one in names for task in _tasks(project, index.needed_by.get(one, ()))}
    return tuple(found.values())


def _tasks(project: Project, mentions: Iterable[Mention]) -> Iterator[Task]:
    return (_task(project, mention) for mention in mentions)


@frozen
class _Search:
    project: Project
    lines_of: LinesOf
    thorough: bool

    def at(self, place: Place, form: Form, *, declares: bool = False, task: str = "") -> Occurrence:
        path, span = self.project.locate(place)
        return Occurrence(path, span, form, declares, task)

    def is_current(self, one: Occurrence) -> bool:
        """Whether a place of an entry that is being typed still shows a word."""
        if one.form not in ("scalar", "hole") or not one.task:
            return True
        return bool(unquoted(text_at(self.lines_of(one.path), one.span).strip()))

    # -- tasks

    def task(self, name: str) -> Iterator[Occurrence]:
        for task in _tasks(self.project, self.project.index.by_name.get(name, ())):
            yield from self.own_name(task)
        users = self.project.tasks.values() if self.thorough else needing(self.project, name)
        for user in users:
            yield from self.names_in(user, name)

    def own_name(self, task: Task) -> Iterator[Occurrence]:
        spec = task.spec
        if spec.name_place is not None:
            yield self.at(spec.name_place, "scalar", declares=True, task=task.name)
        else:
            yield self.at(spec.source_place, "source", declares=True, task=task.name)

    def names_in(self, user: Task, name: str) -> Iterator[Occurrence]:
        """Where `user` says that it needs `name`."""
        for named in user.spec.upstream:
            if named.name == name:
                yield self.at(named.place, "scalar")
            elif is_pattern(named.name) and fnmatchcase(name, named.name):
                yield self.at(named.place, "pattern")
        source = user.source
        if isinstance(source, NotebookSource) and source.upstream is not None:
            for element in source.upstream.elements:
                if element.name == name:
                    yield Occurrence(source.path, element.span, "string")
                    for span in declared_again(source, name) if self.thorough else ():
                        yield Occurrence(source.path, span, "string")
                elif is_pattern(element.name) and fnmatchcase(name, element.name):
                    yield Occurrence(source.path, element.span, "pattern")
        for path, reference, form in self.references(source):
            if reference.name == name:
                yield Occurrence(path, reference.span, form)
            elif is_pattern(reference.name) and fnmatchcase(name, reference.name):
                yield Occurrence(path, reference.span, "pattern")
                if reference.key == name and reference.key_span is not None:
                    yield Occurrence(path, reference.key_span, "string")

    def references(self, source: Source) -> Iterator[tuple[str, Reference, Form]]:
        match source:
            case NotebookSource(language="r", path=path):
                for reference, form in r_references(source, "upstream"):
                    yield path, reference, form
            case NotebookSource(references=found, path=path) | FunctionSource(references=found, path=path):
                for reference in found:
                    yield path, reference, "string"
            case TemplateSource(references=found, path=path):
                for reference in found:
                    quoted = self._is_quoted(path, reference.span)
                    yield path, reference, "string" if quoted else "template"
            case _:
                return

    def form(self, source: Source, key: Span) -> Form:
        """How a key stands there: R has `$key`, too."""
        match source:
            case NotebookSource(language="r", path=path) if not self._is_quoted(path, key):
                return "template"
            case _:
                return "string"

    def _is_quoted(self, path: str, span: Span) -> bool:
        line = self.lines_of(path).line(span.start.line)
        return line[span.start.character - 1 : span.start.character] in ("'", '"')

    def pattern(self, pattern: str) -> Iterator[Occurrence]:
        """A wildcard: where it is written, and the tasks that it stands for."""
        users = tuple(_tasks(self.project, self.project.index.needed_by.get(pattern, ())))
        for user in users:
            yield from self.names_in(user, pattern)
        names = dict.fromkeys(name for user in users for name in user.needs.get(pattern, ()))
        for name in names:
            for task in _tasks(self.project, self.project.index.by_name.get(name, ())):
                yield from self.own_name(task)

    # -- products

    def product(self, name: str, key: str) -> Iterator[Occurrence]:
        """A product: its key or, where it has none, its path; what reads it, and its maker's own use."""
        makers = self.makers(name, key)
        for task in makers:
            product = task.products.get(key) if task.products is not None else None
            if product is None:
                continue
            if task.spec.products is None:
                yield from self.declared_product(task.source, key)
            else:
                place = product.key_place
                yield self.at(place or product.place, "scalar", declares=True, task=task.name)
            if key:
                yield from self.own_uses(task.source, key)
        for task in makers:
            for user in needing(self.project, task.name):
                for path, reference, form in self.references(user.source):
                    if key and is_pattern(reference.name) and reference.key == task.name:
                        for inner, span in keys_through(user.source, task.name):
                            if inner == key:
                                yield Occurrence(path, span, "string")
                    if reference.name != task.name:
                        continue
                    if key and reference.key == key and reference.key_span is not None:
                        if reads_products(self.project, user):
                            yield Occurrence(
                                path, reference.key_span, self.form(user.source, reference.key_span)
                            )
                    elif not key:
                        yield Occurrence(path, reference.span, form)

    def makers(self, name: str, key: str) -> tuple[Task, ...]:
        """The tasks whose product that is: those of its entry, and those that run the same code where
        the code itself asks for the key."""
        mentions = self.project.index.by_name.get(name, ())
        found = [task for mention in mentions for task in self.project.tasks_by_entry[mention.entry]]
        if key and any(True for task in found for _ in self.own_uses(task.source, key)):
            found = list(sharing(self.project, [name]))
        return tuple(found)

    def declared_product(self, source: Source, key: str) -> Iterator[Occurrence]:
        """`product = {…}` of a source that declares what it makes."""
        if isinstance(source, NotebookSource) and source.product is not None:
            for element in source.product.elements:
                if not key or element.name == key:
                    yield Occurrence(source.path, element.span, "string", declares=True)

    def own_uses(self, source: Source, key: str) -> Iterator[Occurrence]:
        match source:
            case NotebookSource(language="r", path=path):
                for reference, form in r_references(source, "product"):
                    if reference.name == key:
                        yield Occurrence(path, reference.span, form)
            case NotebookSource(path=path) | FunctionSource(path=path):
                for use in uses_in(source).found:
                    if use.kind == "key" and use.text == key:
                        yield Occurrence(path, use.span, "string")
            case TemplateSource(path=path):
                for span in own_keys(self.lines_of(path), key):
                    yield Occurrence(path, span, "string")
            case _:
                return

    # -- params and placeholders

    def param(self, names: tuple[str, ...], name: str) -> Iterator[Occurrence]:
        sources: dict[int, Source] = {}
        entries: set[int] = set()
        for task in sharing(self.project, names):
            sources.setdefault(id(task.source), task.source)
            if task.spec.entry not in entries:
                entries.add(task.spec.entry)
                yield from self.passed(task, name)
        for source in sources.values():
            match source:
                case (
                    NotebookSource(params=declared, path=path)
                    | FunctionSource(parameters=declared, path=path)
                ):
                    for parameter in declared:
                        if parameter.name == name:
                            yield Occurrence(path, parameter.span, "word", declares=True)
                    for use in uses_in(source).found:
                        if use.kind == "name" and use.text == name:
                            yield Occurrence(path, use.span, "word")
                case _:
                    pass
            if isinstance(source, FunctionSource):
                lines = self.lines_of(source.path)
                module = "\n".join(lines.line(number) for number in range(len(lines)))
                for span in keywords_in(module, source.name, name):
                    yield Occurrence(source.path, span, "word")

    def passed(self, task: Task, name: str) -> Iterator[Occurrence]:
        spec = task.spec
        if name in spec.param_places:
            yield self.at(spec.param_places[name], "scalar", declares=True, task=task.name)
        for named in spec.param_repeats:
            if named.name == name:
                yield self.at(named.place, "scalar", declares=True, task=task.name)
        if spec.grid_index is None:
            return
        products = spec.products.items if spec.products is not None else ()
        for place in (spec.name_place, *(product.place for product in products)):
            if place is not None:
                path, span = self.project.locate(place)
                for hole in holes_in(self.lines_of(path), span, name):
                    yield Occurrence(path, hole, "hole", task=task.name)

    def placeholder(self, name: str) -> Iterator[Occurrence]:
        env = self.project.env
        value = env.values.get(name)
        if value is not None and value.place is not None:
            yield self.at(value.place, "scalar", declares=True)
        for named in (*env.references, *self.project.spec.placeholders):
            if named.name == name:
                yield self.at(named.place, "hole")
        for entry in self.project.entries.values():
            for named in entry.placeholders:
                if named.name == name:
                    yield self.at(named.place, "hole", task=entry.label)

    # -- sources and other callables

    def source(self, names: tuple[str, ...]) -> Iterator[Occurrence]:
        """The entries with this source, and the function's `def`."""
        for task in _tasks(self.project, _mentions(self.project, names)):
            if isinstance(task.source, FunctionSource):
                yield Occurrence(task.source.path, task.source.span, "word", declares=True)
            same = self.project.index.by_source.get(task.spec.source_path or task.spec.source, ())
            for other in _tasks(self.project, same):
                yield self.at(other.spec.source_place, "scalar", task=other.name)

    def callable(self, dotted: str) -> Iterator[Occurrence]:
        found = self.project.callables.get(dotted)
        if isinstance(found, FunctionSource):
            yield Occurrence(found.path, found.span, "word", declares=True)
        for one in self.project.spec.dotted_paths:
            if one.path == dotted:
                yield self.at(one.place, "scalar")
        for entry in self.project.entries.values():
            for spec in entry.tasks[:1]:
                for one in spec.dotted_paths:
                    if one.path == dotted:
                        yield self.at(one.place, "scalar", task=spec.name)
