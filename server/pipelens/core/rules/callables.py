"""Rules of the family `callables`: sources and functions that must be found, and how they are called."""

from __future__ import annotations

from pipelens.core.problems import Rule

RULES: tuple[Rule, ...] = (
    Rule(
        "source-missing",
        "error",
        "The task's source file does not exist.",
        """\
A path in `source` is read from the project's root, or from the folders of `meta.source_loader`
(section 2.4). Without the file the pipeline cannot be loaded.

Wrong, where the file is `tasks/load.py`:

```yaml
- source: load.py
  product: out/load.ipynb
```

Right:

```yaml
- source: tasks/load.py
  product: out/load.ipynb
```

To fix it, correct the path, or create the file: `pipelens scaffold` writes all missing sources.
""",
        while_typing=False,
    ),
    Rule(
        "dotted-path-not-found",
        "error",
        "A dotted path leads to nothing.",
        """\
`package.module.function` is looked up as an import would do it, with the pipeline's folder first;
every part must exist and the last one must be a function at the top level of its module (sections
5.8 and 6.2). Nothing is imported to find out. Where only an import could tell, as with a package
that is not part of the project, the finding is an info.

Wrong, where `steps.py` defines `load`:

```yaml
- source: steps.laod
  product: out/data.csv
```

Right:

```yaml
- source: steps.load
  product: out/data.csv
```

To fix it, correct the part that is pointed at, or write the function.
""",
        while_typing=False,
    ),
    Rule(
        "hook-argument",
        "error",
        "A hook asks for an argument that it cannot have.",
        """\
A task's hook may ask for `task`, `client`, `product` and `params`; a pipeline's for `dag`, and for
`report` in `on_finish` or `traceback` in `on_failure`. Besides, it gets the arguments written beside
`dotted_path`. Any other parameter needs a default (sections 5.6 and 6.7). For a pipeline's
`on_finish` and `on_failure` it is a warning, since they are only looked at when they are called.

Wrong:

```python
def check(product, threshold): ...
```

```yaml
on_finish: hooks.check
```

Right:

```yaml
on_finish:
  dotted_path: hooks.check
  threshold: 10
```

To fix it, write the argument beside `dotted_path`, give it a default, or remove it.
""",
    ),
    Rule(
        "hook-engine-argument",
        "warning",
        "A hook's own argument has the name of one that the engine gives.",
        """\
`task`, `client`, `product`, `params` (and `dag`, `report`, `traceback` for the pipeline's hooks) are
filled in when the hook is called; a value written beside `dotted_path` under such a name is
overridden (section 5.8).

Wrong:

```yaml
on_finish:
  dotted_path: hooks.check
  product: out/other.csv
```

Right:

```yaml
on_finish:
  dotted_path: hooks.check
  other: out/other.csv
```

To fix it, choose another name in the YAML and in the function.
""",
    ),
    Rule(
        "call-argument",
        "error",
        "A function named in the YAML is called with the wrong arguments.",
        """\
A client's factory is called when the pipeline is loaded, with the keys written beside
`dotted_path` and nothing else: each of them must be a parameter, and each parameter without a
default must be among them (section 5.8).

Wrong:

```yaml
clients:
  SQLScript: {dotted_path: db.connect, nmae: sales}
```

```python
def connect(name): ...
```

Right:

```yaml
clients:
  SQLScript: {dotted_path: db.connect, name: sales}
```

To fix it, correct the name, add what is missing, or change the function.
""",
    ),
    Rule(
        "call-returns-nothing",
        "error",
        "A function whose result is wanted returns nothing.",
        """\
A client's factory gives the client, and a function named in `params` or `grid` gives the value. A
function without `return` gives `None`, which Ploomber refuses (sections 5.5 and 6.6).

Wrong:

```yaml
tasks:
  - source: steps.load
    product: out/load.txt
    params:
      day: values::today
```

```python
def today():
    "2024-01-31"
```

Right:

```python
def today():
    return "2024-01-31"
```

To fix it, let the function return the value.
""",
    ),
)
