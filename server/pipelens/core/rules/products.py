"""Rules of the family `products`: how a product is written, and which products a task can make."""

from __future__ import annotations

from pipelens.core.problems import Rule

RULES: tuple[Rule, ...] = (
    Rule(
        "product-form",
        "error",
        "A product that is not understood.",
        """\
A file product is a path, or a mapping from names to paths when there are several (section 6.4 of the
format). A list of paths, a mapping inside the mapping, an empty mapping or nothing at all is refused;
so is a path that YAML or the cast (section 4) makes a number or a date of. Lists are for relations in
a database.

Wrong:

```yaml
- source: steps.split
  product: [out/train.csv, out/test.csv]
```

Right:

```yaml
- source: steps.split
  product:
    train: out/train.csv
    test: out/test.csv
```

To fix it, name each product with a key; the code finds it as `product["train"]`.
""",
        while_typing=False,
    ),
    Rule(
        "relation-form",
        "error",
        "A relation that is not understood.",
        """\
A relation is a list of a name and a kind, or of a schema, a name and a kind, and the kind is `table`
or `view`. Names are at most 63 characters long, for every database. Anything else stops Ploomber when
it loads or renders the pipeline (section 6.4 of the format).

Wrong:

```yaml
- source: make.sql
  product: [numbers, tabel]
```

Right:

```yaml
- source: make.sql
  product: [numbers, table]
```

With a schema:

```yaml
- source: make.sql
  product: [sales, numbers, table]
```

To fix it, write the list in this order. Several relations go into a mapping with a list under each
key. An SQL file that writes a `.csv` or `.parquet` file takes that path as its only product.
""",
        while_typing=False,
    ),
    Rule(
        "product-class-missing",
        "error",
        "A task class without a product class.",
        """\
Most task classes say by themselves what their products are. `SQLUpload`, `SQLTransfer`,
`DownloadFromURL` and some others do not; Ploomber refuses such a task until a product class is named
(sections 5.2 and 7.6 of the format).

Wrong:

```yaml
- source: data/numbers.csv
  name: upload
  class: SQLUpload
  product: [numbers, table]
```

Right:

```yaml
clients:
  SQLUpload: db.connect
  SQLiteRelation: db.connect
tasks:
  - source: data/numbers.csv
    name: upload
    class: SQLUpload
    product: [numbers, table]
    product_class: SQLiteRelation
```

To fix it, add `product_class` to the task, or a line for its class under
`meta.product_default_class`.
""",
    ),
    Rule(
        "product-class-mismatch",
        "error",
        "A product class that the task cannot make.",
        """\
A notebook writes files, an SQL script makes relations, and an upload makes relations that keep
metadata, which a plain `SQLRelation` does not. Ploomber refuses a task whose product is of another
class (sections 6.4 and 7 of the format).

Wrong:

```yaml
- source: fit.py
  product: [numbers, table]
  product_class: SQLRelation
```

Right:

```yaml
- source: fit.py
  product: out/fit.ipynb
```

To fix it, remove `product_class` or choose one that the message lists. A notebook that fills a table
still has its executed notebook as a product.
""",
    ),
    Rule(
        "product-conflict",
        "error",
        "The product is declared in two places.",
        """\
With `meta.extract_product: true` every source declares its `product` in the parameters cell, and an
entry that declares one as well is refused. Functions and shell scripts cannot declare a product, so
they cannot be in such a pipeline at all (sections 5.2 and 8.4 of the format).

Wrong:

```yaml
meta:
  extract_product: true
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

To fix it, remove `product` here and write `product = "out/load.ipynb"` in the source; or remove
`extract_product` and declare all products in the entries.
""",
    ),
    Rule(
        "product-relative-to-source",
        "error",
        "product_relative_to_source with a function task.",
        """\
With `meta.product_relative_to_source: true` paths of products count from the folder of the task's
source. Ploomber knows no such folder for a function and ends with a traceback at the first function
task (section 5.2 of the format).

Wrong:

```yaml
meta:
  product_relative_to_source: true
tasks:
  - source: steps.load
    product: load.csv
```

Right:

```yaml
tasks:
  - source: steps.load
    product: out/load.csv
```

To fix it, remove the switch and write all paths from the root, or make the function a script.
""",
    ),
    Rule(
        "notebook-product-missing",
        "error",
        "A notebook task does not say where its notebook goes.",
        """\
Running a script or notebook makes an executed notebook, and one of the products must say where it
goes. In a mapping that is the key `nb`, or the keys that `nb_product_key` lists; every product that
ends like a notebook must be in that list (sections 6.4 and 7.1 of the format). Ploomber refuses a
task without it.

Wrong:

```yaml
- source: fit.py
  product:
    model: out/model.pkl
```

Right:

```yaml
- source: fit.py
  product:
    nb: out/fit.ipynb
    model: out/model.pkl
```

To fix it, add the key. To run a script without any notebook, set `class: ScriptRunner`.
""",
        while_typing=False,
    ),
    Rule(
        "notebook-product-extension",
        "error",
        "A notebook's product of no known format.",
        """\
The extension of the executed notebook picks its format: `.ipynb`, `.html`, `.md`, `.tex`, `.pdf` or
`.rst`. With another extension or none Ploomber refuses the task, unless `nbconvert_exporter_name`
says which exporter to use (sections 6.4 and 7.1 of the format). The usual reason is a single product
that is the task's data: the only product of a notebook task is always the notebook.

Wrong:

```yaml
- source: clean.py
  product: out/clean.csv
```

Right:

```yaml
- source: clean.py
  product:
    nb: out/clean.ipynb
    data: out/clean.csv
```

To fix it, give the notebook a path of its own and put the data under another key; in the source it is
then `product["data"]`. Or set `class: ScriptRunner` for a script that makes no notebook.
""",
        while_typing=False,
    ),
)
