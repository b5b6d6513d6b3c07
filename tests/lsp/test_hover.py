"""Hover and product previews, asked for by editors."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types

from tests.lsp.carets import caret, shown
from tests.lsp.editor import BARE, PIPELENS, Editor, editor
from tests.lsp.open_notebook import OpenNotebook, notebook_json

PIPELINE = """\
tasks:
  - source: steps.load
    name: lo🙂ad
    product: "{{out}}/data.csv"
  - source: report.py
    product: out/report.ipynb
    params:
      depth: 3
"""
STEPS = """\
def load(product):
    '''Fetch'''
"""
REPORT = """\
# %% tags=["parameters"]
upstream = ["lo🙂ad"]
product = None
depth = 1

# %%
print("🙂", depth, upstream["lo🙂ad"])
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    (root / "out").mkdir(parents=True)
    texts = {
        "pipeline.yaml": PIPELINE,
        "env.yaml": "out: out\ntoken: hidden\n",
        "steps.py": STEPS,
        "report.py": REPORT,
        "out/data.csv": "a,b\n1,2\n",
    }
    for name, text in texts.items():
        (root / name).write_text(text, encoding="utf-8")
    return root


async def hover(of: Editor, name: str, mark: str) -> types.Hover | None:
    place = caret(of, name, mark)
    return await of.client.text_document_hover_async(types.HoverParams(place.text_document, place.position))


def text_of(found: types.Hover | None) -> str:
    if found is None:
        return ""
    assert isinstance(found.contents, types.MarkupContent)
    return found.contents.value


def place_of(of: Editor, name: str, found: types.Hover | None) -> str:
    assert found is not None
    assert found.range is not None
    return shown(of, of.uri(name), found.range)


@pytest.mark.parametrize(
    ("name", "encoding"),
    [("visual-studio-code", "utf-16"), ("neovim", "utf-8"), ("lsp4ij", "utf-16"), ("emacs", "utf-32")],
)
async def test_a_task_is_told_in_yaml_and_in_sources(folder: Path, name: str, encoding: str) -> None:
    async with editor(folder, name, encodings=[encoding]) as of:
        of.open("pipeline.yaml")
        of.open("report.py")
        found = await hover(of, "pipeline.yaml", "lo🙂a|d")
        assert found is not None
        assert isinstance(found.contents, types.MarkupContent)
        assert found.contents.kind == types.MarkupKind.Markdown
        assert found.contents.value == (
            "**lo🙂ad** · function (PythonCallable)\n\n"
            "● stale: there is no record of a run beside product out/data.csv\n\n"
            "Fetch\n\n"
            f"- source: `steps.load` in [steps.py:1]({of.uri('steps.py')}#L1)\n"
            f"- product: [out/data.csv]({of.uri('out/data.csv')})\n"
            f"- downstream: [report]({of.uri('pipeline.yaml')}#L5)"
        )
        assert place_of(of, "pipeline.yaml", found) == "pipeline.yaml:2:lo🙂ad"
        found = await hover(of, "report.py", 'upstream["lo🙂|ad"]')
        assert place_of(of, "report.py", found) == "report.py:6:lo🙂ad"
        assert text_of(found).endswith("1 row, 2 columns\n\n| a   | b   |\n| --- | --- |\n| 1   | 2   |")
        found = await hover(of, "report.py", '"🙂", d|epth')
        assert place_of(of, "report.py", found) == "report.py:6:depth"
        assert "- value: `3`, a number" in text_of(found)


async def test_a_client_that_shows_no_markdown_gets_plain_text(folder: Path) -> None:
    async with editor(folder, BARE) as of:
        of.open("pipeline.yaml")
        found = await hover(of, "pipeline.yaml", "{{o|ut}}")
        assert found is not None
        assert found.contents == types.MarkupContent(
            types.MarkupKind.PlainText,
            "out · placeholder\n\nvalue: out\nfrom:  env.yaml:1\nused:  once, by lo🙂ad",
        )


async def test_the_reason_is_that_of_status(folder: Path) -> None:
    async with editor(folder) as of:
        of.open("pipeline.yaml")
        await of.run_task("lo🙂ad")
        (folder / "steps.py").write_text(STEPS + "    open(product, 'w')\n", encoding="utf-8")
        of.touched("steps.py")
        await of.quiet()
        found = text_of(await hover(of, "pipeline.yaml", "lo🙂a|d"))
        reason = found.split("\n\n")[1]
    status = os.popen(f'cd "{folder}" && "{PIPELENS}" status').read()
    assert reason.split(" · ")[0].removeprefix("● ") in status
    assert "· last run" in reason


async def test_half_typed_text_is_told_of_from_what_was_read_before(folder: Path) -> None:
    async with editor(folder) as of:
        of.open("pipeline.yaml")
        assert await hover(of, "pipeline.yaml", "source: steps.l|oad") is not None
        broken = PIPELINE.replace('"{{out}}/data.csv"', '"{{out}}/data.csv')
        of.rewrite("pipeline.yaml", broken)
        assert text_of(await hover(of, "pipeline.yaml", "source: steps.l|oad")).startswith("**lo🙂ad** ·")
        assert text_of(await hover(of, "pipeline.yaml", "{{o|ut}}")).startswith("**out** · placeholder")
        of.rewrite("pipeline.yaml", "")
        assert await hover(of, "pipeline.yaml", "source: steps.l|oad") is None


