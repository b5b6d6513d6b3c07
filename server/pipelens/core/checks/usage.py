"""References to upstream products: declared, used, and with keys that exist."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from pipelens.core.declaring import declared_upstream
from pipelens.core.graph import is_pattern
from pipelens.core.problems import Edit, Fix, Place, Problem, Related, problem, with_severity
from pipelens.core.project import Project, Task
from pipelens.core.sources import FunctionSource, NotebookSource, Reference
from pipelens.core.suggestions import nearest


def undeclared_upstream(project: Project, task: Task) -> Iterator[Problem]:
    """Names that a notebook reads from `upstream` without declaring them (section 8.1)."""
    source = task.source
    if not isinstance(source, NotebookSource) or source.language != "python":
        return
    declaration = source.upstream
    if declaration is None and project.spec.meta.extract_upstream:
        return  # told already: the whole declaration is missing
    if declaration is not None and declaration.error is not None:
        return
    declared = {need.name for need in task.needed_at}
    missing = [reference for reference in source.references if reference.name not in declared]
    if not missing:
        return
    certain = _surely_read(source.code or "")
    told: set[str] = set()
    for reference in missing:
        name = reference.name
        if name in told:
            continue
        told.add(name)
        place = Place(source.path, reference.span)
        near = nearest(name, declared)
        if near is not None and name in project.tasks and near not in project.tasks:
            continue  # the declaration is misspelt, which is told there
        fixes: list[Fix] = []
        if near is not None:
            message = f"'{name}' is not declared in 'upstream'; did you mean '{near}'?"
            fixes.append(Fix(f"Change to '{near}'", (Edit(place, near),)))
        else:
            where = (
                "to the parameters cell" if declaration is not None else "under 'upstream' in the pipeline"
            )
            message = f"'{name}' is not declared in 'upstream': add it {where}"
        if declaration is not None and name in project.tasks and name != task.name:
            declaring = declared_upstream(source, name) if project.spec.meta.extract_upstream else None
            fixes.extend([declaring] if declaring is not None else [])
        yield problem(
            "undeclared-reference",
            message,
            place,
            fixes=fixes,
            task=task.name,
            severity="error" if name in certain and declaration is not None else None,
        )


def _surely_read(code: str) -> frozenset[str]:
    """Names that the code subscripts `upstream` with at its top level, where nothing can skip them.

    Empty when the code is not plain Python (magics), or gives `upstream` another value than the
    parameters cell's literal: then nothing is sure.
    """
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return frozenset()
    names: set[str] = set()
    assignments = 0
    try:
        for statement in tree.body:
            match statement:
                case ast.Expr() | ast.Assign() | ast.AnnAssign() | ast.AugAssign() | ast.With():
                    assignments += _reads(statement, names)
                case ast.If() | ast.For() | ast.While() | ast.Try() | ast.ImportFrom():
                    assignments += _reads(statement, set())
                case _:
                    pass
    except RecursionError:
        return frozenset()
    return frozenset(names) if assignments <= 1 else frozenset()


def _reads(statement: ast.stmt, names: set[str]) -> int:
    """Collect the names read from `upstream` in one statement; how often it rebinds `upstream`."""
    rebound = 0
    waiting: list[ast.AST] = [statement]
    while waiting:
        node = waiting.pop()
        match node:
            case ast.Lambda() | ast.IfExp() | ast.BoolOp() | ast.FunctionDef() | ast.ClassDef():
                continue
            case ast.GeneratorExp() | ast.ListComp() | ast.SetComp() | ast.DictComp():
                continue
            case ast.Subscript(value=ast.Name("upstream"), slice=ast.Constant(value=str() as name)):
                if isinstance(node.ctx, ast.Load):
                    names.add(name)
                else:
                    rebound += 2
            case ast.Name(id="upstream", ctx=ast.Store() | ast.Del()):
                rebound += 1
            case ast.alias(name=name, asname=bound) if (bound or name) in ("upstream", "*"):
                rebound += 2
            case _:
                pass
        waiting.extend(ast.iter_child_nodes(node))
    return rebound


def unused_upstream(task: Task) -> Iterator[Problem]:
    """Declared names that a notebook never reads (section 10).

    Where the notebook uses `upstream` only in ways that a reading cannot follow (a loop over it),
    nothing is said.
    """
    source = task.source
    if not isinstance(source, NotebookSource) or source.language != "python":
        return
    declaration = source.upstream
    if declaration is None or declaration.error is not None or not declaration.elements:
        return
    if "upstream" not in source.uses:
        for element in declaration.elements:
            yield problem(
                "unused-upstream",
                f"nothing reads 'upstream': '{element.name}' only makes this task wait for it",
                Place(source.path, element.span),
                task=task.name,
                unnecessary=True,
            )
        return
    read = {reference.name for reference in source.references}
    if not read:
        return
    for element in declaration.elements:
        if element.name not in read and task.needs.get(element.name):
            yield problem(
                "unused-upstream",
                f'nothing reads upstream["{element.name}"]: it only makes this task wait for it',
                Place(source.path, element.span),
                task=task.name,
                unnecessary=True,
                severity="hint",
            )


def unknown_product_keys(project: Project, task: Task) -> Iterator[Problem]:
    """Keys of an upstream's product that it does not declare (sections 7.3 and 9.1)."""
    source = task.source
    match source:
        case NotebookSource(language="python"):
            path = source.path
        case FunctionSource():
            if task.spec.unserializer or project.spec.unserializer:
                return  # the subscript is one of the object that was loaded
            path = source.path
        case _:
            return
    for reference in task.references:
        if reference.key is not None and reference.key_span is not None:
            yield from _key(project, task, reference, reference.key, Place(path, reference.key_span))


def _key(project: Project, task: Task, reference: Reference, key: str, place: Place) -> Iterator[Problem]:
    name = reference.name
    if is_pattern(name):
        matches = task.needs.get(name, ())
        if matches and key not in matches:
            yield _unknown_key(task, place, f"'{name}' matches no task called '{key}'", key, matches)
        return
    upstream = project.tasks.get(name)
    if upstream is None or name not in task.needs or upstream.products is None:
        return
    products = upstream.products
    related = [Related(products.place, f"the product of '{name}'")]
    if products.form == "single" and products.are_files:
        message = f"the product of '{name}' is one path without keys: leave ['{key}'] out"
        found = problem("unknown-product-key", message, place, related=related, task=task.name)
        yield with_severity(found, "warning")
    elif products.form == "mapping" and products.get(key) is None:
        keys = [item.key for item in products.items]
        message = f"the product of '{name}' has no key '{key}'"
        yield _unknown_key(task, place, message, key, keys, related)


def _unknown_key(
    task: Task,
    place: Place,
    message: str,
    key: str,
    known: list[str] | tuple[str, ...],
    related: list[Related] | None = None,
) -> Problem:
    near = nearest(key, known)
    fixes: list[Fix] = []
    if near is not None:
        message += f"; did you mean '{near}'?"
        fixes.append(Fix(f"Change to '{near}'", (Edit(place, near),), preferred=True))
    else:
        shown = ", ".join(repr(one) for one in known[:8])
        message += f"; it has {shown}{', …' if len(known) > 8 else ''}"
    return problem("unknown-product-key", message, place, related=related or (), fixes=fixes, task=task.name)
