"""What a failed task recorded, in clients that have no debugger: a page, a lens, an action, the past runs."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Sequence
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Union
from urllib.parse import unquote, urlparse

import pytest
from lsprotocol import types

from tests.lsp.conftest import STEPS
from tests.lsp.editor import BARE, Editor, editor
from tests.lsp.test_injected import shown_documents
from tests.lsp.test_lenses import build

BROKEN = STEPS.replace(
    'print("loading")',
    'rows = {"<b>bold</b>": "<script>alert(1)</script>"}\n    raise ValueError("no <i>rows</i> & columns")',
)
OWNER = {"client": "vscode", "clientCommands": ["pipelens.openFailure"]}


@pytest.fixture
def failed(project: Path) -> Path:
    """The project, in which `load` has failed."""
    (project / "steps.py").write_text(BROKEN)
    build(project)
    return project


def task(it: Editor, name: str = "load") -> dict[str, str]:
    return {"pipeline": it.uri("pipeline.yaml"), "task": name}


async def asked(it: Editor, method: str, params: Any) -> Any:
    return await it.client.protocol.send_request_async(method, params)


def field(answer: Any, name: str) -> Any:
    return answer[name] if isinstance(answer, dict) else getattr(answer, name)


class Tags(HTMLParser):
    """The elements of a page, and what they carry."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    @property
    def names(self) -> set[str]:
        return {tag for tag, _ in self.found}


async def test_the_page_tells_error_frames_and_values_and_holds_nothing_that_acts(failed: Path) -> None:
    async with editor(failed) as it:
        it.open("pipeline.yaml")
        told = await asked(it, "pipelens/postMortem", task(it))
        assert Path(field(told, "dump")).is_file()
        assert field(field(told, "error"), "type") == "ValueError"
        assert field(field(told, "error"), "message") == "no <i>rows</i> & columns"
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d", field(told, "at"))
        page = field(told, "html")
        tags = Tags(page)
        assert not tags.names & {
            "script",
            "bold",
            "i",
            "iframe",
            "img",
            "link",
            "a",
            "form",
            "object",
            "base",
        }
        assert not [
            1 for _, given in tags.found for name in given if name.startswith("on") or name in ("src", "href")
        ]
        policy = next(
            given["content"] for tag, given in tags.found if tag == "meta" and "http-equiv" in given
        )
        assert policy is not None
        assert re.fullmatch(r"default-src 'none'; style-src 'sha256-[A-Za-z0-9+/]+='", policy)
        assert "steps.py:6" in page
        assert "<b>bold" not in page
        assert "no &lt;i&gt;rows&lt;/i&gt; &amp; columns" in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
        assert "<details" in page


async def test_there_is_no_page_of_a_task_that_left_nothing(failed: Path) -> None:
    async with editor(failed) as it:
        it.open("pipeline.yaml")
        assert await asked(it, "pipelens/postMortem", task(it, "fit")) is None
        assert await asked(it, "pipelens/postMortem", task(it, "nobody")) is None
        assert await asked(it, "pipelens/postMortem", {}) is None
        dump = next((failed / ".pipelens" / "failures").glob("*.plpm"))
        dump.write_bytes(b"PK\x05\x06 but nothing else")
        assert await asked(it, "pipelens/postMortem", task(it)) is None
        dump.unlink()
        assert await asked(it, "pipelens/postMortem", task(it)) is None


async def opening_lenses(it: Editor) -> Sequence[types.CodeLens]:
    lenses = await it.lenses("pipeline.yaml")
    return [one for one in lenses if one.command and one.command.command == "pipelens.openFailure"]


async def test_the_lens_opens_the_page_in_the_browser(failed: Path) -> None:
    async with editor(failed, "neovim") as it:
        shown = shown_documents(it)
        it.open("pipeline.yaml")
        [lens] = await opening_lenses(it)
        assert (lens.range.start.line, lens.command and lens.command.title) == (1, "Open failure")
        assert lens.command is not None
        await it.command(lens.command.command, *lens.command.arguments or ())
        await it.until(lambda: bool(shown), "the page")
        assert shown[0].external is True
        page = Path(unquote(urlparse(shown[0].uri).path))
        assert page.parent == failed / ".pipelens" / "failures"
        assert page.with_suffix(".plpm").is_file()
        assert "ValueError" in page.read_text(encoding="utf-8")
        assert stat.S_IMODE(page.stat().st_mode) == 0o600 or os.name == "nt"
        assert not it.said


