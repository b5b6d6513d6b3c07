"""Rules of the family `templates`: SQL and shell sources, whose text is rendered before it runs."""

from __future__ import annotations

from pipelens.core.problems import Rule

RULES: tuple[Rule, ...] = (
    Rule(
        "source-syntax",
        "error",
        "An SQL or shell source is not a valid template.",
        """\
The sources of SQL and shell tasks are Jinja templates, and nothing else is told from one: `{#` opens a comment,
also in `${#x}`, and `[[ ]]` is a placeholder as `{{ }}` is, also in a test of bash or an array of SQL. A source
that does not parse stops the whole pipeline. Section 8.5 of the format.

Wrong:

```bash
if [[ -f data.csv ]]; then cp data.csv {{product}}; fi
```

Right:

```bash
if [ -f data.csv ]; then cp data.csv {{product}}; fi
```

Fix: write it another way, or put `{% raw %}` and `{% endraw %}` around it.
""",
    ),
    Rule(
        "source-undefined",
        "error",
        "An SQL or shell source uses a name that nothing provides.",
        """\
A template may use `product`, `upstream` where the task needs others, and each param by its name; any other name is
refused, also behind `default`, in a branch that is not taken, or within `[[ ]]`. Section 8.5 of the format.

Wrong, with no param `limit`:

```sql
CREATE TABLE {{product}} AS SELECT * FROM raw LIMIT {{limit}}
```

Right:

```yaml
- source: raw.sql
  product: [raw_part, table]
  params: {limit: 100}
```

Fix: pass the value under `params`, or correct the name. A variable of the shell is written `$HOME`, not `{{HOME}}`.
""",
    ),
    Rule(
        "source-unused",
        "error",
        "An SQL or shell source does not use a value that it is given.",
        """\
Templates are strict in this direction, too: every param must occur, `{{product}}` must, and where the pipeline
declares what a task needs, so must `upstream`. Otherwise the task cannot be rendered, and nothing is built.
A query that is dumped may do without `{{product}}`. Section 8.5 of the format.

Wrong, with `params: {n: 3}`:

```bash
seq 10 > {{product}}
```

Right:

```bash
seq {{n}} > {{product}}
```

Fix: use the value, in a comment if need be (`# {{n}}`), or do not pass it.
""",
    ),
    Rule(
        "source-fails",
        "error",
        "An SQL or shell source fails when its values are put in.",
        """\
The names are known, but rendering stops: a product has no such key, an expression cannot be computed, or the
template itself reaches `{% raise 'message' %}`. Section 8.5 of the format.

Wrong, with `product: {data: out/a.csv}`:

```bash
seq 3 > {{product['table']}}
```

Right:

```bash
seq 3 > {{product['data']}}
```

Fix: use a key that exists, or change the expression.
""",
    ),
    Rule(
        "source-not-rendered",
        "warning",
        "An SQL or shell source uses what is not rendered here.",
        """\
Templates are rendered in a sandbox, since they are read whenever a file is opened: a few tags and filters and
very large or long computations are refused there. Other templates can only be included or imported where
`meta.source_loader` says where they are found (then Ploomber renders them); without it, this is an error.
Section 8.5 of the format.

Wrong, without a source loader:

```bash
{% include 'header.sh' %}
seq 3 > {{product}}
```

Right:

```bash
set -e
seq 3 > {{product}}
```

Fix: write the text out, or compute the value in a param.
""",
    ),
)
