"""`pipelens check`: products, what they need, and the module of the env."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.command import pipelens, write

STEPS = "def load(product):\n    open(product, 'w').close()\n\n\ndef client():\n    return object()\n"
RELATION = """\
tasks:
  - source: make.sql
    client: steps.client
    product: [numbers, table]
    product_class: {}
"""
UPLOAD = """\
tasks:
  - source: a.csv
    class: SQLUpload
    name: up
    product: [numbers, table]
"""
SCRIPT = """\
# %% tags=["parameters"]
upstream = None
product = {products}

# %%
print(1)
"""


def codes(folder: Path, files: dict[str, str]) -> list[str]:
    told = pipelens("check", "--json", cwd=write(folder, {"steps.py": STEPS, **files}))
    return [problem["code"] for problem in told.json["problems"] if problem["severity"] == "error"]


@pytest.mark.parametrize("name", ["SQLiteRelation", "PostgresRelation", "GenericSQLRelation"])
def test_a_relation_with_a_record_of_its_own_needs_a_client(tmp_path: Path, name: str) -> None:
    files = {"make.sql": "CREATE TABLE {{product}} AS SELECT 1\n", "pipeline.yaml": RELATION.format(name)}
    assert codes(tmp_path, files) == ["client-missing"]


def test_without_a_product_class_a_relation_is_read_as_one(tmp_path: Path) -> None:
    assert codes(tmp_path, {"a.csv": "1\n", "pipeline.yaml": UPLOAD}) == ["product-class-missing"]


@pytest.mark.parametrize(
    ("products", "found"),
    [
        ("{'data': 'out/x.csv'}", ["notebook-product-missing"]),
        ("{'data': 'out/x.csv', 'nb': 'out/x.html'}", []),
        ("'out/x.html'", []),
    ],
)
def test_a_source_that_declares_its_products_names_the_executed_notebook(
    tmp_path: Path, products: str, found: list[str]
) -> None:
    spec = "meta:\n  extract_product: true\ntasks:\n  - source: go.py\n"
    assert codes(tmp_path, {"go.py": SCRIPT.replace("{products}", products), "pipeline.yaml": spec}) == found


@pytest.mark.parametrize(
    ("module", "found"), [("nowhere", ["env-module"]), ("steps", []), ("folder", []), ("packed", [])]
)
def test_the_module_of_an_env_is_a_folder_or_a_module(tmp_path: Path, module: str, found: list[str]) -> None:
    files = {
        "env.yaml": f"_module: {module}\n",
        "folder/notes.txt": "",
        "src/packed/__init__.py": "__version__ = '1'\n",
        "pipeline.yaml": "tasks:\n  - source: steps.load\n    product: out/x.csv\n",
    }
    assert codes(tmp_path, files) == found
