"""The outline of a document and the tasks of a workspace."""

from __future__ import annotations

from pathlib import Path

from lsprotocol import types

from tests.lsp.editor import Editor, editor

PIPELINE = """\
tasks:
  - source: load.py
    name: lo🙂ad
    product: {nb: out/load.ipynb, data: out/data.csv}
    params: {sample: 3}
  - source: steps.fit
    product: out/fit.txt
  - source: steps.try_
    name: "try-[[x]]"
    product: out/try.txt
    grid: {x: [1, 2]}
"""
STEPS = "def fit(product, upstream=None):\n    pass\n\n\ndef try_(product, x):\n    pass\n"


def pipeline(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    root.mkdir()
    (root / "pipeline.yaml").write_text(PIPELINE, encoding="utf-8")
    (root / "load.py").write_text('# %% tags=["parameters"]\nupstream = None\n\n# %%\n1\n')
    (root / "steps.py").write_text(STEPS)
    return root


async def symbols(at: Editor, name: str = "pipeline.yaml") -> list[object]:
    document = types.TextDocumentIdentifier(at.uri(name))
    found = await at.client.text_document_document_symbol_async(types.DocumentSymbolParams(document))
    return list(found or ())


async def test_the_outline_shows_tasks_with_their_state_and_what_they_make_and_take(tmp_path: Path) -> None:
    async with editor(pipeline(tmp_path), "visual-studio-code") as at:
        at.open("pipeline.yaml")
        load, fit, grid = await symbols(at)
        assert isinstance(load, types.DocumentSymbol)
        assert isinstance(fit, types.DocumentSymbol)
        assert isinstance(grid, types.DocumentSymbol)
        assert (load.name, load.kind, load.detail) == ("lo🙂ad", types.SymbolKind.Class, "○ never run")
        assert [(child.name, child.kind) for child in load.children or ()] == [
            ("nb", types.SymbolKind.File),
            ("data", types.SymbolKind.File),
            ("sample", types.SymbolKind.Variable),
        ]
        assert load.selection_range == types.Range(types.Position(2, 10), types.Position(2, 16))
        assert (load.range.start.line, load.range.end.line) == (1, 4)
        assert (fit.name, fit.kind) == ("fit", types.SymbolKind.Function)
        assert (grid.name, grid.detail) == ("try-1", "2 tasks")
        assert [child.name for child in grid.children or ()] == ["try-1", "try-2"]


async def test_a_client_without_trees_is_given_a_flat_list(tmp_path: Path) -> None:
    async with editor(pipeline(tmp_path), "bare") as at:
        at.open("pipeline.yaml")
        found = await symbols(at)
        told = [(one.name, one.container_name) for one in found if isinstance(one, types.SymbolInformation)]
        assert told[:4] == [("lo🙂ad", None), ("nb", "lo🙂ad"), ("data", "lo🙂ad"), ("sample", "lo🙂ad")]


async def test_the_outline_follows_an_edit_and_survives_a_broken_entry(tmp_path: Path) -> None:
    async with editor(pipeline(tmp_path), "visual-studio-code") as at:
        at.open("pipeline.yaml")
        await symbols(at)
        at.type("pipeline.yaml", 0, 0, 0, "# above\n\n")
        found = await symbols(at)
        assert [one.selection_range.start.line for one in found if isinstance(one, types.DocumentSymbol)] == [
            4,
            7,
            10,
        ]
        at.type("pipeline.yaml", 4, 4, 4, "[")
        found = await symbols(at)
        assert [one.name for one in found if isinstance(one, types.DocumentSymbol)][1:] == ["fit", "try-1"]


async def test_sources_are_left_to_their_own_servers(tmp_path: Path) -> None:
    async with editor(pipeline(tmp_path), "visual-studio-code") as at:
        at.open("pipeline.yaml")
        at.open("steps.py")
        assert await symbols(at, "steps.py") == []


async def test_tasks_of_pipelines_that_are_not_open_are_found_by_some_letters(tmp_path: Path) -> None:
    root = pipeline(tmp_path)
    other = root / "other"
    other.mkdir()
    (other / "pipeline.yaml").write_text("tasks:\n  - source: fitness.py\n    product: out.ipynb\n")
    async with editor(root) as at:
        found = await at.client.workspace_symbol_async(types.WorkspaceSymbolParams("ft"))
        told = [(one.name, one.container_name, one.location.uri) for one in found or ()]
        assert told == [
            ("fit", "pipeline.yaml", at.uri("pipeline.yaml")),
            ("fitness", "other/pipeline.yaml", at.uri("other/pipeline.yaml")),
        ]


async def test_no_more_than_two_hundred_tasks_are_told(tmp_path: Path) -> None:
    root = tmp_path / "project"
    root.mkdir()
    tasks = "".join(f"  - source: t{n}.py\n    product: out/t{n}.ipynb\n" for n in range(300))
    (root / "pipeline.yaml").write_text(f"tasks:\n{tasks}")
    async with editor(root) as at:
        found = await at.client.workspace_symbol_async(types.WorkspaceSymbolParams(""))
        assert len(found or ()) == 200


async def test_the_outline_of_a_long_pipeline_follows_edits_as_a_new_one_tells_it(tmp_path: Path) -> None:
    root = pipeline(tmp_path)
    entry = "  - source: steps.fit\n    name: n{0}\n    product: out/{0}%20.txt\n"
    text = "tasks:\n" + "".join(entry.format(number) for number in range(150))
    (root / "pipeline.yaml").write_text(text)
    edits = [
        (62, 63, ["    name: renamed\n"]),
        (0, 0, ["# a line above all\n"]),
        (101, 107, []),  # two entries go
        (230, 230, entry.format("new").splitlines(keepends=True)),
        (2, 3, ["  - source: steps.fit # one that is longer\n", "\n"]),
    ]
    async with editor(root, "visual-studio-code") as at:
        at.open("pipeline.yaml")
        await symbols(at)
        lines = text.splitlines(keepends=True)
        for first, last, come in edits:
            lines[first:last] = come
            at.rewrite("pipeline.yaml", "".join(lines))
            warm = await symbols(at)
            (root / "pipeline.yaml").write_text("".join(lines))
            async with editor(root, "visual-studio-code") as fresh:
                fresh.open("pipeline.yaml")
                assert warm == await symbols(fresh)
