"""Definition, declaration, references, highlights and links, asked for by editors."""

from __future__ import annotations

from pathlib import Path

import pytest
from lsprotocol import types

from tests.lsp.carets import caret, shown
from tests.lsp.editor import Editor, editor

PIPELINE = """\
on_finish: steps.told
tasks:
  - source: load.py
    name: lo🙂ad
    product: {nb: out/load.ipynb, data: "{{out}}/data.csv"}
    params:
      sample: 3
  - source: steps.fit
    product: out/fit.txt
  - source: report.py
    product: out/report.ipynb
"""
ENV = "out: results\n"
LOAD = """\
# %% tags=["parameters"]
upstream = None
product = None
sample = 1

# %%
"🙂", sample; open(product["data"])
"""
STEPS = """\
def told(product):
    pass


def fit(product, upstream):
    return upstream["lo🙂ad"]["data"]
"""
REPORT = """\
# %% tags=["parameters"]
upstream = ["fit", "lo*"]

# %%
upstream["fit"], upstream["lo*"]["lo🙂ad"]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    root.mkdir()
    texts = {
        "pipeline.yaml": PIPELINE,
        "env.yaml": ENV,
        "load.py": LOAD,
        "steps.py": STEPS,
        "report.py": REPORT,
    }
    for name, text in texts.items():
        (root / name).write_text(text, encoding="utf-8")
    return root


async def defined(of: Editor, name: str, mark: str, declaration: bool = False) -> list[str]:
    place = caret(of, name, mark)
    ask = (
        of.client.text_document_declaration_async if declaration else of.client.text_document_definition_async
    )
    kind = types.DeclarationParams if declaration else types.DefinitionParams
    found = await ask(kind(place.text_document, place.position))
    told: list[str] = []
    for one in found or ():
        if isinstance(one, types.LocationLink):
            told.append(shown(of, one.target_uri, one.target_selection_range))
        else:
            told.append(shown(of, one.uri, one.range))
    return told


async def referred(of: Editor, name: str, mark: str, declarations: bool = True) -> list[str]:
    place = caret(of, name, mark)
    params = types.ReferenceParams(types.ReferenceContext(declarations), place.text_document, place.position)
    found = await of.client.text_document_references_async(params)
    return sorted(shown(of, one.uri, one.range) for one in found or ())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
async def test_names_lead_to_what_they_name_in_every_encoding(folder: Path, encoding: str) -> None:
    async with editor(folder, encodings=[encoding]) as open_editor:
        open_editor.open("pipeline.yaml")
        open_editor.open("load.py")
        at = open_editor
        assert await defined(at, "steps.py", 'upstream["lo|🙂ad"]') == ["pipeline.yaml:3:lo🙂ad"]
        assert await defined(at, "steps.py", '["da|ta"]') == ["pipeline.yaml:4:data"]
        assert await defined(at, "report.py", 'upstream["f|it"]') == ["pipeline.yaml:7:steps.fit"]
        assert await defined(at, "report.py", '"lo|*"]\n') == ["pipeline.yaml:3:lo🙂ad"]
        assert await defined(at, "pipeline.yaml", "name: l|o") == ["load.py:0:"]
        assert await defined(at, "pipeline.yaml", "source: load|.py") == ["load.py:0:"]
        assert await defined(at, "pipeline.yaml", "steps.f|it") == ["steps.py:4:fit"]
        assert await defined(at, "pipeline.yaml", "st|eps.fit") == ["steps.py:0:"]
        assert await defined(at, "pipeline.yaml", "steps.to|ld") == ["steps.py:0:told"]
        assert await defined(at, "pipeline.yaml", "{{o|ut") == ["env.yaml:0:out"]
        assert await defined(at, "pipeline.yaml", "sam|ple") == ["load.py:3:sample"]
        assert await defined(at, "load.py", "sam|ple; open") == ["pipeline.yaml:6:sample"]
        assert await defined(at, "load.py", 'product["da|ta"]') == ["pipeline.yaml:4:data"]


async def test_a_declaration_is_the_sources_own_word(folder: Path) -> None:
    async with editor(folder) as at:
        at.open("pipeline.yaml")
        assert await defined(at, "report.py", 'upstream["f|it"]', True) == ["report.py:1:fit"]
        assert await defined(at, "load.py", "sam|ple; open", True) == ["load.py:3:sample"]
        assert await defined(at, "steps.py", '["da|ta"]', True) == ["pipeline.yaml:4:data"]


async def test_references_are_found_in_files_that_are_not_open(folder: Path) -> None:
    async with editor(folder) as at:
        at.open("pipeline.yaml")
        assert await referred(at, "pipeline.yaml", "name: l|o") == [
            "pipeline.yaml:3:lo🙂ad",
            "report.py:1:lo*",
            "report.py:4:lo*",
            "report.py:4:lo🙂ad",
            "steps.py:5:lo🙂ad",
        ]
        assert await referred(at, "pipeline.yaml", "da|ta:", False) == ["load.py:6:data", "steps.py:5:data"]
        assert await referred(at, "pipeline.yaml", "sam|ple") == [
            "load.py:3:sample",
            "load.py:6:sample",
            "pipeline.yaml:6:sample",
        ]
        assert await referred(at, "env.yaml", "o|ut") == ["env.yaml:0:out", "pipeline.yaml:4:out"]
        assert await referred(at, "pipeline.yaml", "steps.f|it") == [
            "pipeline.yaml:7:steps.fit",
            "steps.py:4:fit",
        ]


async def test_highlights_stay_in_the_file(folder: Path) -> None:
    async with editor(folder) as at:
        at.open("pipeline.yaml")
        at.open("load.py")
        place = caret(at, "load.py", "sam|ple; open")
        found = await at.client.text_document_document_highlight_async(
            types.DocumentHighlightParams(place.text_document, place.position)
        )
        lines = [(one.range.start.line, one.kind) for one in found or ()]
        assert lines == [(3, types.DocumentHighlightKind.Write), (6, types.DocumentHighlightKind.Read)]


async def test_nothing_is_said_of_what_is_not_ours(folder: Path) -> None:
    async with editor(folder) as at:
        at.open("pipeline.yaml")
        at.open("load.py")
        assert await defined(at, "load.py", "op|en(") == []
        assert await referred(at, "load.py", "op|en(") == []
        assert await referred(at, "pipeline.yaml", "ta|sks:") == []


async def test_a_client_without_links_is_given_locations(folder: Path, any_editor: str) -> None:
    async with editor(folder, any_editor) as at:
        at.open("pipeline.yaml")
        assert await defined(at, "pipeline.yaml", "source: load|.py") == ["load.py:0:"]


async def test_links_lead_to_files_that_exist(folder: Path) -> None:
    (folder / "base.yaml").write_text("deep: 1\n")
    (folder / "env.yaml").write_text("meta:\n  import_from: base.yaml\nout: results\n")
    (folder / "out").mkdir()
    (folder / "out" / "fit.txt").write_text("1")
    async with editor(folder, "visual-studio-code") as at:
        at.open("pipeline.yaml")
        at.open("env.yaml")

        async def links(name: str) -> list[tuple[str, str, str | None]]:
            params = types.DocumentLinkParams(types.TextDocumentIdentifier(at.uri(name)))
            found = await at.client.text_document_document_link_async(params)
            return [
                (shown(at, at.uri(name), one.range), (one.target or "").rsplit("/", 1)[1], one.tooltip)
                for one in found or ()
            ]

        assert await links("pipeline.yaml") == [
            ("pipeline.yaml:2:load.py", "load.py", "the source of 'lo🙂ad'"),
            ("pipeline.yaml:7:steps.fit", "steps.py#L5", "the source of 'fit'"),
            ("pipeline.yaml:8:out/fit.txt", "fit.txt", "the product of 'fit'"),
            ("pipeline.yaml:9:report.py", "report.py", "the source of 'report'"),
            ("pipeline.yaml:0:steps.told", "steps.py#L1", "steps.told"),
        ]
        assert await links("env.yaml") == [("env.yaml:1:base.yaml", "base.yaml", "the env that is imported")]
