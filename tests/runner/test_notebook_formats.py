"""Products that are the executed notebook in another format."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest

from tests.runner.making import Pipeline

SCRIPT = """\
# %% [markdown]
# # Numbers `é` $x^2$

# %% tags=["parameters"]
upstream = None
product = None
n = 3

# %%
print("first", n)

# %%
list(range(n))
"""


@pytest.fixture
def pipeline(tmp_path: Path) -> Pipeline:
    made = Pipeline(tmp_path / "it")
    made.root.mkdir()
    made.write("show.py", SCRIPT)
    return made


def converted(notebook: Path, exporter: str, **options: object) -> str:
    """What nbconvert itself makes of a notebook."""
    import nbformat
    from nbconvert.exporters import export, get_exporter

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        node = nbformat.reads(notebook.read_text("utf-8"), as_version=4)
        content, _ = export(get_exporter(exporter), node, **options)
    return content


def test_several_formats_of_one_run_are_what_nbconvert_makes(pipeline: Pipeline) -> None:
    products = {"nb": "out/a.ipynb", "page": "out/a.html", "text": "out/a.md"}
    pipeline.task("show.py", products, nb_product_key=["nb", "page", "text"])
    pipeline.task("show.py", "out/again.html", name="again")
    assert pipeline.build().problems == ()
    notebook = pipeline.root / "out/a.ipynb"
    assert (pipeline.root / "out/a.html").read_text("utf-8") == converted(notebook, "html")
    assert (pipeline.root / "out/a.md").read_text("utf-8") == converted(notebook, "markdown")
    assert "out/again.html" in (pipeline.root / "out/again.html").read_text("utf-8")


def test_the_exporter_and_its_options_can_be_named(pipeline: Pipeline) -> None:
    pipeline.task(
        "show.py",
        {"nb": "out/slides", "copy": "out/copy.ipynb"},
        nb_product_key=["nb", "copy"],
        nbconvert_exporter_name={"nb": "html", "copy": "notebook"},
        nbconvert_export_kwargs={"exclude_input": True},
    )
    pipeline.task("show.py", {"nb": "out/plain.ipynb"}, name="plain")
    assert pipeline.build().problems == ()
    page = (pipeline.root / "out/slides").read_text("utf-8")
    assert "first" in page
    assert ">print<" not in page


def test_several_at_a_time_come_out_as_each_for_itself(pipeline: Pipeline) -> None:
    for i in range(4):
        pipeline.task("show.py", f"out/{i}.html", name=f"show-{i}", params={"n": i})
    assert pipeline.build().problems == ()
    for i in range(4):
        assert f"first {i}" in (pipeline.root / f"out/{i}.html").read_text("utf-8")


def test_what_nbconvert_refuses_fails_the_task_and_leaves_the_old_product(pipeline: Pipeline) -> None:
    pipeline.write("out/a.html", "old")
    pipeline.task("show.py", "out/a.html", nbconvert_export_kwargs={"template_name": "no such"})
    (problem,) = pipeline.build().problems
    assert "out/a.html could not be made by nbconvert (html)" in problem.message
    assert (pipeline.root / "out/a.html").read_text() == "old"


def test_tools_that_a_format_needs_are_asked_for_before_anything_runs(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(pipeline.root))
    pipeline.task("show.py", "out/a.pdf")
    result = pipeline.build()
    assert result.refused is not None
    assert "a.pdf needs pandoc and xelatex, which are not on the PATH" in result.refused


def test_an_extension_that_tells_no_format_is_refused(pipeline: Pipeline) -> None:
    pipeline.task("show.py", "out/a.csv")
    result = pipeline.build()
    assert "its extension tells no format" in (result.refused or "")


def test_an_exporter_that_nbconvert_lacks_is_refused_before_anything_runs(pipeline: Pipeline) -> None:
    pipeline.task("show.py", "out/a.html", nbconvert_exporter_name="powerpoint")
    refused = pipeline.build().refused or ""
    assert "a.html cannot be made: nbconvert has no exporter 'powerpoint'; it has " in refused
    assert "slides" in refused
