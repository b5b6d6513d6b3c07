"""Rules of the family `sources`: what reading a script, notebook or function finds."""

from __future__ import annotations

from pipelens.core.problems import Rule
from pipelens.core.rules.names import RULES as NAMES

RULES: tuple[Rule, ...] = (
    Rule(
        "unreadable-source",
        "error",
        "A source file cannot be read as what it is.",
        """\
The file is there, but it is not UTF-8, or a notebook is not JSON, is of an old version, or lacks its cells or
metadata. A task whose source cannot be read cannot be loaded, and Ploomber stops with all others. Section 8.1 of
the format.

Wrong, a notebook that still holds a merge conflict:

```
{
<<<<<<< HEAD
 "cells": [
```

Right: valid JSON of nbformat 4, saved as UTF-8 without a byte order mark.

Fix: restore the file, or open it in Jupyter and save it again. Old notebooks are converted by
`jupyter nbconvert --to notebook --inplace FILE`.
""",
    ),
    Rule(
        "no-parameters-cell",
        "warning",
        "A script or notebook has no cell tagged `parameters`.",
        """\
A task's script declares what it needs in the first cell tagged `parameters`; an assignment of `upstream` in any
other cell is ignored. Where no cell is tagged, Ploomber writes one into the file as soon as it loads the pipeline.
pipelens never edits a source unasked, and treats the task as one that needs no other. Section 8.2 of the format.

Wrong:

```python
# %%
upstream = ["load"]
```

Right:

```python
# %% tags=["parameters"]
upstream = ["load"]
```

Fix: tag the cell, or take the fix that adds a parameters cell in the file's own format.
""",
    ),
    Rule(
        "parameters-cell-last",
        "error",
        "Nothing follows the parameters cell.",
        """\
The values of the task are put into a cell after the parameters cell, and code that uses them must follow. A source
whose last cell that is not empty is the parameters cell is refused; a cell with a comment or text is enough.
In the light format a cell without `# -` goes on to the next marker, so it may take in the rest of the file.
Section 8.3 of the format.

Wrong:

```python
# %% tags=["parameters"]
upstream = None
```

Right:

```python
# %% tags=["parameters"]
upstream = None

# %%
print("work")
```

Fix: add a cell after it.
""",
    ),
    Rule(
        "upstream-not-assigned",
        "error",
        "The parameters cell does not assign `upstream`.",
        """\
With `meta.extract_upstream` (the default) every script says what it needs, if only that it needs nothing. The
assignment must be a statement of its own at the top level of the parameters cell. Ploomber does not see it inside
`if` or a function, after a semicolon, in `a = upstream = …` or in a tuple. Section 8.1 of the format.

Wrong:

```python
# %% tags=["parameters"]
if True:
    upstream = ["load"]
```

Right:

```python
# %% tags=["parameters"]
upstream = ["load"]
```

Fix: write `upstream = None`, or the list of names, on a line of its own.
""",
    ),
    Rule(
        "product-not-assigned",
        "error",
        "The parameters cell does not assign `product`, though products are taken from sources.",
        """\
With `meta.extract_product: true` products are declared in the parameters cell of each source, and a source without
one, or with `product = None`, stops the pipeline from loading. Section 8.1 of the format.

Wrong:

```python
# %% tags=["parameters"]
upstream = None
```

Right:

```python
# %% tags=["parameters"]
upstream = None
product = "out/load.ipynb"
```

Fix: assign `product`, or declare it in the pipeline and set `extract_product: false`.
""",
    ),
    Rule(
        "invalid-declaration",
        "error",
        "The value of `upstream` or `product` is not understood.",
        """\
`upstream` is None, or a list, tuple, set or mapping of task names. Ploomber evaluates the expression; pipelens reads
literals, the constructors `list`, `tuple`, `set`, `dict` and sums of strings, and never evaluates anything else,
since opening a file must not run it. Names, calls and comprehensions are therefore refused, as are annotated
assignments and values that begin behind a backslash. Section 8.1 of the format.

Wrong:

```python
upstream = "load"
upstream = [f"fit-{i}" for i in range(3)]
```

Right:

```python
upstream = ["load"]
upstream = ["fit-*"]
```

Fix: write the names as plain strings.
""",
        while_typing=False,
    ),
    Rule(
        "no-kernel",
        "error",
        "A notebook does not say which kernel runs it.",
        """\
An `.ipynb` without kernelspec is run by `python3` only if all of its cells together, text included, are valid
Python without `<-`. Prose or a magic in any cell prevents that, and the pipeline does not load. Section 7.1 of the
format.

Wrong: `"metadata": {}` in a notebook with text cells.

Right:

```json
"metadata": {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
```

Fix: choose a kernel in Jupyter and save, or set `kernelspec_name: python3` in the task.
""",
    ),
    Rule(
        "template-in-notebook",
        "error",
        "Double braces in a source that comes through a source loader.",
        """\
With `meta.source_loader`, Ploomber takes every source that holds `{{`, `}}`, `{%` or `%}` for a template, and a
notebook is never rendered: the pipeline stops. Braces in f-strings count, too. Section 8.1 of the format.

Wrong: `print(f"{{x}}")`

Right: `print("{" + str(x) + "}")`

Fix: avoid the doubled braces, or give the source by its path without `source_loader`.
""",
    ),
    Rule(
        "indented-function",
        "error",
        "A task's function is defined inside an indented block.",
        """\
With `meta.extract_upstream`, the function's own text is parsed for references, and the text of a function inside
`if`, `try` or `with` does not parse on its own: the pipeline does not load. Section 7.3 of the format.

Wrong:

```python
if True:

    def load(product): ...
```

Right:

```python
def load(product): ...
```

Fix: define the function at the margin, or set `extract_upstream: false`.
""",
    ),
    Rule(
        "decorator-hides-function",
        "error",
        "A decorator without functools.wraps stands in front of a task's function.",
        """\
The decorator returns another function, so the task gets that function's name, source and arguments. Its source is
indented and does not parse on its own. Section 7.3 of the format.

Wrong:

```python
def timed(function):
    def inner(*args, **kwargs): ...

    return inner
```

Right:

```python
def timed(function):
    @functools.wraps(function)
    def inner(*args, **kwargs): ...

    return inner
```

Fix: decorate the inner function with `functools.wraps`.
""",
    ),
    Rule(
        "relative-import-at-top",
        "error",
        "A module outside of any package uses a relative import.",
        """\
A dotted path such as `steps.load` imports `steps` as a module at the top, which has no package to be relative to:
the import fails. Section 6.2 of the format.

Wrong, in `steps.py`: `from .util import clean`

Right: `from util import clean`

Fix: import by full name, or make the folder a package and give the dotted path with its name.
""",
    ),
    Rule(
        "not-a-function",
        "error",
        "A dotted path leads to something that is no function.",
        """\
A function task needs a function, class or lambda with a source of its own. A `functools.partial`, a module or a plain
value has none. Section 7.3 of the format.

Wrong: `load = functools.partial(read, n=1)`

Right:

```python
def load(product):
    return read(product, n=1)
```

Fix: define the task with `def`.
""",
    ),
    *NAMES,
)
