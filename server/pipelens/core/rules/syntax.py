"""Rules of the family `syntax`: pipeline files that YAML, or their size, keeps from being read."""

from __future__ import annotations

from pipelens.core.problems import Rule

RULES: tuple[Rule, ...] = (
    Rule(
        "yaml-error",
        "error",
        "The file is not valid YAML.",
        """\
A pipeline file is one YAML 1.1 document (section 4 of the format). Where YAML stops, Ploomber stops,
too: nothing of the pipeline is loaded. Here the mistake costs only the entry or section that it is
in; the other tasks are still read and checked.

The usual causes are a missing space after a colon, a line that is indented by one space too many,
a tab, a quote or bracket that is never closed, and text with `: ` or ` #` in it and no quotes.

Wrong:

```yaml
tasks:
  - source: load.py
     product: out/load.ipynb
```

Right:

```yaml
tasks:
  - source: load.py
    product: out/load.ipynb
```

To fix it, look at the place that is pointed at and at the line above it: an open quote or bracket
shows only where the text after it stops making sense.
""",
        while_typing=False,
    ),
    Rule(
        "yaml-value",
        "error",
        "A value that YAML cannot make.",
        """\
The text is well-formed, and yet one of its values cannot be made: a date that does not exist, a tag
without a meaning here (`!!python/…`, `!include`), a list as a key, an alias inside its own anchor,
or a merge (`<<`) of something that is no mapping. YAML types plain words first, so an identifier
that has the shape of a date is taken for one (section 4). Loading stops at such a value.

Aliases that repeat more than half a million values, and values nested deeper than a hundred levels,
are refused as well: no pipeline needs them, and they would cost all memory.

Wrong:

```yaml
params:
  batch: 2024-13-45
```

Right:

```yaml
params:
  batch: "2024-13-45"
```

To fix it, put quotes around text that YAML takes for something else, or write the value that the
tag or alias stood for.
""",
    ),
    Rule(
        "file-too-large",
        "error",
        "The file is too large to be read.",
        """\
A pipeline file of more than 16 million characters, or with a line of more than 2 million, is not
read at all: an editor that reads it at every keystroke would stand still. Ploomber has no such
limit, but a file of this size is almost always data, or a list of tasks that a program wrote.

Wrong, with the data inside:

```yaml
- source: steps.load
  product: out/data.csv
  params:
    rows: [[1, 0.25], [2, 0.5], [3, 0.75]]   # … and a million more
```

Right, with the data in a file:

```yaml
- source: steps.load
  product: out/data.csv
  params:
    rows: data/rows.csv
```

To fix it, move data into files that tasks read, and write tasks that differ only in values as one
`grid` (section 6.8 of the format).
""",
    ),
    Rule(
        "file-unreadable",
        "error",
        "A pipeline file cannot be read.",
        """\
The pipeline file is there, but it gives no text: it is not encoded in UTF-8, its permissions forbid
reading it, or it is a folder, a device or a symbolic link that leads nowhere. Nothing is known about
the pipeline then.

Files from older Windows editors are often in Windows-1252 or UTF-16. As long as they hold only
English letters nobody notices; the first `é` makes them invalid.

Wrong: `é` saved in Windows-1252, the single byte `E9`.

```yaml
# Données: café
tasks: []
```

Right: the same text saved in UTF-8, the two bytes `C3 A9`.

To fix it, save the file as UTF-8 (in VS Code: *Save with Encoding*), or give yourself the right to
read it (`chmod u+r pipeline.yaml`).
""",
    ),
    Rule(
        "unquoted-placeholder",
        "error",
        "A value that begins with a placeholder needs quotes.",
        """\
For YAML a `{` at the beginning of a value opens a mapping. `{{out}}` alone is a mapping inside a
mapping, which cannot be a key; with text behind it, it is no YAML at all (section 3.4 of the
format). Placeholders are filled in only after YAML has read the file, so it never sees a path there.
A placeholder inside or at the end of a value needs no quotes.

Wrong:

```yaml
product: {{out}}/data.csv
```

Right:

```yaml
product: "{{out}}/data.csv"
```

To fix it, put the whole value in quotes.
""",
        while_typing=False,
    ),
    Rule(
        "duplicate-key",
        "warning",
        "A key is written twice.",
        """\
Of two equal keys in one mapping the last one counts, and the first is dropped without a word
(section 4 of the format). This goes for whole sections, too: a second `tasks:` makes all tasks of
the first disappear. Mostly a line was copied and only half changed.

Wrong: nothing writes `out/load.ipynb`.

```yaml
- source: load.py
  product: out/load.ipynb
  product: out/load.html
```

Right:

```yaml
- source: load.py
  product: out/load.html
```

To fix it, delete the line that is not meant, or give it the key that was meant. Several products go
into one mapping under `product`. A key that comes in through `<<` may be written again to replace
it; that is not reported.
""",
    ),
)
