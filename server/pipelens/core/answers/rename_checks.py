"""May it be called so? Each answers with the reason why not, as a sentence, or with None."""

from __future__ import annotations

import ast
import keyword
from collections.abc import Iterable
from fnmatch import fnmatchcase

from pipelens.core.answers.find_occurrences import needing, sharing
from pipelens.core.answers.find_uses import uses_in
from pipelens.core.expansion import expand
from pipelens.core.graph import is_pattern
from pipelens.core.magics import plain_python
from pipelens.core.project import Project, Task
from pipelens.core.python_text import parse_python
from pipelens.core.sources import FunctionSource, NotebookSource, Source, UnreadableSource
from pipelens.core.spec import Product
from pipelens.core.values import sequence_of

_RESERVED_PARAMS = ("product", "upstream", "resources_")
_RESERVED_KEYS = ("meta", "path", "_module")


def plain_name(new: str) -> str | None:
    """What holds for every name."""
    if not new.strip():
        return "A name cannot be empty."
    if new != new.strip():
        return "A name cannot begin or end with a blank."
    if any(not character.isprintable() for character in new):
        return "A name cannot hold line ends or control characters."
    if any(mark in new for mark in ("{{", "{%", "{#")):
        return f"'{new}' would be read as a template."
    return None


# -- tasks


def task_name(project: Project, old: str, new: str) -> str | None:
    named = project.index.by_name.get(old, ())
    if not named:
        return f"There is no task '{old}'."
    if len(named) > 1:
        return f"{len(named)} tasks are called '{old}': give one of them another name by hand first."
    task = project.tasks[old]
    if task.spec.grid_index is not None:
        return f"'{old}' is one of the tasks of a grid, which makes its name."
    if new == old:
        return None
    if is_pattern(new):
        return "A task's name cannot hold `*`, which stands for any text in `upstream`."
    if (other := project.tasks.get(new)) is not None:
        _, span = project.locate(other.spec.place)
        return f"There is a task '{new}' already, on line {span.start.line + 1}."
    for user in needing(project, old):
        declared = [named.name for named in user.needed_at]
        lost = [one for one in declared if is_pattern(one) and fnmatchcase(old, one)]
        if lost and old not in declared and not any(fnmatchcase(new, one) for one in lost):
            return (
                f"'{user.name}' finds '{old}' through '{lost[0]}', which does not match '{new}': "
                f"change the pattern first."
            )
    for pattern in project.index.needed_by:
        if is_pattern(pattern) and fnmatchcase(new, pattern) and not fnmatchcase(old, pattern):
            mention = project.index.needed_by[pattern][0]
            user = project.tasks_by_entry[mention.entry][mention.task]
            return f"'{new}' would be taken by '{pattern}' in '{user.name}', which does not take '{old}'."
    return None


# -- products


def product_key(makers: Iterable[Task], old: str, new: str) -> str | None:
    for task in makers:
        product = _product(task, old)
        if product is None:
            continue
        wanted = task.spec.options.get("nb_product_key", "nb")
        if task.class_name == "NotebookRunner" and old in map(str, sequence_of(wanted) or (wanted,)):
            return (
                f"'{old}' is where '{task.name}' puts its executed notebook: the key is set by "
                f"`nb_product_key`."
            )
        if new != old and _product(task, new) is not None:
            return f"'{task.name}' has a product '{new}' already."
        for unread in uses_in(task.source).unread:
            if unread.words is None:
                where = f"{task.source_path}, line {unread.span.start.line + 1}"
                return f"{where}, does not parse, and may use '{old}': mend it first."
    return None


def _product(task: Task, key: str) -> Product | None:
    return task.products.get(key) if task.products is not None else None


# -- params


def identifier(new: str, what: str) -> str | None:
    if not new.isidentifier():
        return f"'{new}' is no name in Python, and {what} must be one."
    if keyword.iskeyword(new):
        return f"'{new}' is a word of Python itself."
    return None


