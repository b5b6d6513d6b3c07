"""Completion as an editor receives it, over standard streams."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types

from tests.lsp.conftest import PIPELINE, STEPS
from tests.lsp.editor import Editor, editor


async def complete(
    shown: Editor, name: str, text: str, *, trigger: str | None = None
) -> types.CompletionList:
    """The answer at the `¦` of `text`, which the editor then shows."""
    at = text.index("¦")
    before = text[:at]
    plain = before + text[at + 1 :]
    if name in shown._versions:
        shown.rewrite(name, plain)
    else:
        shown.open(name, plain)
    line = before.count("\n")
    column = len(before.rpartition("\n")[2].encode("utf-16-le")) // 2
    kind = types.CompletionTriggerKind.TriggerCharacter if trigger else types.CompletionTriggerKind.Invoked
    found = await shown.client.text_document_completion_async(
        types.CompletionParams(
            types.TextDocumentIdentifier(shown.uri(name)),
            types.Position(line, column),
            types.CompletionContext(kind, trigger),
        )
    )
    assert isinstance(found, types.CompletionList)
    return found


def labels(found: types.CompletionList) -> list[str]:
    return [item.label for item in found.items]


def accepted(text: str, item: types.CompletionItem) -> str:
    """`text` (with its caret) once the editor has taken the item."""
    lines = text.replace("¦", "").split("\n")
    edit: Any = item.text_edit
    start, end = edit.range.start, edit.range.end
    assert start.line == end.line
    line = lines[start.line]
    lines[start.line] = line[: start.character] + edit.new_text + line[end.character :]
    return "\n".join(lines)


@pytest.mark.asyncio
async def test_keys_values_and_names_are_offered_in_half_typed_text(project: Path, any_editor: str) -> None:
    async with editor(project, any_editor) as shown:
        found = await complete(shown, "pipeline.yaml", PIPELINE + "  - source: steps.load\n    pro¦")
        assert labels(found)[:3] == ["product", "product_client", "product_class"]
        assert accepted("    pro¦", _moved(found.items[0])) == "    product: "
        found = await complete(shown, "pipeline.yaml", "meta:\n  extract_upstream: ¦\n" + PIPELINE)
        assert labels(found) == ["true", "false"]
        found = await complete(shown, "steps.py", STEPS.replace('["load"]', '["¦'))
        assert labels(found)[0] == "load"
        assert found.items[0].kind == types.CompletionItemKind.Reference
        assert not found.is_incomplete


def _moved(item: types.CompletionItem) -> types.CompletionItem:
    """The item as if its line were the first."""
    edit: Any = item.text_edit
    edit.range.start.line = edit.range.end.line = 0
    return item


@pytest.mark.asyncio
async def test_nothing_is_answered_elsewhere_in_a_python_file(project: Path) -> None:
    async with editor(project) as shown:
        shown.open("pipeline.yaml")
        for text in ("ups¦", "import ¦", "x = ['¦']", "# upstream['¦", "def f(product, ¦"):
            found = await complete(shown, "steps.py", STEPS + text)
            assert labels(found) == [], text


@pytest.mark.asyncio
async def test_keys_step_back_before_another_yaml_server(project: Path) -> None:
    text = PIPELINE + "    na¦"
    async with editor(project, options={"yamlServer": True}) as shown:
        assert labels(await complete(shown, "pipeline.yaml", text)) == []
        found = await complete(shown, "pipeline.yaml", PIPELINE + "    class: ¦")
        assert "PythonCallable" in labels(found)
    told = {"yamlServer": True, "settings": {"keyCompletion": "on"}}
    async with editor(project, options=told) as shown:
        assert "name" in labels(await complete(shown, "pipeline.yaml", text))
    async with editor(project, options={"settings": {"keyCompletion": "off"}}) as shown:
        assert labels(await complete(shown, "pipeline.yaml", text)) == []


@pytest.mark.asyncio
@pytest.mark.parametrize("client", ["visual-studio-code", "emacs"])
async def test_a_new_task_is_a_snippet_where_the_client_knows_snippets(project: Path, client: str) -> None:
    async with editor(project, client) as shown:
        found = await complete(shown, "pipeline.yaml", PIPELINE + "  - ¦")
        script = next(item for item in found.items if item.label == "task: script")
        edit: Any = script.text_edit
        if client == "emacs":
            assert script.insert_text_format is None
            indented = "\n    product:\n      nb: out/name.ipynb\n      data: out/name.csv"
            assert edit.new_text == f"source: scripts/name.py{indented}"
        else:
            assert script.insert_text_format == types.InsertTextFormat.Snippet
            assert script.insert_text_mode == types.InsertTextMode.AdjustIndentation
            indented = "\n  product:\n    nb: out/${1:name}.ipynb\n    data: out/${2:name.csv}"
            assert edit.new_text == "source: scripts/${1:name}.py" + indented


@pytest.mark.asyncio
async def test_a_function_is_documented_when_the_user_looks_at_it(project: Path) -> None:
    (project / "steps.py").write_text(
        STEPS.replace("def load(product):\n", 'def load(product):\n    """Reads."""\n')
    )
    async with editor(project) as shown:
        found = await complete(shown, "pipeline.yaml", PIPELINE + "  - source: steps.lo¦")
        load = next(item for item in found.items if item.label == "load")
        resolved = await shown.client.completion_item_resolve_async(load)
        assert isinstance(resolved.documentation, types.MarkupContent)
        assert resolved.documentation.value == "```python\ndef load(product)\n```\n\nReads."
        found = await complete(shown, "steps.py", STEPS.replace('["load"]', '["¦"]'))
        resolved = await shown.client.completion_item_resolve_async(found.items[0])
        assert isinstance(resolved.documentation, types.MarkupContent)
        assert "out/load.txt" in resolved.documentation.value


@pytest.mark.asyncio
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
async def test_columns_count_as_the_client_counts_them(project: Path, encoding: str) -> None:
    text = 'def fit(product, upstream):\n    print("🎈", upstream["lo"])\n'
    (project / "steps.py").write_text(STEPS.partition("def fit")[0] + text)
    async with editor(project, encodings=[encoding]) as shown:
        shown.open("pipeline.yaml")
        shown.open("steps.py")
        line = (project / "steps.py").read_text().split("\n").index('    print("🎈", upstream["lo"])')
        wide = {"utf-8": 4, "utf-16": 2, "utf-32": 1}[encoding]
        column = len('    print("", upstream["lo') + wide
        params = types.CompletionParams(
            types.TextDocumentIdentifier(shown.uri("steps.py")), types.Position(line, column)
        )
        found = await shown.client.text_document_completion_async(params)
        assert isinstance(found, types.CompletionList)
        edit: Any = found.items[0].text_edit
        assert (edit.range.start.character, edit.range.end.character) == (column - 2, column)


@pytest.mark.asyncio
async def test_a_space_asks_only_where_something_is_awaited(project: Path) -> None:
    async with editor(project) as shown:
        assert labels(await complete(shown, "pipeline.yaml", PIPELINE + "    class: ¦", trigger=" "))
        assert labels(await complete(shown, "pipeline.yaml", PIPELINE + "  - ¦", trigger=" "))
        for text in ("    ¦", "    name: ¦", "    product: a ¦", "    name: my ¦", "  # a: ¦"):
            assert labels(await complete(shown, "pipeline.yaml", PIPELINE + text, trigger=" ")) == [], text


@pytest.mark.asyncio
async def test_at_most_a_hundred_tasks_are_offered_of_many(project: Path) -> None:
    many = "".join(f"  - source: steps.load\n    name: t{n}\n    product: out/{n}\n" for n in range(300))
    text = "meta:\n  extract_upstream: false\n" + PIPELINE + many + "    upstream: ["
    async with editor(project) as shown:
        found = await complete(shown, "pipeline.yaml", text + "¦]")
        assert (len(found.items), found.is_incomplete) == (100, True)
        assert labels(found)[:2] == ["t298", "t297"]
        found = await complete(shown, "pipeline.yaml", text + "t12¦]")
        assert labels(found)[0] == "t12"
        assert not found.is_incomplete
