"""What clients are given is what the server says: the generated files, and the types of messages."""

from __future__ import annotations

import dataclasses
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types

from pipelens.core.problems import SEVERITIES
from pipelens.core.suppression import SeverityChoice
from pipelens.lsp.server import Server
from pipelens.protocol import commands
from pipelens.protocol.generate import declarations, generated
from pipelens.protocol.messages import COMMANDS, MEETING, MESSAGES
from pipelens.protocol.settings import CLIENT_SETTINGS, SETTINGS
from pipelens.protocol.settings_files import settings_document, settings_schema
from pipelens.protocol.shapes import as_json, example, named_types
from tests.contract.tree import TOP

TYPES = named_types(
    *MEETING, *(of for one in (*MESSAGES.values(), *COMMANDS.values()) for of in (one.params, one.result))
)


def with_method(name: str) -> list[type]:
    return [one for one in TYPES if hasattr(one, name)]


@pytest.mark.parametrize("path", sorted(generated(TOP)), ids=lambda path: path.name)
def test_what_is_generated_is_up_to_date(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == generated(TOP)[path], "run `make protocol`"


@pytest.mark.parametrize("type_", with_method("as_json"), ids=lambda one: one.__name__)
def test_what_the_server_tells_is_what_is_declared(type_: Any) -> None:
    for least in (False, True):
        made = example(type_, least=least)
        told, declared = made.as_json(), as_json(made)
        assert {**declared, **told} == {**told, **declared} == declared
        assert all(declared[name] is None for name in declared.keys() - told.keys())
        assert list(told) == [name for name in declared if name in told]


@pytest.mark.parametrize("type_", with_method("read"), ids=lambda one: one.__name__)
def test_what_a_client_tells_is_read_and_keys_from_the_future_are_ignored(type_: Any) -> None:
    for least in (False, True):
        made = example(type_, least=least)
        assert type_.read({**as_json(made), "fromTheFuture": {"x": [1]}}) == made


@pytest.mark.parametrize("type_", with_method("read"), ids=lambda one: one.__name__)
@pytest.mark.parametrize(
    "told", [None, 3, [], {}, {"pipeline": 3}, {"tasks": 3}, {"settings": 3, "trusted": 1}]
)
def test_what_makes_no_sense_is_read_without_an_exception(type_: Any, told: Any) -> None:
    found = type_.read(told)
    assert found is None or isinstance(found, type_)


@pytest.mark.parametrize("type_", TYPES, ids=lambda one: one.__name__)
def test_messages_are_frozen_and_say_what_they_are(type_: Any) -> None:
    assert type_.__eq__.__module__ == "pipelens.frozen" or type_.__dataclass_params__.frozen
    assert "__slots__" in vars(type_)
    assert type_.__doc__
    assert not type_.__doc__.startswith(f"{type_.__name__}(")


def met(trusted: bool = True) -> Server:
    server = Server()
    capabilities = types.ClientCapabilities()
    options = {"trusted": trusted}
    server.meet(types.InitializeParams(capabilities, initialization_options=options))
    return server


def test_every_message_and_command_of_the_server_is_declared() -> None:
    for server in (met(), met(trusted=False)):
        features = {name for name in server.protocol.fm.features if name.startswith("pipelens/")}
        assert features <= MESSAGES.keys()
        assert set(server.protocol.fm.commands) <= COMMANDS.keys() | OTHER_COMMANDS


OTHER_COMMANDS: set[str] = set()


def test_every_id_in_the_list_of_commands_is_declared() -> None:
    told = {value for name, value in vars(commands).items() if name.isupper() and isinstance(value, str)}
    assert told <= MESSAGES.keys() | COMMANDS.keys()


def test_the_severities_of_the_table_are_those_of_the_register() -> None:
    [severity] = [setting for setting in SETTINGS if setting.name == "severity"]
    assert severity.choices == (*SEVERITIES, "off") == SeverityChoice.__args__  # type: ignore[attr-defined]


def test_settings_have_names_texts_and_defaults_that_fit() -> None:
    table = (*SETTINGS, *CLIENT_SETTINGS)
    assert len({setting.name for setting in table}) == len(table)
    for setting in table:
        assert setting.documentation.endswith(".")
        if setting.kind == "milliseconds":
            assert isinstance(setting.default, int)
            assert 0 <= setting.default <= (setting.largest or 0)
        if setting.kind == "choice":
            assert setting.default in setting.choices
            assert len(setting.choices) == len(setting.choice_texts)
        if setting.kind == "switch":
            assert isinstance(setting.default, bool)
    assert settings_schema()["pipelens.quietPeriod"]["default"] <= 50
    assert settings_schema()["pipelens.interpreter"]["scope"] == "machine-overridable"


def test_the_settings_page_is_made_anew_between_its_marks_alone() -> None:
    text = (TOP / "docs" / "settings.md").read_text(encoding="utf-8")
    assert settings_document(settings_document(text)) == settings_document(text)
    assert "## Severities" in settings_document(text)


def test_examples_name_every_type() -> None:
    told = json.loads((TOP / "tests" / "contract" / "protocol-examples.json").read_text(encoding="utf-8"))
    assert set(told["types"]) == {one.__name__ for one in TYPES}
    assert all(dataclasses.is_dataclass(one) for one in TYPES)


def test_the_declarations_are_typescript(tmp_path: Path) -> None:
    """Brackets and quotes match; where a compiler is on the way it is asked, too."""
    text = declarations()
    assert text.count("{") == text.count("}")
    assert text.count("(") == text.count(")")
    compiler = shutil.which("tsc")
    if compiler is not None:
        (tmp_path / "protocol.ts").write_text(text, encoding="utf-8")
        done = subprocess.run(
            [compiler, "--noEmit", "--strict", "--target", "es2020", str(tmp_path / "protocol.ts")],
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout
