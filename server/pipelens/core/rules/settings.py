"""Rules of the family `settings`: our own settings and the comments that suppress problems."""

from __future__ import annotations

from pipelens.core.problems import Rule

RULES: tuple[Rule, ...] = (
    Rule(
        "bad-setting",
        "warning",
        "A setting of Pipelens is unknown or has a value that it cannot have.",
        """\
Settings are read from `pipelens.toml` beside the pipeline, or from `[tool.pipelens]` in
`pyproject.toml`. A setting that is not understood is left out; the others hold.

Wrong:

```toml
[tool.pipelens.severity]
unused-parm = "none"
```

Right:

```toml
[tool.pipelens.severity]
unused-param = "off"
```

To fix it, correct the name or the value. Severities are `error`, `warning`, `info`, `hint` and `off`;
an `engine` is `warm`, `process` or `kernel`.
""",
        while_typing=False,
    ),
    Rule(
        "unknown-suppression",
        "hint",
        "A comment suppresses a problem code that does not exist.",
        """\
`# pipelens: ignore[code]` hides the problems of that code on its line, or, standing alone, on the
next line; `# pipelens: ignore-file[code]` hides them in the file. A code that no rule has hides
nothing, so the comment is misspelt or left over.

Wrong:

```python
upstream = ["load", "clean"]  # pipelens: ignore[unused-upstraem]
```

Right:

```python
upstream = ["load", "clean"]  # pipelens: ignore[unused-upstream]
```

To fix it, correct the code; `pipelens explain` lists all of them.
""",
        while_typing=False,
    ),
)
