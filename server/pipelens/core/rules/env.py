"""Rules of the family `env`: the env file and what it refers to."""

from __future__ import annotations

from pipelens.core.problems import Rule

RULES: tuple[Rule, ...] = (
    Rule(
        "unused-env-key",
        "info",
        "A key of the env is used nowhere.",
        """\
The key is mentioned neither in the pipeline nor in another value of the env. Often it is left over,
or the placeholder that should use it is misspelt (section 3.4 of the format).

Wrong, when nothing says `{{sample}}`:

```yaml
kind: fit
sample: 100
```

Right:

```yaml
params:
  sample: '{{sample}}'
```

To fix it, use the key or take it out.
""",
    ),
    Rule(
        "env-unreadable",
        "error",
        "The env file cannot be read.",
        """\
The env file that belongs to the pipeline is there, but it is not text in UTF-8, may not be read,
or is far larger than a file of settings can be. Placeholders that it should define stay unknown.

Wrong: an `env.yaml` saved as UTF-16. Right: the same file saved as UTF-8.

To fix it, save it as UTF-8 and check its permissions.
""",
    ),
    Rule(
        "env-syntax",
        "error",
        "The env file is not valid YAML.",
        """\
The env file does not parse, or a value in it cannot be made: an unknown tag, an alias that repeats
without end, a date that does not exist (sections 3.1 and 4 of the format).

Wrong:

```yaml
sizes: [1, 2
```

Right:

```yaml
sizes: [1, 2]
```

To fix it, close what is open. Values that begin with `{`, `[`, `*`, `&`, `!` or `%` need quotes.
""",
        while_typing=False,
    ),
    Rule(
        "env-not-a-mapping",
        "error",
        "The env file does not hold keys and values.",
        """\
An env file is a mapping from names to values (section 3.1 of the format). An empty file is the same
as none.

Wrong:

```yaml
- kind
- sample
```

Right:

```yaml
kind: fit
sample: 100
```

To fix it, give every value a name.
""",
    ),
    Rule(
        "env-key-reserved",
        "error",
        "A key of the env has a name that is not allowed.",
        """\
Two underscores separate nested keys on the command line (`--env--db--name`), so no key may hold
them; top-level keys must not begin with an underscore, except `_module`; and every key must be text
(section 3.2 of the format).

Wrong:

```yaml
_kind: fit
db__name: main
2: two
```

Right:

```yaml
kind: fit
db_name: main
two: 2
```

To fix it, rename the key and the placeholders that use it.
""",
    ),
    Rule(
        "env-meta",
        "error",
        "The section `meta` of the env says something else than `import_from`.",
        """\
`meta` is no parameter: it may only name another env file, whose keys are merged below those of this
one (section 3.2 of the format).

Wrong:

```yaml
meta:
  import: base.yaml
```

Right:

```yaml
meta:
  import_from: base.yaml
```

To fix it, correct the key; a parameter called `meta` needs another name.
""",
    ),
    Rule(
        "env-import-missing",
        "error",
        "The file that the env imports is not there.",
        """\
`meta.import_from` names a file, relative to the pipeline's folder wherever the env file is
(section 3.2 of the format). It must exist, and must not lead back to itself.

Wrong, when there is no `base.yaml`:

```yaml
meta:
  import_from: base.yaml
```

Right:

```yaml
meta:
  import_from: settings/base.yaml
```

To fix it, correct the path or create the file.
""",
        while_typing=False,
    ),
    Rule(
        "env-reference-order",
        "error",
        "A value of the env refers to a key that it cannot see.",
        """\
A value may use default placeholders and the plain top-level values above it: not those further
down, and not mappings, lists or what is in them (section 3.2 of the format).

Wrong:

```yaml
out: '{{kind}}/data'
kind: fit
```

Right:

```yaml
kind: fit
out: '{{kind}}/data'
```

To fix it, move the key up, or take the nested value out to the top level.
""",
    ),
    Rule(
        "env-path-not-text",
        "error",
        "A value under `path` is not text.",
        """\
Everything under the top-level key `path` becomes a path, which only text can (section 3.2 of the
format).

Wrong:

```yaml
path:
  out: 2024
```

Right:

```yaml
path:
  out: '2024'
```

To fix it, put the value in quotes.
""",
    ),
    Rule(
        "env-module",
        "error",
        "`_module` names neither a folder nor a module of the project.",
        """\
`_module` names a folder, or a module that can be imported; `{{version}}` in the env file is taken
from it (sections 3.2 and 3.3 of the format). Anything else is refused, also the path of a file. It is
looked for beside the pipeline and in `src/`; for a package that is installed, switch this code off.

Wrong:

```yaml
_module: steps.py
```

Right:

```yaml
_module: steps
```

To fix it, name the package's folder, or take the key out if nothing uses `{{version}}`.
""",
    ),
    Rule(
        "env-extension",
        "error",
        "The env file ends in `.yml`.",
        """\
Only `env.yaml` is read; Ploomber stops when it finds `env.yml` alone (section 3.1 of the format).

Wrong: `env.yml`. Right: `env.yaml`.

To fix it, rename the file.
""",
    ),
    Rule(
        "env-file-name",
        "error",
        "`PLOOMBER_ENV_FILENAME` names no env file.",
        """\
The variable replaces the name `env.yaml`. It must be a bare file name, and the file must be in the
working folder or beside the pipeline (section 3.1 of the format).

Wrong:

```sh
PLOOMBER_ENV_FILENAME=settings/env.prod.yaml
```

Right:

```sh
PLOOMBER_ENV_FILENAME=env.prod.yaml
```

To fix it, correct the variable or unset it.
""",
    ),
)
