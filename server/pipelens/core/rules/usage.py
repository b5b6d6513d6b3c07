"""Rules of the family `usage`: what a source declares against what it uses and is given."""

from __future__ import annotations

from pipelens.core.problems import Rule

RULES: tuple[Rule, ...] = (
    Rule(
        "undeclared-reference",
        "warning",
        "A notebook reads an upstream that it does not declare.",
        """\
In a notebook or script only the names in the parameters cell's `upstream` are dependencies, and
only they are in the mapping that the code sees. Reading another one raises `KeyError` (or
`TypeError` where `upstream` is None) when the task runs (section 8.1). It is an error where the
code surely runs: at the top level of a cell, outside of `if`, `try`, loops and functions.

Wrong:

```python
# %% tags=["parameters"]
upstream = ["load"]

# %%
df = read(upstream["clean"]["data"])
```

Right:

```python
# %% tags=["parameters"]
upstream = ["load", "clean"]
```

To fix it, add the name to the declaration, or correct the subscript.
""",
        while_typing=False,
    ),
    Rule(
        "unused-upstream",
        "info",
        "An upstream is declared and never read.",
        """\
The declaration makes the task wait for the other one and run again after it. If nothing of it is
read, the name is often a leftover. Keep it where only the order matters (section 10).

```python
# %% tags=["parameters"]
upstream = ["load", "clean"]

# %%
df = read(upstream["clean"]["data"])  # nothing reads "load"
```

To fix it, remove the name from the declaration, or read the product instead of spelling its path.
""",
    ),
    Rule(
        "unknown-product-key",
        "error",
        "The upstream's product has no such key.",
        """\
With a mapping as product, `upstream["load"]` is a mapping with the same keys; with a single product
it is one path, which has no keys. Asking for another key fails when the task runs (sections 7.3 and
9.1); a key of a single product is a warning. The product of a wildcard is a mapping of task names.

Wrong, where `load` declares `product: {nb: out/load.ipynb, data: out/load.csv}`:

```python
df = read(upstream["load"]["dta"])
```

Right:

```python
df = read(upstream["load"]["data"])
```

To fix it, use one of the keys that the upstream declares, or declare the key there.
""",
        while_typing=False,
    ),
    Rule(
        "undeclared-param",
        "warning",
        "A param is passed to a notebook that does not declare it.",
        """\
The value arrives in the injected cell and the notebook runs, but its parameters cell, which says
what the notebook takes, does not mention it: opened alone, the notebook lacks the name. Where a cell
uses the name all the same, that is an info; where none does, or a declared name is nearly the same,
it is a warning. With `static_analysis: strict` it is an error of its own (section 13).

Wrong:

```yaml
params: {depth: 3}
```

```python
# %% tags=["parameters"]
upstream = None
```

Right:

```python
# %% tags=["parameters"]
upstream = None
depth = None
```

To fix it, assign a default in the parameters cell, or take the param out of the YAML.
""",
        while_typing=False,
    ),
    Rule(
        "unused-param",
        "info",
        "A param is passed to a notebook that never uses it.",
        """\
The name does not occur outside the parameters cell, so the value changes nothing, although a new
value makes the task stale (section 10).

```yaml
params: {depth: 3}
```

```python
# %% tags=["parameters"]
depth = None

# %%
fit(depht)
```

To fix it, use the name, or remove it from the YAML and from the parameters cell.
""",
    ),
    Rule(
        "missing-param",
        "info",
        "A notebook's param is None and never passed.",
        """\
The parameters cell declares a name with the default `None`, which usually says "to be filled in",
and the YAML passes no value for it. Declarations with another default are not reported: defaults
are there to be kept. With `static_analysis: strict` each name must be passed (section 13).

```python
# %% tags=["parameters"]
upstream = None
depth = None
```

```yaml
- source: fit.py
  product: out/fit.ipynb
  params: {depth: 3}      # without this line `depth` stays None
```

To fix it, pass the param, or give it a real default.
""",
    ),
    Rule(
        "unexpected-argument",
        "error",
        "A function is passed an argument that it does not take.",
        """\
A function task is called with `product`, with `upstream` if it has any, and with each param, by
name; each of them must be a parameter of the function (section 7.3). `**kwargs` does not count.
With a `serializer` the function returns its result and must not take `product`.

Wrong:

```yaml
- source: steps.fit
  product: out/model.pkl
  params: {depth: 3}
```

```python
def fit(product): ...
```

Right:

```python
def fit(product, depth): ...
```

To fix it, add the parameter to the function, or remove the param from the YAML.
""",
        while_typing=False,
    ),
    Rule(
        "missing-argument",
        "error",
        "A function needs an argument that nothing passes.",
        """\
Every parameter without a default must be given: `product`, `upstream` (only when the task has an
upstream), or a param of that name. `*args` and `**kwargs` are taken for arguments called `args`
and `kwargs`, and positional-only ones cannot be given by name (section 7.3).

Wrong:

```python
def fit(product, upstream, depth):
    data = upstream["load"]
```

```yaml
- source: steps.fit
  product: out/model.pkl
```

Right:

```yaml
- source: steps.fit
  product: out/model.pkl
  params: {depth: 3}
```

To fix it, pass the param, give it a default, or remove it from the function. For `upstream`:
subscript it with a task's name as a plain string, or drop the argument.
""",
    ),
    Rule(
        "async-task",
        "warning",
        "The task's function is async, so calling it does nothing.",
        """\
The function is called and never awaited: its body does not run, and its product is missing
afterwards (section 7.3).

Wrong:

```python
async def load(product): ...
```

Right:

```python
def load(product):
    asyncio.run(fetch(product))
```

To fix it, make it a plain function that runs the coroutine itself.
""",
    ),
)
