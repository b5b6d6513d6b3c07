"""Rules of the family `placeholders`: names in double braces, and what they expand to."""

from __future__ import annotations

from pipelens.core.problems import Rule

RULES: tuple[Rule, ...] = (
    Rule(
        "undefined-placeholder",
        "error",
        "A placeholder names nothing that is defined.",
        """\
`{{name}}` is replaced by the key `name` of the env file, or by a default placeholder (`here`,
`root`, `cwd`, `user`, `now`, `git`, `git_hash`). Every name must be defined, also in a branch that
is not taken and in front of the `default` filter (section 3.4 of the format).

Wrong, with `kind: fit` in `env.yaml`:

```yaml
product: 'out/{{knid}}.csv'
```

Right:

```yaml
product: 'out/{{kind}}.csv'
```

To fix it, correct the name, or add the key to the env file. A key with a hyphen reads as a
subtraction; rename it, or nest it and write `{{section['my-key']}}`.
""",
        while_typing=False,
    ),
    Rule(
        "missing-placeholder-key",
        "error",
        "A placeholder asks a mapping for a key that it does not have.",
        """\
`{{db.name}}` and `{{db['name']}}` take a key of a nested mapping of the env. The key must be there
(section 3.4 of the format).

Wrong, with `db: {name: main}` in `env.yaml`:

```yaml
product: 'out/{{db.nmae}}.csv'
```

Right:

```yaml
product: 'out/{{db.name}}.csv'
```

To fix it, correct the key or add it to the mapping.
""",
        while_typing=False,
    ),
    Rule(
        "template-syntax",
        "error",
        "A placeholder does not parse.",
        """\
Text that mentions a variable is a Jinja template: `{{name}}`, filters, expressions, `{% if %}` and
`{% for %}` (section 3.4 of the format). One that does not parse stops everything.

Wrong:

```yaml
product: 'out/{{kind.}}.csv'
```

Right:

```yaml
product: 'out/{{kind}}.csv'
```

To fix it, close what is open and finish the expression. Braces that are meant as text go between
`{% raw %}` and `{% endraw %}`.
""",
        while_typing=False,
    ),
    Rule(
        "template-refused",
        "error",
        "A template does more than a pipeline file may.",
        """\
A pipeline is read whenever it is opened, so its templates run in a sandbox and must stay small:
no `include`, `import`, `macro` or recursive loops, no methods but those of text and mappings, and
bounds on length, loops, numbers and the text that is made. What goes beyond is not expanded.

Wrong:

```yaml
product: '{{kind * 100000000}}'
```

Right:

```yaml
product: 'out/{{kind}}.csv'
```

To fix it, put the finished value into the env file, or compute it in the task's code.
""",
    ),
    Rule(
        "template-failure",
        "error",
        "A template fails while it is expanded.",
        """\
The template parses and all its names are defined, but an operation in it fails: a division by
zero, text added to a number, an index outside its list (section 3.4 of the format).

Wrong, with `kind: fit`:

```yaml
product: 'out/{{kind + 1}}.csv'
```

Right:

```yaml
product: 'out/{{kind ~ 1}}.csv'
```

To fix it, look at the types of the values in the env file; `~` joins anything as text.
""",
    ),
)
