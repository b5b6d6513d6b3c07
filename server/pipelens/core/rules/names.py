"""Rules of the family `sources` about names: what stops a script or notebook before it runs."""

from __future__ import annotations

from pipelens.core.problems import Rule

RULES: tuple[Rule, ...] = (
    Rule(
        "syntax-error",
        "error",
        "A source is not valid Python.",
        """\
A module with a syntax error cannot be imported, so no function in it can be a task. A notebook with one is stopped
before it runs, unless `static_analysis: disable` is set. Magics, shell escapes and top-level `await` are not syntax
errors here, though Ploomber's own check refuses some of them. Notebooks of more than 200,000 characters of code are
not looked at. Sections 6.2 and 13 of the format.

Wrong: `x = (1`

Right: `x = (1)`

Fix: correct the code where the problem points.
""",
        while_typing=False,
    ),
    Rule(
        "undefined-name",
        "error",
        "A name is used that nothing defines.",
        """\
Before a notebook or script task runs, its cells are checked in order, with the parameters in place. A name that no
cell before it defines stops the task, as it would fail when it runs. Names that IPython brings, and any name after
`%run`, are accepted. Code of more than 200,000 characters is not looked at. Section 13 of the format.

Wrong:

```python
print(total)
total = 1
```

Right:

```python
total = 1
print(total)
```

Fix: define or import the name in an earlier cell, or declare it as a param.
""",
        while_typing=False,
    ),
    Rule(
        "misplaced-statement",
        "error",
        "`return`, `yield`, `break` or `continue` where it cannot stand.",
        """\
`return` and `yield` belong into functions, `break` and `continue` into loops, and a function's arguments need
different names. Elsewhere they are errors of the compiler, so the task is stopped before it runs. Code of more than
200,000 characters is not looked at. Section 13 of the format.

Wrong:

```python
# %%
return 1
```

Right:

```python
# %%
print(1)
```

Fix: move the statement into a function or loop, or take it out.
""",
    ),
    Rule(
        "strict-missing-param",
        "error",
        "`static_analysis: strict`: the parameters cell declares what the task does not pass.",
        """\
In strict mode the names assigned in the parameters cell (but `upstream` and `product`) must be exactly the task's
params. Values computed in that cell count as params, too. Section 13 of the format.

Wrong: `n = 1` in the parameters cell of a task without `params`.

Right:

```yaml
params: {n: 1}
```

Fix: pass it in `params`, or move the assignment to a later cell.
""",
    ),
    Rule(
        "strict-unexpected-param",
        "error",
        "`static_analysis: strict`: the task passes what the parameters cell does not declare.",
        """\
In strict mode every param needs an assignment in the parameters cell, as a default and for documentation. A name is
seen as declared only if its last occurrence in that cell is an assignment; reading it there afterwards hides it.
Section 13 of the format.

Wrong: `params: {n: 1}` for a script whose parameters cell holds `upstream = None` only.

Right:

```python
# %% tags=["parameters"]
upstream = None
n = None
```

Fix: add the assignment, and read the name only in later cells.
""",
    ),
    Rule(
        "strict-annotated-param",
        "error",
        "`static_analysis: strict`: an annotated assignment in the parameters cell.",
        """\
Ploomber's strict check cannot read annotated assignments in the parameters cell and stops. Section 13 of the format.

Wrong: `n: int = 1`

Right: `n = 1`

Fix: leave the annotation out.
""",
    ),
    Rule(
        "param-not-a-name",
        "warning",
        "A param of a script or notebook is no Python name.",
        """\
Params are written into the notebook as assignments, so a key that is no name, such as `a-b` or `class`, makes a cell
that is not Python. The task is stopped before it runs. Section 9.1 of the format.

Wrong: `params: {a-b: 1}`

Right: `params: {a_b: 1}`

Fix: rename the param.
""",
        while_typing=False,
    ),
)
