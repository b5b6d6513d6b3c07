"""The extension for VS Code: its manifest, its sources and the server say the same."""

from __future__ import annotations

import json
import re
import struct
from typing import Any

import pytest
from lsprotocol import types

import pipelens
from pipelens.core.key_schema import SCHEMAS, schema_text
from pipelens.lsp.server import Server
from pipelens.protocol.messages import COMMANDS
from pipelens.protocol.settings_files import restricted
from tests.contract.extension import EXTENSION, conditions, listed, manifest, sources, texts
from tests.contract.tree import TOP

CLIENT_COMMANDS = listed("commands.ts", "CLIENT_COMMANDS")
CONTRIBUTED = manifest()["contributes"]

NOT_TOLD_TO_THE_SERVER = {"pipelens.installServer"}
"""Commands of the manifest that are about there being no server."""


# -- commands


def test_the_commands_of_the_manifest_are_those_that_the_client_carries_out() -> None:
    declared = [command["command"] for command in CONTRIBUTED["commands"]]
    assert len(set(declared)) == len(declared)
    assert set(declared) == set(CLIENT_COMMANDS) | NOT_TOLD_TO_THE_SERVER


@pytest.mark.parametrize("trusted", [True, False])
def test_the_server_lists_no_command_that_the_client_carries_out(trusted: bool) -> None:
    """An id that both register keeps the language client from starting."""
    server = Server()
    options = {"client": "vscode", "clientCommands": CLIENT_COMMANDS, "trusted": trusted}
    server.meet(types.InitializeParams(types.ClientCapabilities(), initialization_options=options))
    offered = set(server.protocol.fm.commands)
    assert offered <= COMMANDS.keys()
    assert not offered & {command["command"] for command in CONTRIBUTED["commands"]}


def test_every_command_is_registered_by_a_room() -> None:
    told = "\n".join(text for path, text in sources().items() if path != "commands.ts")
    assert [id for id in CLIENT_COMMANDS if f'"{id}"' not in told] == []


def test_menus_name_commands_of_the_manifest() -> None:
    declared = {command["command"] for command in CONTRIBUTED["commands"]}
    for items in CONTRIBUTED["menus"].values():
        assert {item["command"] for item in items} <= declared


def test_what_runs_something_is_greyed_without_trust() -> None:
    needs = {"runTask", "runTaskWithUpstream", "forceRunTask", "buildPipeline", "stopRun"}
    needs |= {"debugTask", "openFailure", "rerunToHere"}
    for command in CONTRIBUTED["commands"]:
        if command["command"].removeprefix("pipelens.") in needs:
            assert command["enablement"] == "isWorkspaceTrusted", command


# -- conditions

BUILT_IN = {
    "debugType",
    "editorFocus",
    "editorLangId",
    "editorTextFocus",
    "isWorkspaceTrusted",
    "not",
    "notebookType",
    "resourceExtname",
    "resourceFilename",
    "resourceLangId",
    "resourcePath",
    "resourceScheme",
    "true",
    "false",
    "in",
}
"""Context keys of VS Code itself, and its words."""


def test_conditions_ask_only_what_vs_code_or_we_set() -> None:
    ours = {
        name
        for text in sources().values()
        if '"setContext"' in text
        for name in re.findall(r'"(pipelens\.\w+)"', text)
    }
    asked: set[str] = set()
    for condition in conditions(CONTRIBUTED):
        plain = re.sub(r"/(?:[^/\\]|\\.)*/\w*|'[^']*'|\"[^\"]*\"", " ", condition)
        plain = re.sub(r"==\s*[\w./-]+", " ", plain)
        asked |= set(re.findall(r"[A-Za-z][\w.]*", plain))
    assert asked - BUILT_IN <= ours


def test_it_wakes_for_pipelines_yaml_notebooks_and_its_own_debugging_alone() -> None:
    """Commands wake it by themselves."""
    assert sorted(manifest()["activationEvents"]) == [
        "onDebugDynamicConfigurations:pipelens",
        "onDebugResolve:pipelens",
        "onLanguage:yaml",
        "onNotebook:jupyter-notebook",
        "workspaceContains:**/pipeline.*.{yaml,yml}",
        "workspaceContains:**/pipeline.{yaml,yml}",
    ]


# -- debugging

DEBUGGER = next(iter(CONTRIBUTED["debuggers"]))


@pytest.mark.parametrize(
    ("request_", "chapter"), [("launch", "Launching a task"), ("attach", "Opening a failure")]
)
def test_the_arguments_of_a_session_are_those_that_are_documented(request_: str, chapter: str) -> None:
    text = (TOP / "docs" / "debugging.md").read_text(encoding="utf-8")
    told = text.partition(f"## {chapter}\n")[2].partition("\n## ")[0]
    rows = re.findall(r"(?m)^\| ((?:`\w+`(?:, )?)+) \|", told)
    documented = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    # Written by the extension and by VS Code, never by hand.
    documented -= {"noDebug", "notebookCells", "trusted"}
    assert DEBUGGER["configurationAttributes"][request_]["properties"].keys() == documented


def test_what_is_offered_to_write_is_described() -> None:
    attributes = DEBUGGER["configurationAttributes"]
    snippets = [one["body"] for one in DEBUGGER["configurationSnippets"]]
    for one in (*DEBUGGER["initialConfigurations"], *snippets):
        assert one["type"] == DEBUGGER["type"] == "pipelens"
        assert one["name"]
        known = attributes[one["request"]]["properties"]
        assert one.keys() - {"type", "request", "name"} <= known.keys()


# -- settings


