"""Rules of the family `tasks`: a task's class and name, its params, and keys that do not go together."""

from __future__ import annotations

from pipelens.core.problems import Rule

RULES: tuple[Rule, ...] = (
    Rule(
        "class-unclear",
        "error",
        "No task class fits the source.",
        """\
Without `class`, the source tells what runs it (section 6.2 of the format): files that end in `.py`,
`.ipynb`, `.R`, `.r`, `.Rmd`, `.sql` or `.sh`, and functions by their dotted path
(`module.function`). Any other extension, a path without one, or a single word fits nothing, and
Ploomber refuses the pipeline.

An SQL file whose product ends almost in `.csv` or `.parquet` is refused, too: it is a dump with
those endings and a script with any other.

Wrong:

```yaml
- source: scripts/fit.jl
  product: out/model.bin
```

Right, with a shell script that starts the program:

```yaml
- source: scripts/fit.sh
  product: out/model.bin
```

To fix it, correct the extension, name the function as `module.function`, or set `class` for a source
that does not tell it, such as the data file of an `SQLUpload`.
""",
        while_typing=False,
    ),
    Rule(
        "unusable-class",
        "error",
        "A task class that does not work from YAML.",
        """\
Some names that Ploomber accepts under `class` belong to its Python API: `Link` and `Input` take no
source, and `TaskFactory`, `TaskGroup` and others are no tasks at all. Each of them stops the loading
with a traceback (section 7.8 of the format).

Wrong:

```yaml
- source: data/raw.csv
  name: raw
  class: Link
  product: data/raw.csv
```

Right, with a param for a file that is already there:

```yaml
- source: steps.clean
  product: out/clean.csv
  params:
    raw: data/raw.csv
```

To fix it, remove `class` and let the source tell it. To run a task again when an existing file
changes, name the file under `params.resources_`.
""",
    ),
    Rule(
        "function-named-like-extension",
        "warning",
        "A function whose name Ploomber takes for a file's ending.",
        """\
Ploomber looks at the end of `source` first: `steps.r` is an R script to it and `steps.sql` a query,
even where `steps.py` has a function of that name and there is no such file (section 6.2 of the
format). Pipelens takes the function then. The pipeline works here and not in Ploomber.

Wrong for Ploomber:

```yaml
- source: steps.r
  product: out/r.csv
```

Right for both:

```yaml
- source: steps.correlate
  product: out/r.csv
```

To fix it, rename the function.
""",
    ),
    Rule(
        "name-not-text",
        "warning",
        "A task's name that is not text.",
        """\
Values are cast, quoted ones as well (section 4 of the format), so a name such as `2024` or `"2024"`
is a number, and `"true"` is a switch. Ploomber takes such a name, but the names in a source's
`upstream` are text, and the number 2024 is not the text "2024": no source can ask for the task
(section 6.3).

Wrong:

```yaml
- source: steps.load
  name: "2024"
  product: out/2024.csv
```

Right:

```yaml
- source: steps.load
  name: year-2024
  product: out/2024.csv
```

To fix it, add a word to the name.
""",
    ),
    Rule(
        "param-name",
        "error",
        "A name that a param cannot have.",
        """\
Params become variables of a notebook and arguments of a function. `product` and `upstream` are given
to every task by the engine, and Ploomber refuses params of these names; a name must also be text,
which a number or a date is not (section 6.6 of the format).

Wrong:

```yaml
params:
  product: shoes
  2024: true
```

Right:

```yaml
params:
  product_name: shoes
  year: 2024
```

To fix it, choose another name, here and in the code that uses it.
""",
    ),
    Rule(
        "param-not-storable",
        "error",
        "A value that cannot go into a notebook.",
        """\
The params of a notebook task are stored as JSON in the executed notebook. JSON knows text, numbers,
switches, null, lists and mappings; with a date, a set or bytes, or with keys of several types in one
mapping, the task cannot be rendered and nothing is built (section 6.6 of the format). The usual case
is a date: YAML makes one of `2024-05-01` without quotes.

Wrong:

```yaml
- source: fit.py
  product: out/fit.ipynb
  params:
    day: 2024-05-01
```

Right:

```yaml
- source: fit.py
  product: out/fit.ipynb
  params:
    day: "2024-05-01"
```

To fix it, put the value in quotes and convert it in the notebook, or write a list instead of a set.
""",
    ),
    Rule(
        "quoted-number",
        "warning",
        "A quoted number becomes a number.",
        """\
Every text that reads as a Python literal is replaced by it, quoted or not (section 4 of the format):
`"1.10"` arrives as the number 1.1. Versions, postal codes and identifiers change silently. Text that
is no literal stays, such as `"007"` or `"v1.10"`.

Wrong: the task gets 1.1.

```yaml
params:
  version: "1.10"
```

Right: the task gets the text `1.10`.

```yaml
params:
  version: "'1.10'"
```

To fix it, put quotes inside the quotes, or write the number without any if a number is meant.
""",
    ),
    Rule(
        "text-becomes-tuple",
        "warning",
        "Text with commas becomes a tuple.",
        """\
Text that reads as a Python literal is replaced by it, and to Python numbers with commas between
them are a tuple (section 4 of the format): `1,000` is not a thousand but `(1, 0)`.

Wrong: the task gets the tuple (1, 0).

```yaml
params:
  rows: 1,000
```

Right:

```yaml
params:
  rows: 1000
```

To fix it, leave out the comma; write several values as a list, `[1, 2]`.
""",
    ),
    Rule(
        "resource-missing",
        "error",
        "A resource that is not a file.",
        """\
`params.resources_` names files whose content is watched: when it changes, the task runs again. Each
must be an existing file, since its checksum is taken before anything runs; Ploomber stops at one
that is missing or a folder (section 6.6 of the format). Paths count from the root of the pipeline.

Wrong, with the file in `config/settings.json`:

```yaml
params:
  resources_:
    settings: settings.json
```

Right:

```yaml
params:
  resources_:
    settings: config/settings.json
```

To fix it, correct the path. A file that another task makes is no resource: make that task an
upstream.
""",
        while_typing=False,
    ),
    Rule(
        "upstream-conflict",
        "error",
        "Upstream is declared in two places.",
        """\
By default the sources say what they need: a notebook in its parameters cell, a function by the
subscripts of `upstream`. An `upstream` in the entry would be a second truth, and Ploomber refuses it
(sections 5.2 and 6.5 of the format). `meta.extract_upstream: false` moves all of it into the entries.

Wrong:

```yaml
tasks:
  - source: fit.py
    product: out/fit.ipynb
    upstream: [load]
```

Right:

```yaml
meta:
  extract_upstream: false
tasks:
  - source: fit.py
    product: out/fit.ipynb
    upstream: [load]
```

To fix it, remove `upstream` here and declare it in the source, as in `upstream = ["load"]`; or set
`extract_upstream: false`, which then holds for every task.
""",
    ),
    Rule(
        "option-conflict",
        "error",
        "Two options that exclude each other.",
        """\
Some options of a notebook task contradict each other, and Ploomber refuses them together (section
7.1 of the format): `local_execution` and `executor_params.cwd` both say where to run;
`executor_params.engine_name` must be the `executor` and excludes `debug_mode`; an exporter for a key
that `nb_product_key` does not list belongs to no product. `ext_in` is only for sources that are no
files, which a pipeline file cannot have.

Wrong:

```yaml
- source: fit.py
  product: out/fit.ipynb
  local_execution: true
  executor_params:
    cwd: work
```

Right:

```yaml
- source: fit.py
  product: out/fit.ipynb
  executor_params:
    cwd: work
```

To fix it, keep the one that is meant.
""",
    ),
    Rule(
        "deprecated-key",
        "info",
        "An older name of a key.",
        """\
The key still works, and Ploomber warns of it at each run. `papermill_params` is now called
`executor_params`; where both are given, the older one is ignored (section 7.1 of the format).

Old:

```yaml
papermill_params:
  log_output: true
```

New:

```yaml
executor_params:
  log_output: true
```

To fix it, rename the key; if both are there, merge them first.
""",
    ),
    Rule(
        "client-missing",
        "error",
        "A product class without the client it needs.",
        """\
An `SQLiteRelation` or a `GenericProduct` lives in a database or keeps its metadata in one. To tell
whether it is there, and fresh, each command needs a client: a function that connects. Without one
even `status` fails (section 6.4 of the format).

Wrong:

```yaml
tasks:
  - source: make.sql
    product: [numbers, table]
    product_class: SQLiteRelation
```

Right:

```yaml
clients:
  SQLScript: db.connect
  SQLiteRelation: db.connect
tasks:
  - source: make.sql
    product: [numbers, table]
    product_class: SQLiteRelation
```

To fix it, name the function in `clients` for all such products, or in the task's `product_client`.
""",
    ),
)