async def test_keys_are_explained_unless_another_server_does_it(folder: Path) -> None:
    async with editor(folder) as of:
        of.open("pipeline.yaml")
        assert text_of(await hover(of, "pipeline.yaml", "par|ams:")).startswith("**params** · key of a task")
    async with editor(folder, options={"yamlServer": True}) as of:
        of.open("pipeline.yaml")
        assert await hover(of, "pipeline.yaml", "par|ams:") is None
        assert text_of(await hover(of, "pipeline.yaml", "dep|th: 3")).startswith("**depth** · param")
    async with editor(folder, options={"yamlServer": True}, settings={"keyCompletion": "on"}) as of:
        of.open("pipeline.yaml")
        await of.diagnostics("pipeline.yaml")
        assert text_of(await hover(of, "pipeline.yaml", "par|ams:")).startswith("**params** · key of a task")


async def test_what_is_not_ours_stays_silent(folder: Path) -> None:
    (folder / "other.py").write_text("load = 1\n")
    async with editor(folder) as of:
        of.open("pipeline.yaml")
        of.open("report.py")
        of.open("other.py")
        assert await hover(of, "report.py", "pri|nt") is None
        assert await hover(of, "other.py", "lo|ad") is None


async def test_a_source_of_two_pipelines_is_told_of_for_each(folder: Path) -> None:
    other = PIPELINE.replace("depth: 3", "depth: 4")
    (folder / "pipeline.other.yaml").write_text(other, encoding="utf-8")
    async with editor(folder) as of:
        for name in ("pipeline.yaml", "pipeline.other.yaml", "report.py"):
            of.open(name)
        found = text_of(await hover(of, "report.py", '"🙂", d|epth'))
        first, second = found.split("\n\n---\n\n")
        assert {value for value in ("`3`", "`4`") if value in first} != {
            value for value in ("`3`", "`4`") if value in second
        }
        assert second.startswith("In [pipeline")
        same = text_of(await hover(of, "report.py", "dep|th = 1"))
        assert same.count("param of report") == 2


async def test_before_trust_no_state_is_looked_up_and_no_product_outside_is_read(folder: Path) -> None:
    (folder.parent / "secret.csv").write_text("user,password\nme,hidden\n")
    text = PIPELINE.replace("{{out}}/data.csv", "../secret.csv")
    (folder / "pipeline.yaml").write_text(text, encoding="utf-8")
    async with editor(folder, options={"trusted": False}) as of:
        of.open("pipeline.yaml")
        task = text_of(await hover(of, "pipeline.yaml", "lo🙂a|d"))
        assert "stale" not in task
        product = text_of(await hover(of, "pipeline.yaml", "../sec|ret"))
        assert "hidden" not in product
        assert "not trusted" in product


async def test_a_cell_of_a_notebook_is_told_of_at_its_own_place(folder: Path) -> None:
    cells = [
        ("code", 'upstream = ["lo🙂ad"]\nproduct = None\ndepth = 1\n', ["parameters"]),
        ("code", 'x = 1\nprint("🙂", depth, upstream["lo🙂ad"])\n'),
    ]
    (folder / "report.ipynb").write_text(notebook_json(*cells), encoding="utf-8")  # pyright: ignore
    pipeline = PIPELINE.replace("report.py", "report.ipynb")
    (folder / "pipeline.yaml").write_text(pipeline, encoding="utf-8")
    async with editor(folder, "visual-studio-code", encodings=["utf-16"]) as of:
        of.open("pipeline.yaml")
        notebook = OpenNotebook(of, "report.ipynb")
        document = types.TextDocumentIdentifier(notebook.cell(1))
        found = await of.client.text_document_hover_async(types.HoverParams(document, types.Position(1, 13)))
        assert found is not None
        assert found.range == types.Range(types.Position(1, 12), types.Position(1, 17))
        assert f"- default: `1` in [report.ipynb]({of.uri('report.ipynb')})" in text_of(found)
    async with editor(folder, "neovim") as of:
        of.open("pipeline.yaml")
        of.open("report.ipynb")
        found = await hover(of, "report.ipynb", 'upstream[\\"lo🙂|ad\\"]')
        assert text_of(found).startswith("**lo🙂ad** · function")
        assert place_of(of, "report.ipynb", found).endswith(":lo🙂ad")


# -- previews of products


async def preview(of: Editor, uri: str) -> Any:
    return await of.client.protocol.send_request_async("pipelens/productPreview", {"uri": uri})


async def test_a_product_of_a_pipeline_is_shown(folder: Path) -> None:
    async with editor(folder) as of:
        of.open("pipeline.yaml")
        found = await preview(of, of.uri("out/data.csv"))
        assert found.markdown.startswith(f"**data.csv** · product of [lo🙂ad]({of.uri('pipeline.yaml')}#L2)")
        assert "| 1   | 2   |" in found.markdown


async def test_no_other_file_is_shown(folder: Path) -> None:
    async with editor(folder) as of:
        of.open("pipeline.yaml")
        for uri in (of.uri("env.yaml"), "file:///etc/passwd", "untitled:1", "", "file:///%00"):
            assert await preview(of, uri) is None
        assert await of.client.protocol.send_request_async("pipelens/productPreview", {}) is None
        assert await of.client.protocol.send_request_async("pipelens/productPreview", [1]) is None


async def test_a_picture_is_linked_in_vs_code_once_trusted(folder: Path) -> None:
    (folder / "out" / "data.csv").unlink()
    text = PIPELINE.replace("data.csv", "plot.png")
    (folder / "pipeline.yaml").write_text(text, encoding="utf-8")
    (folder / "out" / "plot.png").write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x20\0\0\0\x10")
    for options, linked in (
        ({"client": "vscode"}, True),
        ({}, False),
        ({"client": "vscode", "trusted": False}, False),
    ):
        async with editor(folder, options=options) as of:
            of.open("pipeline.yaml")
            found = await preview(of, of.uri("out/plot.png"))
            assert "PNG picture, 32 × 16 pixels" in found.markdown
            assert ("![PNG picture](file://" in found.markdown) is linked
