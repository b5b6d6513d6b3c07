"""Code actions as editors ask for them, and what the files say after they are applied."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lsprotocol import types

from tests.lsp.editor import BARE, Editor, editor
from tests.lsp.edits import apply_edit, edited
from tests.lsp.open_notebook import OpenNotebook, notebook_json

SCRIPT = """\
# %% tags=["parameters"]
upstream = ["load"]
product = None

# %%
print(upstream["load"], upstream["clean"], product)
"""

PIPELINE = """\
tasks:
  - source: steps.load
    product: out/load.txt

  - source: steps.clean
    product: out/clean.txt

  - source: scripts/fit.py
    product:
      nb: "{{out}}/fit.ipynb"
"""

STEPS = """\
def load(product):
    pass


def clean(product):
    pass
"""


def written(root: Path, **texts: str) -> Path:
    """A pipeline of three tasks; `texts` replace or add files (`__` in a name is a slash, `_` a dot)."""
    files = {"pipeline.yaml": PIPELINE, "steps.py": STEPS, "scripts/fit.py": SCRIPT, "env.yaml": "out: out\n"}
    files |= {name.replace("__", "/").replace("_", "."): text for name, text in texts.items()}
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


async def offered(
    it: Editor,
    name: str,
    line: int,
    character: int = 0,
    *,
    only: Sequence[str] | None = None,
    trigger: types.CodeActionTriggerKind | None = None,
) -> list[types.CodeAction]:
    """The actions at a caret, as an editor asks for them: with the diagnostics that it shows there."""
    at = types.Position(line, character)
    shown = [one for one in await it.diagnostics(name) if one.range.start.line <= line <= one.range.end.line]
    kinds: Any = only
    params = types.CodeActionParams(
        types.TextDocumentIdentifier(it.uri(name)),
        types.Range(at, at),
        types.CodeActionContext(shown, kinds, trigger),
    )
    found = await it.client.text_document_code_action_async(params)
    return [one for one in found or () if isinstance(one, types.CodeAction)]


async def chosen(it: Editor, found: Sequence[types.CodeAction], title: str) -> types.WorkspaceEdit:
    """The edit of an action, asked for where it did not come at once."""
    [action] = [one for one in found if one.title == title] or [None]
    assert action is not None, [one.title for one in found]
    if action.edit is None:
        action = await it.client.code_action_resolve_async(action)
    assert action.edit is not None
    return action.edit


async def test_a_misspelt_key_is_changed(tmp_path: Path, any_editor: str) -> None:
    root = written(tmp_path, pipeline_yaml=PIPELINE.replace("source: steps.load", "sourse: steps.load"))
    async with editor(root, any_editor) as it:
        it.open("pipeline.yaml")
        await it.until(lambda: "unknown-key" in it.codes("pipeline.yaml"))
        found = await offered(it, "pipeline.yaml", 1, 6)
        fix = next(one for one in found if one.title == "Change to 'source'")
        assert fix.kind == types.CodeActionKind.QuickFix
        assert fix.is_preferred
        assert [one.code for one in fix.diagnostics or ()] == ["unknown-key"]
        apply_edit(await chosen(it, found, "Change to 'source'"))
    assert (root / "pipeline.yaml").read_text() == PIPELINE


async def test_an_upstream_is_declared_in_a_source_that_is_not_open(tmp_path: Path, any_editor: str) -> None:
    root = written(tmp_path)
    async with editor(root, any_editor) as it:
        it.open("scripts/fit.py")
        await it.until(lambda: "undeclared-reference" in it.codes("scripts/fit.py"))
        found = await offered(it, "scripts/fit.py", 5, 35)
        apply_edit(await chosen(it, found, "Declare 'clean' in 'upstream'"))
    assert 'upstream = ["load", "clean"]\n' in (root / "scripts/fit.py").read_text()


async def test_a_missing_source_is_created_where_the_client_makes_files(
    tmp_path: Path, any_editor: str
) -> None:
    root = written(tmp_path)
    (root / "scripts/fit.py").unlink()
    async with editor(root, any_editor) as it:
        it.open("pipeline.yaml")
        await it.until(lambda: "source-missing" in it.codes("pipeline.yaml"))
        found = await offered(it, "pipeline.yaml", 7, 14)
        title = "Create 'scripts/fit.py'"
        edits = it.client.capabilities.workspace.workspace_edit
        if "create" not in (edits.resource_operations or ()):
            assert title not in [one.title for one in found]
            return
        apply_edit(await chosen(it, found, title))
    assert 'tags=["parameters"]' in (root / "scripts/fit.py").read_text()


async def test_a_missing_function_goes_behind_those_of_its_module(tmp_path: Path) -> None:
    root = written(tmp_path, steps_py=STEPS.split("\n\n\n")[0] + "\n")
    async with editor(root) as it:
        it.open("pipeline.yaml")
        await it.until(lambda: "dotted-path-not-found" in it.codes("pipeline.yaml"))
        found = await offered(it, "pipeline.yaml", 4, 20)
        apply_edit(await chosen(it, found, "Create function 'clean' in steps.py"))
    text = (root / "steps.py").read_text()
    assert text.startswith("def load(product):\n    pass\n\n\ndef clean(product, upstream=None):\n")


async def test_all_clear_fixes_of_a_file_come_at_once_and_only_once(tmp_path: Path, any_editor: str) -> None:
    root = written(tmp_path, pipeline_yaml=PIPELINE.replace("product", "prodct"))
    kind = "source.fixAll.pipelens"
    async with editor(root, any_editor) as it:
        it.open("pipeline.yaml")
        await it.until(lambda: it.codes("pipeline.yaml").count("unknown-key") == 3)
        [action] = await offered(it, "pipeline.yaml", 0, only=["source.fixAll"])
        assert action.kind == kind
        apply_edit(await chosen(it, [action], action.title))
        assert (root / "pipeline.yaml").read_text() == PIPELINE
        it.rewrite("pipeline.yaml", PIPELINE)
        await it.until(lambda: "unknown-key" not in it.codes("pipeline.yaml"))
        assert await offered(it, "pipeline.yaml", 0, only=[kind]) == []


async def test_all_problems_of_one_kind_are_fixed_from_one_of_them(tmp_path: Path) -> None:
    root = written(tmp_path, pipeline_yaml=PIPELINE.replace("product", "prodct"))
    async with editor(root) as it:
        it.open("pipeline.yaml")
        await it.until(lambda: it.codes("pipeline.yaml").count("unknown-key") == 3)
        found = await offered(it, "pipeline.yaml", 2, 6)
        apply_edit(await chosen(it, found, "Fix all 'unknown-key' problems in this file"))
    assert (root / "pipeline.yaml").read_text() == PIPELINE


async def test_a_problem_is_ignored_by_a_comment_in_its_line(tmp_path: Path, any_editor: str) -> None:
    root = written(tmp_path)
    async with editor(root, any_editor) as it:
        it.open("scripts/fit.py")
        await it.until(lambda: "undeclared-reference" in it.codes("scripts/fit.py"))
        found = await offered(it, "scripts/fit.py", 5, 35)
        apply_edit(await chosen(it, found, "Ignore 'undeclared-reference' here"))
        text = (root / "scripts/fit.py").read_text()
        assert text.endswith("product)  # pipelens: ignore[undeclared-reference]\n")
        it.rewrite("scripts/fit.py", text)
        await it.until(lambda: "undeclared-reference" not in it.codes("scripts/fit.py"))


async def test_an_editor_that_takes_no_actions_is_offered_none(tmp_path: Path) -> None:
    async with editor(written(tmp_path), BARE) as it:
        assert it.result.capabilities.code_action_provider is None


async def test_only_the_kinds_that_are_asked_for_are_answered(tmp_path: Path) -> None:
    root = written(tmp_path)
    async with editor(root) as it:
        it.open("scripts/fit.py")
        await it.until(lambda: "undeclared-reference" in it.codes("scripts/fit.py"))
        kinds = {one.kind for one in await offered(it, "scripts/fit.py", 5, 35, only=["quickfix"])}
        assert kinds == {types.CodeActionKind.QuickFix}
        assert await offered(it, "scripts/fit.py", 5, 35, only=["refactor.extract"]) == []


async def test_a_script_beside_the_pipeline_becomes_a_task(tmp_path: Path, any_editor: str) -> None:
    new = '# %% tags=["parameters"]\nupstream = None\nproduct = None\n\n# %%\n1\n'
    root = written(tmp_path, scripts__plot_py=new)
    async with editor(root, any_editor) as it:
        it.open("pipeline.yaml")
        await it.diagnostics("pipeline.yaml")
        it.open("scripts/plot.py")
        at = types.Position(1, 0)
        params = types.CodeActionParams(
            types.TextDocumentIdentifier(it.uri("scripts/plot.py")),
            types.Range(at, at),
            types.CodeActionContext([]),
        )
        found = await it.client.text_document_code_action_async(params) or ()
        actions = [one for one in found if isinstance(one, types.CodeAction)]
        apply_edit(await chosen(it, actions, "Add task 'plot' to pipeline.yaml"))
    assert (root / "pipeline.yaml").read_text() == (
        PIPELINE + '  - source: scripts/plot.py\n    product:\n      nb: "{{out}}/plot.ipynb"\n'
    )


async def test_a_notebook_that_is_not_open_cell_by_cell_is_edited_in_its_json(tmp_path: Path) -> None:
    def cell(source: list[str], *tags: str) -> dict[str, Any]:
        metadata = {"tags": list(tags)} if tags else {}
        return {
            "cell_type": "code",
            "execution_count": None,
            "metadata": metadata,
            "outputs": [],
            "source": source,
        }

    kernel = {"kernelspec": {"name": "python3", "language": "python", "display_name": "Python 3"}}
    cells = [
        cell(['upstream = ["load"]\n', "product = None"], "parameters"),
        cell(['print(upstream["load"], upstream["clean"])']),
    ]
    text = json.dumps({"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 4}, indent=1)
    pipeline = PIPELINE.replace("fit.py", "fit.ipynb")
    root = written(tmp_path, pipeline_yaml=pipeline, scripts__fit_ipynb=text)
    line = next(at for at, one in enumerate(text.splitlines()) if "clean" in one)
    async with editor(root) as it:
        it.open("pipeline.yaml")
        it.open("scripts/fit.ipynb")
        await it.until(lambda: "undeclared-reference" in it.codes("scripts/fit.ipynb"))
        found = await offered(it, "scripts/fit.ipynb", line, text.splitlines()[line].index("clean"))
        apply_edit(await chosen(it, found, "Declare 'clean' in 'upstream'"))
        again = json.loads((root / "scripts/fit.ipynb").read_text())
        assert again["cells"][0]["source"][0] == 'upstream = ["load", "clean"]\n'


async def test_missing_sources_are_created_by_a_command_that_the_editor_can_undo(tmp_path: Path) -> None:
    root = written(tmp_path, steps_py="")
    (root / "scripts/fit.py").unlink()
    async with editor(root) as it:
        edits: list[types.WorkspaceEdit] = []

        it.client.protocol.fm.features.pop(types.WORKSPACE_APPLY_EDIT, None)

        @it.client.feature(types.WORKSPACE_APPLY_EDIT)
        def apply(params: types.ApplyWorkspaceEditParams) -> types.ApplyWorkspaceEditResult:
            edits.append(params.edit)
            return types.ApplyWorkspaceEditResult(applied=True)

        it.open("pipeline.yaml")
        await it.command("pipelens.scaffold", {"pipeline": it.uri("pipeline.yaml")})
        await it.until(lambda: bool(edits))
        assert not (root / "scripts/fit.py").exists()
        apply_edit(edits[0])
    assert (root / "scripts/fit.py").is_file()
    assert (root / "steps.py").read_text().count("def ") == 2


NOTEBOOK = notebook_json(
    ("code", 'upstream = ["load"]\nproduct = None', ["parameters"]),
    ("code", 'print(upstream["load"], upstream["clean"])'),
)


async def test_in_a_notebook_that_is_told_cell_by_cell_the_edit_is_one_of_its_cell(tmp_path: Path) -> None:
    pipeline = PIPELINE.replace("fit.py", "fit.ipynb")
    root = written(tmp_path, pipeline_yaml=pipeline, scripts__fit_ipynb=NOTEBOOK)
    async with editor(root, "visual-studio-code") as it:
        it.open("pipeline.yaml")
        notebook = OpenNotebook(it, "scripts/fit.ipynb")
        at = types.Position(0, 36)
        await it.until(lambda: bool(it.client.diagnostics.get(notebook.cell(1))), "the problem in its cell")
        params = types.CodeActionParams(
            types.TextDocumentIdentifier(notebook.cell(1)),
            types.Range(at, at),
            types.CodeActionContext(list(it.client.diagnostics[notebook.cell(1)])),
        )
        found = await it.client.text_document_code_action_async(params) or ()
        actions = [one for one in found if isinstance(one, types.CodeAction)]
        edit = await chosen(it, actions, "Declare 'clean' in 'upstream'")
        [change] = edit.document_changes or ()
        assert isinstance(change, types.TextDocumentEdit)
        assert change.text_document.uri == notebook.cell(0)
        [text] = [one for one in change.edits if isinstance(one, types.TextEdit)]
        assert edited(notebook.texts[notebook.cell(0)], [text]).startswith('upstream = ["load", "clean"]\n')
        ignored = await chosen(it, actions, "Ignore 'undeclared-reference' here")
        [change] = ignored.document_changes or ()
        assert isinstance(change, types.TextDocumentEdit)
        assert change.text_document.uri == notebook.cell(1)


async def test_a_cell_is_added_only_where_the_file_as_a_whole_is_edited(tmp_path: Path) -> None:
    bare = notebook_json(("code", "print(1)"))
    root = written(tmp_path, scripts__fit_ipynb=bare, pipeline_yaml=PIPELINE.replace("fit.py", "fit.ipynb"))
    title = "Add a cell tagged `parameters`"
    where = types.Range(types.Position(0, 0), types.Position(100, 0))

    async def titles(it: Editor, uri: str) -> list[types.CodeAction]:
        params = types.CodeActionParams(types.TextDocumentIdentifier(uri), where, types.CodeActionContext([]))
        found = await it.client.text_document_code_action_async(params) or ()
        return [one for one in found if isinstance(one, types.CodeAction)]

    async with editor(root, "visual-studio-code") as it:
        it.open("pipeline.yaml")
        notebook = OpenNotebook(it, "scripts/fit.ipynb")
        await it.until(lambda: bool(it.client.diagnostics.get(notebook.cell(0))), "the problem in its cell")
        assert title not in [one.title for one in await titles(it, notebook.cell(0))]
    async with editor(root) as it:
        it.open("scripts/fit.ipynb")
        await it.until(lambda: "no-parameters-cell" in it.codes("scripts/fit.ipynb"))
        apply_edit(await chosen(it, await titles(it, it.uri("scripts/fit.ipynb")), title))
    again = json.loads((root / "scripts/fit.ipynb").read_text())
    assert again["cells"][0]["metadata"]["tags"] == ["parameters"]
