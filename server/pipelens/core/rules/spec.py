"""Rules of the family `spec`: what kind of file it is, its keys and the types of their values."""

from __future__ import annotations

from pipelens.core.problems import Rule

RULES: tuple[Rule, ...] = (
    Rule(
        "empty-pipeline",
        "error",
        "The file holds no pipeline.",
        """\
A pipeline file is a mapping with `tasks`, or a bare list of tasks. One that is empty, that holds
only comments, or that is a single plain value describes nothing, and Ploomber stops with a traceback
(section 5 of the format). A pipeline without tasks can be written, as `tasks: []`.

Wrong:

```yaml
# tasks come here
```

Right:

```yaml
tasks:
  - source: load.py
    product: out/load.ipynb
```

To fix it, add `tasks` with a list. `pipelens scaffold` then creates the sources that do not exist yet.
""",
        while_typing=False,
    ),
    Rule(
        "missing-key",
        "error",
        "A required key is missing.",
        """\
A pipeline needs `tasks` (or `location`, section 5 of the format); a task needs `source` and, unless
`meta.extract_product` takes it from the source, `product` (section 6.1). A `grid` needs a `name` for
its tasks, a callable written as a mapping needs `dotted_path`, and `source_loader` needs `path` or
`module`. Without them nothing is loaded.

Wrong:

```yaml
tasks:
  - source: load.py
```

Right:

```yaml
tasks:
  - source: load.py
    product: out/load.ipynb
```

To fix it, add the key. If it seems to be there, look at its spelling and its indentation: a key that
is indented too little belongs to the mapping around this one.
""",
        while_typing=False,
    ),
    Rule(
        "unknown-key",
        "error",
        "A key that nothing reads.",
        """\
The sections of a pipeline, the keys of `meta` and `config` and those of a task are fixed; a task's
class adds some of its own (sections 5, 6.1 and 7 of the format). Ploomber refuses any other key, so
a misspelt one is never ignored silently. Values for the code of a task do not stand beside its keys
but in `params`.

A few keys are known and yet have no place: `product_client` in a task with a `grid` or whose product
is an `SQLRelation`, and keys of another class, such as `nb_product_key` in a function task.

Wrong:

```yaml
- source: load.py
  produt: out/load.ipynb
  rows: 100
```

Right:

```yaml
- source: load.py
  product: out/load.ipynb
  params:
    rows: 100
```

To fix it, correct the spelling, move the value into `params`, or remove the key.
""",
        while_typing=False,
    ),
    Rule(
        "wrong-type",
        "error",
        "A value of the wrong type.",
        """\
Each key takes values of one kind: `tasks` a list, `meta` and `params` mappings, a task's `source`
text, a hook a dotted path (sections 5 and 6 of the format). For most of them Ploomber answers with a
traceback that does not name the key. An empty value counts as absent for `name`, `class`,
`upstream`, `client` and task hooks, and is a mistake for `source`, `product`, `params`, `grid` and
most sections.

Values are expanded and cast before they are judged (section 4): a quoted `"1"` is a number, and
`"none"` is empty.

Wrong:

```yaml
- source: load.py
  product: out/load.ipynb
  params:
    - rows: 100
    - seed: 1
```

Right:

```yaml
- source: load.py
  product: out/load.ipynb
  params:
    rows: 100
    seed: 1
```

To fix it, write the value in the form that the message names: `- ` makes a list, `key:` a mapping.
""",
        while_typing=False,
    ),
    Rule(
        "invalid-choice",
        "error",
        "A value outside its choices.",
        """\
Some keys take only a few words: `executor` is `serial` or `parallel` for the pipeline and
`papermill` or `ploomber-engine` for a notebook, `static_analysis` is `regular`, `strict` or
`disable`, `product_class` is the name of a product class (sections 5.4, 6.4 and 7.1 of the format).
Any other word stops the loading.

Ploomber's documents name `disabled` for `static_analysis`; the program refuses it, and booleans, too.

Wrong:

```yaml
- source: fit.py
  product: out/fit.ipynb
  static_analysis: disabled
```

Right:

```yaml
- source: fit.py
  product: out/fit.ipynb
  static_analysis: disable
```

To fix it, choose one of the words that the message lists.
""",
        while_typing=False,
    ),
    Rule(
        "not-a-boolean",
        "warning",
        "A switch that is not true or false.",
        """\
Ploomber does not check the type of switches: any value that is not empty switches them on (sections
5.2 and 7.1 of the format). `"no"` in quotes is text, and text is not empty, so it means yes.
Without quotes YAML reads `no`, `off` and `false` as false.

Wrong: upstream *is* extracted.

```yaml
meta:
  extract_upstream: "no"
```

Right:

```yaml
meta:
  extract_upstream: false
```

To fix it, write `true` or `false`.
""",
        while_typing=False,
    ),
    Rule(
        "location-not-alone",
        "error",
        "`location` beside other sections.",
        """\
`location` names a Python function that builds the whole pipeline, so there is nothing left for other
sections to say; Ploomber refuses a file with both (sections 5 and 5.9 of the format).

Wrong:

```yaml
location: factory.make
meta:
  extract_upstream: false
```

Right:

```yaml
location: factory.make
```

To fix it, remove the other sections and set what they said in the function; or remove `location` and
list the tasks.
""",
    ),
    Rule(
        "python-api",
        "info",
        "The pipeline is built by Python code.",
        """\
`location` names a function that returns a pipeline made with Ploomber's Python API (section 5.9 of
the format). What is in it only running that code can tell, and reading a pipeline never runs code
here. So its tasks are not shown or checked. Such a pipeline is correct and still runs with Ploomber.

Not seen:

```yaml
location: factory.make
```

Seen:

```yaml
tasks:
  - source: steps.load
    product: out/data.csv
```

There is nothing to fix. To get checks and the graph, list the tasks in the file; a `grid` replaces
most loops that make tasks.
""",
    ),
    Rule(
        "other-tool",
        "info",
        "The file belongs to another tool.",
        """\
`pipeline.yaml` is a popular name. A file without `tasks` and with the sections of another tool
(`apiVersion` and `kind`, `stages`, `components`, `jobs`, `steps` …) is left alone: this is said once
by `check`, and nothing else is reported about it. The sections that make a pipeline of this format
are listed in section 5 of the format.

Left alone:

```yaml
stages:
  fit:
    cmd: python fit.py
    outs: [model.pkl]
```

A pipeline of this format:

```yaml
tasks:
  - source: fit.py
    product: {nb: out/fit.ipynb, model: out/model.pkl}
```

There is nothing to fix unless the file was meant for Pipelens: then give it `tasks`. Where two tools
share a folder, name the pipeline's own file with `--entry-point pipeline.NAME.yaml`.
""",
    ),
)
