"""Rules of the family `location`: which pipeline is meant, and where its root is."""

from __future__ import annotations

from pipelens.core.problems import Rule

RULES: tuple[Rule, ...] = (
    Rule(
        "spec-without-extension",
        "error",
        "The pipeline file has no extension.",
        """\
A pipeline file named with `--entry-point` may have any extension, but it must have one: the names of
its env files are made from it (section 2.1 of the format).

Wrong: `--entry-point flow`

Right: `--entry-point flow.yaml`

To fix it, rename the file.
""",
    ),
    Rule(
        "package-without-setup",
        "error",
        "The pipeline lies in `src/NAME/`, and there is no `setup.py`.",
        """\
A pipeline in a folder below `src` looks like part of a package, whose root is the folder of
`setup.py`; without one Ploomber refuses it (section 2.3 of the format).

Wrong:

```
src/shop/pipeline.yaml
```

Right:

```
setup.py
src/shop/pipeline.yaml
```

To fix it, create a `setup.py` beside `src`, or rename `src`.
""",
    ),
    Rule(
        "two-pipeline-files",
        "error",
        "A package has the same pipeline file twice.",
        """\
Beside a `setup.py` a pipeline file may be in the root or in `src/NAME/`, not in both: nobody could
tell which one is meant (section 2.3 of the format).

Wrong:

```
setup.py
pipeline.yaml
src/shop/pipeline.yaml
```

Right:

```
setup.py
src/shop/pipeline.yaml
```

To fix it, delete one of them or give it another name, such as `pipeline.serve.yaml`.
""",
    ),
    Rule(
        "setup-without-pipeline",
        "error",
        "A `setup.py` is the root, and the pipeline file is in none of its places.",
        """\
The nearest `setup.py` decides where the root is; the pipeline file must then be beside it or in
`src/NAME/` (section 2.3 of the format).

Wrong:

```
setup.py
flows/old/setup.py
flows/old/notes.txt
```

Right:

```
setup.py
src/shop/pipeline.yaml
```

To fix it, move the pipeline file there, or take the `setup.py` away.
""",
    ),
    Rule(
        "pipeline-extension",
        "error",
        "The default pipeline file ends in `.yml`.",
        """\
Without `--entry-point` only `pipeline.yaml` is looked for (section 2.2 of the format).

Wrong: `pipeline.yml`

Right: `pipeline.yaml`

To fix it, rename the file, or name it with `--entry-point pipeline.yml`.
""",
    ),
    Rule(
        "setup-cfg-entry-point",
        "error",
        "`setup.cfg` names a pipeline file that does not exist.",
        """\
`entry-point` in the section `[ploomber]` is relative to the folder of `setup.cfg`, and the file must
exist; no other pipeline is taken instead (section 2.2 of the format).

Wrong, when the file is `flows/train.yaml`:

```ini
[ploomber]
entry-point = train.yaml
```

Right:

```ini
[ploomber]
entry-point = flows/train.yaml
```

To fix it, correct the path.
""",
    ),
    Rule(
        "nested-pipelines",
        "info",
        "Another pipeline's root is further up.",
        """\
The nearest pipeline file is the one that is used, and a second one further up is easily taken for
it (section 2.3 of the format).

Wrong:

```
pipeline.yaml
jobs/pipeline.yaml
```

Right:

```
train/pipeline.yaml
jobs/pipeline.yaml
```

To fix it, put the pipelines side by side, or name the second `pipeline.NAME.yaml` in one folder.
""",
    ),
    Rule(
        "several-packages",
        "warning",
        "Several packages in `src` have a pipeline; the first by name is used.",
        """\
With a `setup.py`, the pipeline is looked for in `src/*/` (section 2.2 of the format). Of several
the first in alphabetical order is taken.

Wrong:

```
src/shop/pipeline.yaml
src/stock/pipeline.yaml
```

Right: name the one that is meant, `--entry-point src/stock/pipeline.yaml`.

To fix it, keep one, or name it in the section `[ploomber]` of `setup.cfg`.
""",
    ),
    Rule(
        "entry-point-ignored",
        "warning",
        "`setup.cfg` names the pipeline, so the variable `ENTRY_POINT` is not used.",
        """\
Both say which pipeline is meant, and `setup.cfg` wins (section 2.2 of the format).

Wrong:

```sh
ENTRY_POINT=pipeline.serve.yaml ploomber build   # setup.cfg has entry-point = pipeline.yaml
```

Right:

```sh
ploomber build --entry-point pipeline.serve.yaml
```

To fix it, use `--entry-point`, or take one of the two away.
""",
    ),
    Rule(
        "entry-point-file-type",
        "error",
        "A file that the entry point matches cannot be a task.",
        """\
With a pattern as entry point every file that it matches becomes a notebook task, so each must end in
`.py`, `.ipynb`, `.R`, `.r` or `.Rmd` (section 2.5 of the format).

Wrong: `--entry-point 'steps/*'` with `steps/notes.txt`

Right: `--entry-point 'steps/*.py'`

To fix it, narrow the pattern, or name the folder itself: it leaves other files out.
""",
    ),
)
