"""What the user sets in the editor: asked for, told, live, by folder; mistakes are told once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types

from pipelens.lsp.client_settings import ClientSettings, read_client_settings, section_of
from pipelens.protocol.settings import CLIENT_SETTINGS, SETTINGS
from tests.lsp.conftest import PIPELINE
from tests.lsp.editor import editor

UNUSED = PIPELINE.replace("product: out/fit.txt", "product: out/fit.txt\n    prodct: 1")


def read(told: object, trusted: bool = True) -> tuple[ClientSettings, tuple[str, ...]]:
    found = read_client_settings(section_of(told), trusted=trusted)
    return found.settings, found.faults


@pytest.mark.parametrize(
    "told",
    [
        {"pipelens": {"quietPeriod": 5, "keyCompletion": "off"}},
        {"pipelens.quietPeriod": 5, "pipelens.keyCompletion": "off"},
        {"quietPeriod": 5, "keyCompletion": "off"},
    ],
    ids=["nested", "flat", "the section alone"],
)
def test_settings_are_read_in_every_form_that_clients_tell_them(told: object) -> None:
    assert read(told) == (ClientSettings(quiet_period=5, key_completion="off"), ())


@pytest.mark.parametrize("told", [None, 3, [], "x", {}, {"pipelens": None}, {"other": {"quietPeriod": 3}}])
def test_what_tells_nothing_of_ours_leaves_the_defaults(told: object) -> None:
    assert read(told) == (ClientSettings(), ())


def test_the_defaults_of_the_table_are_those_of_the_server() -> None:
    told = {setting.name: setting.default for setting in SETTINGS}
    assert read(told) == (ClientSettings(), ())


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("quietPeriod", "fast", ["pipelens.quietPeriod", "'fast'", "milliseconds", "10,000"]),
        ("quietPeriod", -1, ["-1"]),
        ("quietPeriod", float("nan"), ["nan"]),
        ("quietPeriod", True, ["True"]),
        ("typingPause", 10**9, ["60,000"]),
        ("keyCompletion", "atuo", ["'auto', 'on', 'off'", "did you mean 'auto'"]),
        ("interpreter", ["python"], ["a text"]),
        ("codeLens", "no", ["pipelens.codeLens", "true or false"]),
        ("inlayHints", 0, ["true or false"]),
        ("severity", "off", ["object of problem codes"]),
        ("severity", {"unused-param": 3}, ["'unused-param'", "'error'"]),
        ("severity", {"unknown-kye": "off"}, ["unknown-key"]),
        ("quitePeriod", 3, ["no setting pipelens.quitePeriod", "pipelens.quietPeriod"]),
        ("keyCompletion", "x" * 10_000, ["…"]),
    ],
)
def test_a_bad_value_is_told_with_its_remedy_and_the_others_hold(
    name: str, value: Any, words: list[str]
) -> None:
    found, faults = read({"pipelens": {"typingPause": 0, name: value}})
    assert len(faults) == 1
    assert all(word in faults[0] for word in words), faults[0]
    assert len(faults[0]) < 400
    assert found.quiet_period == 20
    assert found.typing_pause == (0 if name != "typingPause" else 500)


def test_settings_of_other_parts_of_a_client_are_none_of_ours() -> None:
    assert read({"pipelens": {"trace.server": "verbose", "colours": 3}})[1] == ()


def test_settings_that_the_client_reads_are_not_taken_for_misspelled_ones() -> None:
    told = {setting.name: setting.default for setting in CLIENT_SETTINGS}
    nested = {name.partition(".")[0]: {name.partition(".")[2]: 3} for name in told}
    assert read({"pipelens": told}) == read({"pipelens": nested}) == (ClientSettings(), ())


def test_a_setting_that_names_a_program_waits_for_trust() -> None:
    told = {"pipelens": {"interpreter": "/x/python", "quietPeriod": 1}}
    assert read(told, trusted=False)[0] == ClientSettings(quiet_period=1)
    assert read(told)[0].interpreter == "/x/python"


async def test_severities_are_asked_for_and_followed_live(project: Path, any_editor: str) -> None:
    (project / "pipeline.yaml").write_text(UNUSED)
    async with editor(project, any_editor, settings={"severity": {"unknown-key": "off"}}) as it:
        it.open("pipeline.yaml")
        await it.shows("pipeline.yaml")
        it.configure({"severity": {"unknown-key": "hint"}})
        await it.shows("pipeline.yaml", "unknown-key")
        [found] = it.client.diagnostics[it.uri("pipeline.yaml")]
        assert found.severity == types.DiagnosticSeverity.Hint
        it.configure({"severity": {"unknown-key": "bad"}})
        await it.until(lambda: it.severities("pipeline.yaml") == [types.DiagnosticSeverity.Error])
        it.configure({"severity": {"unknown-key": "bad"}, "quietPeriod": 30})
        await it.quiet()
        assert len([text for text in it.said if "'bad'" in text]) == 1


async def test_a_client_that_cannot_be_asked_tells_them(project: Path) -> None:
    (project / "pipeline.yaml").write_text(UNUSED)
    options = {"settings": {"severity": {"unknown-key": "off"}}}
    async with editor(project, "bare", options=options) as it:
        it.open("pipeline.yaml")
        await it.shows("pipeline.yaml")
        for told in ({"pipelens": {"severity": {}}}, {"pipelens.severity": {"unknown-key": "info"}}):
            it.client.workspace_did_change_configuration(types.DidChangeConfigurationParams(told))
            await it.shows("pipeline.yaml", "unknown-key")
        await it.until(lambda: it.severities("pipeline.yaml") == [types.DiagnosticSeverity.Information])


async def test_the_user_counts_before_the_settings_of_the_project(project: Path) -> None:
    (project / "pipeline.yaml").write_text(UNUSED)
    (project / "pipelens.toml").write_text('[severity]\nunknown-key = "off"\n')
    async with editor(project, "visual-studio-code") as it:
        it.open("pipeline.yaml")
        await it.shows("pipeline.yaml")
        it.configure({"severity": {"unknown-key": "warning"}})
        await it.shows("pipeline.yaml", "unknown-key")


async def test_each_workspace_folder_has_settings_of_its_own(project: Path) -> None:
    (project / "pipeline.yaml").write_text(UNUSED)
    other = project.parent / "other"
    other.mkdir()
    for name in ("pipeline.yaml", "steps.py"):
        (other / name).write_text((project / name).read_text())
    own = {other: {"severity": {"unknown-key": "off"}}}
    async with editor(project, "visual-studio-code", more=[other], folder_settings=own) as it:
        it.open("pipeline.yaml")
        it.open("../other/pipeline.yaml")
        await it.shows("pipeline.yaml", "unknown-key")
        await it.shows("../other/pipeline.yaml")


async def test_the_quiet_period_is_the_one_that_is_set_now(project: Path) -> None:
    async with editor(project, "visual-studio-code", settings={"quietPeriod": 0}) as it:
        it.open("pipeline.yaml")
        await it.shows("pipeline.yaml")
        it.configure({"quietPeriod": 10_000})
        await it.quiet()
        version = it.rewrite("pipeline.yaml", UNUSED)
        await it.quiet()
        assert it.codes("pipeline.yaml") == []
        it.configure({"quietPeriod": 0})
        await it.shows("pipeline.yaml", "unknown-key")
        assert it.published[-1].version == version


async def test_a_workspace_without_trust_takes_no_interpreter(project: Path) -> None:
    python = {"interpreter": "/nowhere/python"}
    async with editor(project, "visual-studio-code", options={"trusted": False}, settings=python) as it:
        it.open("pipeline.yaml")
        await it.shows("pipeline.yaml")
        assert not [text for text in it.said if "python" in text]


async def test_lenses_and_hints_are_switched_off_and_on_again(project: Path) -> None:
    """Live, and the editor is asked to draw them anew."""
    pipeline = PIPELINE.replace("out/fit.txt", "'{{folder}}/fit.txt'")
    (project / "pipeline.yaml").write_text(pipeline)
    (project / "env.yaml").write_text("folder: out\n")
    every = types.Range(types.Position(0, 0), types.Position(100, 0))
    async with editor(project, "visual-studio-code") as it:
        it.open("pipeline.yaml")
        await it.shows("pipeline.yaml")
        await it.quiet()
        asked: list[object] = []

        @it.client.feature(types.WORKSPACE_INLAY_HINT_REFRESH)
        def refresh(params: Any) -> None:
            asked.append(params)

        async def shown() -> tuple[bool, bool]:
            document = types.TextDocumentIdentifier(it.uri("pipeline.yaml"))
            hints = await it.client.text_document_inlay_hint_async(types.InlayHintParams(document, every))
            return bool(await it.lenses("pipeline.yaml")), bool(hints)

        assert await shown() == (True, True)
        before = it.refreshes
        it.configure({"codeLens": False})
        await it.until(lambda: it.refreshes > before)
        assert await shown() == (False, True)
        before = it.refreshes
        it.configure({"inlayHints": False})  # and so lenses are on again
        await it.until(lambda: it.refreshes > before and bool(asked))
        assert await shown() == (True, False)
