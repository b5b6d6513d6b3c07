"""Diagnostics as editors get them."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit

from lsprotocol import types

from tests.lsp.conftest import PIPELINE, STEPS
from tests.lsp.editor import editor


async def test_a_mistake_is_shown_where_it_is_and_goes_when_it_is_corrected(
    project: Path, any_editor: str
) -> None:
    (project / "pipeline.yaml").write_text(PIPELINE.replace("product: out/fit", "prodct: out/fit"))
    async with editor(project, any_editor) as it:
        it.open("pipeline.yaml")
        found = await it.diagnostics("pipeline.yaml")
        [unknown] = [one for one in found if one.code == "unknown-key"]
        assert unknown.range == types.Range(types.Position(4, 4), types.Position(4, 10))
        assert unknown.source == "pipelens"
        assert unknown.severity == types.DiagnosticSeverity.Error
        assert "product" in unknown.message
        version = it.type("pipeline.yaml", 4, 4, 10, "product")
        await it.shows("pipeline.yaml")
        assert it.published[-1].version == version


async def test_opening_a_source_shows_the_problems_of_the_whole_pipeline(project: Path) -> None:
    (project / "pipeline.yaml").write_text(PIPELINE.replace("steps.load", "steps.lod"))
    async with editor(project) as it:
        it.open("steps.py")
        assert await it.diagnostics("pipeline.yaml")
        assert it.codes("pipeline.yaml")


async def test_an_edit_of_an_open_source_counts_at_once(project: Path) -> None:
    async with editor(project) as it:
        it.open("pipeline.yaml")
        it.open("steps.py")
        await it.shows("pipeline.yaml")
        it.rewrite("steps.py", STEPS.replace('upstream["load"]', 'upstream["lod"]'))
        await it.until(lambda: "unknown-upstream" in it.codes("steps.py"))
        [found] = [one for one in await it.diagnostics("steps.py") if one.code == "unknown-upstream"]
        assert found.range == types.Range(types.Position(9, 44), types.Position(9, 47))
        it.close("steps.py")
        await it.shows("steps.py")


async def test_a_broken_entry_darkens_no_other(project: Path) -> None:
    async with editor(project) as it:
        it.open("pipeline.yaml")
        await it.shows("pipeline.yaml")
        it.type("pipeline.yaml", 1, 10, 22, "[steps.load")
        await it.until(lambda: bool(it.codes("pipeline.yaml")))
        assert (3, "▶ Run") in await it.titles("pipeline.yaml")


async def test_only_files_whose_problems_changed_are_sent_again(project: Path) -> None:
    (project / "steps.py").write_text(STEPS.replace('upstream["load"]', 'upstream["lod"]'))
    async with editor(project) as it:
        it.open("pipeline.yaml")
        await it.until(lambda: "unknown-upstream" in it.codes("steps.py"))
        await it.shows("pipeline.yaml")
        before = len(it.published)
        it.type("pipeline.yaml", 4, 17, 24, "other.txt")
        await it.quiet()
        assert len(it.published) == before


async def test_a_change_on_the_disk_is_heard_of(project: Path, any_editor: str) -> None:
    async with editor(project, any_editor) as it:
        it.open("pipeline.yaml")
        await it.shows("pipeline.yaml")
        (project / "steps.py").write_text(STEPS.replace("def load", "def lode"))
        it.touched("steps.py")
        await it.until(lambda: bool(it.codes("pipeline.yaml")))
        (project / "steps.py").write_text(STEPS)
        it.save("pipeline.yaml")
        await it.shows("pipeline.yaml")


async def test_changes_on_the_disk_are_asked_for_where_the_client_can_tell_them(project: Path) -> None:
    async with editor(project, "visual-studio-code") as it:
        wanted = "workspace/didChangeWatchedFiles"
        await it.until(lambda: wanted in [one.method for one in it.registered])


async def test_columns_are_counted_as_the_client_counts(project: Path) -> None:
    text = PIPELINE.replace("product: out/fit.txt", 'params: {"🎈é": 1}\n    product: out/fit.txt')
    text = text.replace('{"🎈é": 1}', '{"🎈é": 1, nmae: "{{missing}}"}')
    columns: dict[str, int] = {}
    for encoding in ("utf-8", "utf-16", "utf-32"):
        async with editor(project, encodings=[encoding]) as it:
            assert it.result.capabilities.position_encoding == encoding
            it.open("pipeline.yaml", text)
            await it.until(lambda: "undefined-placeholder" in it.codes("pipeline.yaml"))
            [found] = [
                one for one in await it.diagnostics("pipeline.yaml") if one.code == "undefined-placeholder"
            ]
            line = text.splitlines()[found.range.start.line]
            columns[encoding] = found.range.start.character
            # An edit in those columns meets the same place.
            start, end = found.range.start, found.range.end
            it.change(
                "pipeline.yaml", types.TextDocumentContentChangePartial(types.Range(start, end), "root")
            )
            await it.until(lambda: "undefined-placeholder" not in it.codes("pipeline.yaml"))
    offset = columns["utf-32"]
    assert columns["utf-16"] == len(line[:offset].encode("utf-16-le")) // 2
    assert columns["utf-8"] == len(line[:offset].encode("utf-8"))
    assert len(set(columns.values())) == 3


async def test_related_places_and_faded_text_reach_the_client(project: Path) -> None:
    (project / "pipeline.yaml").write_text(
        PIPELINE + "  - source: steps.load\n    name: load\n    product: out/other.txt\n"
    )
    async with editor(project) as it:
        it.open("pipeline.yaml")
        found = await it.diagnostics("pipeline.yaml")
        assert any(one.related_information for one in found)


async def test_a_pipeline_file_of_another_tool_shows_nothing(project: Path) -> None:
    (project / "pipeline.yaml").write_text("apiVersion: tekton.dev/v1\nkind: Pipeline\nspec: {}\n")
    async with editor(project) as it:
        it.open("pipeline.yaml")
        await it.quiet()
        assert it.codes("pipeline.yaml") == []
        assert await it.lenses("pipeline.yaml") == []


async def test_a_python_file_that_no_pipeline_uses_is_left_alone(project: Path) -> None:
    (project / "other.py").write_text("import nothing_at_all\n")
    async with editor(project) as it:
        it.open("other.py")
        await it.quiet()
        assert it.published == []
        assert await it.lenses("other.py") == []


async def test_a_deleted_pipeline_takes_its_problems_along(project: Path) -> None:
    (project / "pipeline.yaml").write_text(PIPELINE.replace("steps.load", "steps.lod"))
    async with editor(project) as it:
        it.open("pipeline.yaml")
        await it.until(lambda: bool(it.codes("pipeline.yaml")))
        it.close("pipeline.yaml")
        (project / "pipeline.yaml").unlink()
        it.touched("pipeline.yaml")
        await it.shows("pipeline.yaml")


async def test_a_code_links_to_its_page_in_a_file_that_is_there(project: Path, tmp_path: Path) -> None:
    (project / "pipeline.yaml").write_text(PIPELINE.replace("product: out/fit", "prodct: out/fit"))
    async with editor(project, "visual-studio-code", XDG_CACHE_HOME=str(tmp_path / "cache")) as it:
        it.open("pipeline.yaml")
        found = await it.diagnostics("pipeline.yaml")
        [unknown] = [one for one in found if one.code == "unknown-key"]
        assert unknown.code_description is not None
        page, _, anchor = unknown.code_description.href.partition("#")
        assert anchor == "unknown-key"
        path = Path(unquote(urlsplit(page).path))
        await it.until(path.is_file)
        assert f"## {anchor}\n" in path.read_text(encoding="utf-8")


async def test_problems_below_a_new_line_move_with_it(project: Path) -> None:
    (project / "pipeline.yaml").write_text(PIPELINE.replace("product: out/fit", "prodct: out/fit"))
    async with editor(project) as it:
        it.open("pipeline.yaml")
        before = {str(one.code): one.range.start.line for one in await it.diagnostics("pipeline.yaml")}
        version = it.type("pipeline.yaml", 1, 0, 0, "# a comment\n")
        await it.until(lambda: it.published[-1].version == version)
        after = {str(one.code): one.range.start.line for one in await it.diagnostics("pipeline.yaml")}
        assert after == {code: line + 1 for code, line in before.items()}