@pytest.mark.parametrize("name", ["neovim", BARE])
async def test_who_cannot_show_a_page_is_told_the_error_and_where_to_look(failed: Path, name: str) -> None:
    async with editor(failed, name) as it:
        shown_documents(it, success=False)
        it.open("pipeline.yaml")
        await it.command("pipelens.openFailure", task(it))
        await it.until(lambda: bool(it.said))
        assert it.said[-1].startswith("load failed: ValueError: no <i>rows</i> & columns\n")
        assert "pipelens postmortem load" in it.said[-1]
        await it.command("pipelens.openFailure", task(it, "fit"))
        await it.until(lambda: len(it.said) > 1)
        assert it.said[-1] == "No failure of fit is recorded: its last run left none."


async def test_nothing_is_written_before_the_workspace_is_trusted(failed: Path) -> None:
    async with editor(failed, "neovim", options={"trusted": False}) as it:
        shown = shown_documents(it)
        it.open("pipeline.yaml")
        await it.command("pipelens.openFailure", task(it))
        await it.until(lambda: bool(it.said))
        assert not shown
        assert not list((failed / ".pipelens" / "failures").glob("*.html"))


async def test_a_client_that_opens_failures_itself_keeps_the_command(failed: Path) -> None:
    async with editor(failed, "visual-studio-code", options=OWNER) as it:
        provider = it.result.capabilities.execute_command_provider
        assert provider is not None
        assert "pipelens.openFailure" not in provider.commands
        it.open("pipeline.yaml")
        assert len(await opening_lenses(it)) == 1


def take_actions_with_commands(it: Editor) -> None:
    """lsprotocol's client takes any action with a command for a bare command."""
    structure = it.client.protocol._converter.structure
    it.client.protocol._converter.register_structure_hook(
        Union[types.Command, types.CodeAction],  # noqa: UP007  # the very type that lsprotocol names
        lambda told, _: structure(told, types.CodeAction),
    )


async def test_the_failing_line_offers_to_open_the_failure(failed: Path) -> None:
    async with editor(failed) as it:
        it.open("pipeline.yaml")
        it.open("steps.py")
        take_actions_with_commands(it)
        await it.lenses("pipeline.yaml")
        await it.until(lambda: "task-failed" in it.codes("steps.py"), "the failing line")
        [shown] = [one for one in it.client.diagnostics[it.uri("steps.py")] if one.code == "task-failed"]

        async def actions(*told: types.Diagnostic) -> list[types.CodeAction]:
            document = types.TextDocumentIdentifier(it.uri("steps.py"))
            context = types.CodeActionContext(list(told))
            params = types.CodeActionParams(document, shown.range, context)
            found = await it.client.text_document_code_action_async(params) or ()
            return [one for one in found if isinstance(one, types.CodeAction)]

        [action] = [one for one in await actions(shown) if one.title.startswith("Open failure")]
        assert action.title == "Open failure of load"
        assert action.command is not None
        assert action.command.command == "pipelens.openFailure"
        assert [one.message for one in action.diagnostics or ()] == [shown.message]
        documents = shown_documents(it)
        await it.command(action.command.command, *action.command.arguments or ())
        await it.until(lambda: bool(documents), "the page")
        assert not [one for one in await actions() if one.title.startswith("Open failure")]


async def test_past_runs_are_told_with_what_failed_in_them(failed: Path) -> None:
    (failed / "steps.py").write_text(STEPS)
    build(failed)
    build(failed, "--force", "--partially", "load")
    async with editor(failed) as it:
        it.open("pipeline.yaml")
        runs = await asked(it, "pipelens/runs", {"pipeline": it.uri("pipeline.yaml")})
        assert [field(one, "state") for one in runs] == ["ok", "ok", "failed"]
        assert [list(field(one, "failed")) for one in runs] == [[], [], ["load"]]
        assert [field(one, "mode") for one in runs][1:] == ["build", "build"]
        assert all(field(one, "seconds") >= 0 for one in runs)
        assert field(runs[0], "startedAt") >= field(runs[1], "startedAt")
        given = {"pipeline": it.uri("pipeline.yaml"), "limit": 1}
        assert len(await asked(it, "pipelens/runs", given)) == 1
        assert await asked(it, "pipelens/runs", {"pipeline": it.uri("nowhere.yaml")}) == []