def test_settings_that_name_programs_are_restricted() -> None:
    """Else a folder's own settings would choose what is started before the folder is trusted."""
    told = manifest()["capabilities"]["untrustedWorkspaces"]["restrictedConfigurations"]
    launching = listed("client/launchSettings.ts", "LAUNCH_SETTINGS")
    assert sorted(told) == sorted(launching) == sorted(restricted())
    properties = CONTRIBUTED["configuration"]["properties"]
    assert {properties[name]["scope"] for name in told} == {"machine-overridable"}


def test_the_search_for_a_server_knows_no_other_setting() -> None:
    told = set(listed("client/launchSettings.ts", "LAUNCH_SETTINGS"))
    for path in ("client/locate.ts", "client/environment.ts", "client/pythons.ts", "client/paths.ts"):
        named = set(re.findall(r'"(pipelens\.[\w.]+)"', sources()[path]))
        assert named - COMMANDS.keys() - set(CLIENT_COMMANDS) <= told, path
        assert "getConfiguration" not in sources()[path]


def test_commands_that_the_sources_name_are_there() -> None:
    """In buttons, calls and registrations."""
    named = {
        name
        for text in sources().values()
        for name in re.findall(r'(?:command: |[cC]ommand\(\s*|register\(\s*)"(pipelens\.[\w.]+)"', text)
    }
    assert named
    assert named - {*CLIENT_COMMANDS, *COMMANDS} <= NOT_TOLD_TO_THE_SERVER


def test_settings_of_the_client_are_read_somewhere() -> None:
    """`trace.server` is read by the library, for a client whose id is `pipelens`."""
    told = "\n".join(sources().values())
    for name in ("run.save", "server.command", "server.env", "interpreter"):
        section, _, last = f"pipelens.{name}".rpartition(".")
        get = rf'getConfiguration\("{re.escape(section)}"[^;]*?get(<\w+>)?\("{last}"'
        assert f'"pipelens.{name}"' in told or re.search(get, told), name
    assert 'Client("pipelens"' in told


# -- texts and files


def test_every_text_key_of_the_manifest_has_a_text_and_every_text_is_used() -> None:
    used = set(re.findall(r'"%([\w.]+)%"', (EXTENSION / "package.json").read_text(encoding="utf-8")))
    assert used == texts().keys()
    assert all(text.strip() for text in texts().values())


def test_the_version_is_the_servers() -> None:
    assert manifest()["version"] == pipelens.__version__
    lock = json.loads((EXTENSION / "package-lock.json").read_text(encoding="utf-8"))
    assert lock["version"] == lock["packages"][""]["version"] == pipelens.__version__


def test_the_lock_file_names_no_host() -> None:
    text = (EXTENSION / "package-lock.json").read_text(encoding="utf-8")
    assert '"resolved"' not in text
    assert "omit-lockfile-registry-resolved=true" in (EXTENSION / ".npmrc").read_text(encoding="utf-8")


def test_the_icon_is_one_that_the_marketplace_takes() -> None:
    data = (EXTENSION / manifest()["icon"]).read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", data[16:24]) == (256, 256)


def test_icons_in_menus_are_the_editors_own() -> None:
    """They follow every theme, light, dark and of high contrast."""
    for command in CONTRIBUTED["commands"]:
        assert re.fullmatch(r"\$\([a-z-]+\)", command.get("icon", "$(play)")), command
    icons = {command["command"] for command in CONTRIBUTED["commands"] if "icon" in command}
    for place in ("editor/title/run", "notebook/toolbar"):  # where the first that holds is a picture
        firsts = {item["when"]: item["command"] for item in reversed(CONTRIBUTED["menus"].get(place, []))}
        assert set(firsts.values()) <= icons


def test_there_is_no_telemetry() -> None:
    dependencies = manifest().get("dependencies", {}) | manifest()["devDependencies"]
    assert not [name for name in dependencies if "telemetry" in name or "insights" in name]
    for path, text in sources().items():
        assert "https://" not in text.replace("https://marketplace.visualstudio.com/", ""), path
        assert not re.search(r"\bfetch\(|TelemetryLogger|from \"(node:)?https?\"", text), path


# -- schemas

MARKS = {
    "type", "required", "additionalProperties", "enum", "const", "pattern", "patternProperties", "minimum",
    "maximum", "minItems", "maxItems", "minProperties", "maxProperties", "minLength", "maxLength", "format",
    "uniqueItems", "not", "oneOf", "allOf", "contains", "dependencies", "propertyNames", "deprecationMessage",
    "additionalItems", "if", "then", "else", "$ref",
}  # fmt: skip


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_schemas_are_up_to_date(name: str) -> None:
    path = EXTENSION / "schemas" / f"{name}.schema.json"
    assert path.read_text(encoding="utf-8") == schema_text(name), "run `make protocol`"


@pytest.mark.parametrize("name", SCHEMAS)
def test_no_word_of_the_schemas_could_mark_anything(name: str) -> None:
    def walk(schema: dict[str, Any]) -> None:
        assert not schema.keys() & MARKS
        for one in (*schema.get("properties", {}).values(), *schema.get("anyOf", ())):
            walk(one)
        if "anyOf" in schema:
            assert {} in schema["anyOf"]
        if "items" in schema:
            walk(schema["items"])

    walk(SCHEMAS[name]())


def test_schemas_are_offered_for_the_files_that_are_ours() -> None:
    offered = {one["url"]: one["fileMatch"] for one in CONTRIBUTED["yamlValidation"]}
    assert {(EXTENSION / url).name for url in offered} == {f"{name}.schema.json" for name in SCHEMAS}
    assert offered["./schemas/pipeline.schema.json"] == [
        "pipeline.yaml",
        "pipeline.*.yaml",
        "pipeline.yml",
        "pipeline.*.yml",
    ]


def test_the_documents_know_the_extension() -> None:
    assert "docs/vscode.md" in (TOP / "README.md").read_text(encoding="utf-8")
