"""Rules of the family `sections`: classes, executors, callables and files that sections name."""

from __future__ import annotations

from pipelens.core.problems import Rule

RULES: tuple[Rule, ...] = (
    Rule(
        "invalid-dotted-path",
        "error",
        "Not the dotted path of a function.",
        """\
Hooks, clients and serializers are named by the dotted path of a function: the module, a dot, the
function, thus at least two parts (section 5.8 of the format). One word alone names no function.
`module::function` is the form for values of `params` and `grid`, where a dotted path would be plain
text; elsewhere Ploomber refuses it.

Wrong:

```yaml
on_finish: hooks::check
```

Right:

```yaml
on_finish: hooks.check
```

With arguments:

```yaml
on_finish:
  dotted_path: hooks.check
  limit: 100
```

To fix it, write `module.function`; for a function in `quality/hooks.py`, `quality.hooks.function`.
""",
        while_typing=False,
    ),
    Rule(
        "unknown-class",
        "error",
        "There is no such task or product class.",
        """\
`class` names the task class that runs the source, and the keys of `clients` and
`product_default_class` name classes as well. The classes are fixed (sections 6.2, 6.4 and 7 of the
format), and upper and lower case matter; Ploomber refuses other names. Most tasks need no `class`,
since the source's extension tells it.

Wrong:

```yaml
- source: fit.py
  product: out/model.pkl
  class: ScriptRuner
```

Right:

```yaml
- source: fit.py
  product: out/model.pkl
  class: ScriptRunner
```

To fix it, correct the name, or remove `class` where the extension says the same.
""",
        while_typing=False,
    ),
    Rule(
        "unknown-executor",
        "error",
        "There is no such executor.",
        """\
`executor` is `serial`, `parallel`, or a mapping whose `dotted_path` names an executor. Those of
Ploomber are `ploomber.executors.Serial`, `ploomber.executors.Parallel` and
`ploomber.executors.ParallelDill` (section 5.4 of the format). Another name under `ploomber` cannot
be imported, so nothing is loaded.

Wrong:

```yaml
executor:
  dotted_path: ploomber.executors.Paralel
  processes: 4
```

Right:

```yaml
executor:
  dotted_path: ploomber.executors.Parallel
  processes: 4
```

To fix it, correct the name; without arguments, `executor: parallel` is enough.
""",
        while_typing=False,
    ),
    Rule(
        "executor-as-text",
        "warning",
        "An executor's dotted path as plain text.",
        """\
Ploomber's documents show a dotted path as the value of `executor`, but the program takes one only in
a mapping (section 5.4 of the format). Pipelens understands both. Whoever builds the same pipeline
with Ploomber gets an error instead.

Wrong for Ploomber:

```yaml
executor: ploomber.executors.Parallel
```

Right for both:

```yaml
executor:
  dotted_path: ploomber.executors.Parallel
```

To fix it, write the mapping, or the short names `serial` and `parallel`.
""",
    ),
    Rule(
        "module-not-found",
        "error",
        "The package of `source_loader` is not there.",
        """\
`meta.source_loader.module` names a package whose folder holds the sources of the tasks (section 5.2
of the format). It must be importable; otherwise no source is found and nothing is loaded. Here the
package is looked for beside the pipeline, in the root and in the folder the command was started in;
nothing is imported.

Wrong, with the sources in `shop/sql`:

```yaml
meta:
  source_loader:
    module: shop.sqls
```

Right:

```yaml
meta:
  source_loader:
    module: shop.sql
```

To fix it, correct the name. For a plain folder that is no package, use `path: shop/sql` instead.
""",
        while_typing=False,
    ),
    Rule(
        "import-tasks-unreadable",
        "error",
        "The file of `import_tasks_from` cannot be read.",
        """\
`meta.import_tasks_from` names another YAML file whose tasks are appended to those of this one. It
must be there and hold a list with at least one task (section 5.2 of the format). Its path counts
from the folder of the pipeline file, not from the folder the command was started in.

Wrong, with the file in `parts/features.yaml`:

```yaml
meta:
  import_tasks_from: features.yaml
tasks: []
```

Right:

```yaml
meta:
  import_tasks_from: parts/features.yaml
tasks: []
```

To fix it, correct the path. The file itself is a bare list, without `tasks:` above it. Its sources
count from its own folder, its products from the root of the pipeline:

```yaml
- source: features.py
  product: out/features.ipynb
```
""",
        while_typing=False,
    ),
)