def param_name(project: Project, names: tuple[str, ...], old: str, new: str) -> str | None:
    if old in _RESERVED_PARAMS:
        return f"'{old}' has a meaning of its own for every task."
    if new in _RESERVED_PARAMS:
        return f"'{new}' is given to every task; a param needs another name."
    fault = identifier(new, "a param")
    if fault is not None:
        return fault
    checked: set[int] = set()
    for task in sharing(project, names):
        if new != old and (new in task.params or new in task.spec.param_places):
            return f"'{task.name}' has a param '{new}' already."
        if id(task.source) not in checked:
            checked.add(id(task.source))
            fault = _in_source(task, old, new)
            if fault is not None:
                return fault
    return None


def _in_source(task: Task, old: str, new: str) -> str | None:
    source = task.source
    match source:
        case NotebookSource(language="python", path=path):
            declared = True
        case FunctionSource(path=path, parameters=parameters):
            declared = any(one.name == old and one.kind not in ("args", "kwargs") for one in parameters)
        case NotebookSource(language=language):
            return (
                f"The source of '{task.name}' is in {language.upper()}, where uses of a param are not known."
            )
        case UnreadableSource(path=path):
            return f"{path} cannot be read: mend it first."
        case _:
            return f"The source of '{task.name}' is not read, so that uses of '{old}' in it are not known."
    if not declared:
        return f"`{task.spec.source}` does not name '{old}' among its arguments, so its uses are not known."
    uses = uses_in(source)
    for unread in uses.unread:
        if unread.words is None:
            return f"{path}, line {unread.span.start.line + 1}, does not parse: mend it first."
        if old in unread.words:
            return f"{path}, line {unread.span.start.line + 1}, uses '{old}', and {unread.reason}."
    for use in uses.found:
        if use.kind == "name" and use.text == old and use.binding:
            return f"{path}, line {use.span.start.line + 1}: `{use.binding}` gives '{old}' another meaning there."
    if new != old and new in _identifiers(source):
        return f"{path} uses '{new}' already."
    return None


def _identifiers(source: Source) -> frozenset[str]:
    """Every name in the code, whatever it means there; attributes and keywords are none."""
    match source:
        case NotebookSource(cells=cells) if cells is not None:
            texts = [plain_python(cell.source).text for cell in cells.kept if cell.kind == "code"]
        case FunctionSource(code=code):
            texts = ["if 1:\n" + code if code[:1] in (" ", "\t") else code]
        case _:
            texts = []
    found: set[str] = set()
    for text in texts:
        tree = parse_python(text)
        if not isinstance(tree, ast.Module):
            continue
        for node in ast.walk(tree):
            match node:
                case ast.Name(id=name) | ast.arg(arg=name):
                    found.add(name)
                case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                    found.add(name)
                case ast.alias(name=name, asname=bound):
                    found.add(bound or name.partition(".")[0])
                case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)):
                    found.add(name)
                case _:
                    pass
    return frozenset(found)


# -- placeholders


def placeholder_name(project: Project, old: str, new: str) -> str | None:
    value = project.env.values.get(old)
    if value is None:
        return f"'{old}' is not defined in the env."
    if value.place is None:
        return f"'{old}' is defined for every pipeline; only names of the env file can be changed."
    if old in _RESERVED_KEYS:
        return f"'{old}' has a meaning of its own in the env."
    if new == old:
        return None
    if new in _RESERVED_KEYS:
        return f"'{new}' has a meaning of its own in the env."
    names = expand("{{" + new + "}}", {}).names
    if not new.isidentifier() or len(names) != 1 or names[0].name != new:
        return f"'{{{{{new}}}}}' would be no placeholder: a name of letters, digits and `_` is needed."
    if (other := project.env.values.get(new)) is not None:
        where = "for every pipeline" if other.place is None else f"in {other.place.path}"
        return f"'{new}' is defined already, {where}."
    return None
