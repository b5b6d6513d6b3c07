from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath

import pytest

from pipelens.core.env import Env, OverrideError, Unknown
from pipelens.core.files import DictFiles
from pipelens.core.read_env import read_env
from pipelens.core.text import Document

DEFAULTS = {"here": "/p", "cwd": "/w", "root": "/p", "user": "ana", "now": "2024-05-06T07:08:09.000001"}


def read(
    text: str,
    overrides: Mapping[str, str] | None = None,
    defaults: Mapping[str, object] | None = None,
    **others: str,
) -> Env:
    found = attempt(text, overrides, defaults, **others)
    assert isinstance(found, Env)
    return found


def attempt(
    text: str,
    overrides: Mapping[str, str] | None = None,
    defaults: Mapping[str, object] | None = None,
    **others: str,
) -> Env | OverrideError:
    files = DictFiles({"/p/env.yaml": text, **others})
    environ = {"HOME": "/home/ana", "CITY": "Lyon", "NUMBER": "7"}
    return read_env(
        "/p/env.yaml", files, {**DEFAULTS, **(defaults or {})}, overrides or {}, environ=environ, folder="/p"
    )


def own(env: Env) -> dict[str, object]:
    return {name: held.value for name, held in env.values.items() if held.origin != "default"}


def told(env: Env, text: str) -> list[tuple[str, str]]:
    """Codes of the problems, each with the text that it shows."""
    return [(p.code, Document(text).slice(p.place.span)) for p in env.problems]


def test_values_are_typed_as_in_the_spec() -> None:
    env = read("a: '1.10'\nb: 'none'\nc: [1, 'true']\nd: {x: '2'}\nempty:\n")
    assert env.problems == ()
    assert own(env) == {"a": 1.1, "b": None, "c": [1, True], "d": {"x": 2}, "empty": None}


def test_default_placeholders_are_there_without_an_env_file() -> None:
    env = read_env(None, DictFiles({}), DEFAULTS, {}, environ={"CITY": "Lyon"}, folder="/p")
    assert isinstance(env, Env)
    assert env.values["here"].value == "/p"
    assert env.values["env"].value == {"CITY": "Lyon"}


def test_a_value_may_use_defaults_and_plain_values_above_it() -> None:
    env = read("kind: fit\nn: 3\ncopy: '{{n}}'\nboth: '{{user}}/{{kind}}-{{n}}'\n")
    assert own(env) == {"kind": "fit", "n": 3, "copy": 3, "both": "ana/fit-3"}
    assert env.used == {"n", "user", "kind"}


def test_a_key_wins_over_the_default_placeholder_of_its_name_wherever_it_stands() -> None:
    env = read("out: '{{root}}/x'\nroot: data\n")
    assert own(env) == {"out": "data/x", "root": "data"}


def test_process_variables_are_text_and_empty_when_unset() -> None:
    env = read("city: '{{env.CITY}}'\nnumber: '{{env.NUMBER}}'\nunset: 'x{{env.NOT_SET}}y'\n")
    assert own(env) == {"city": "Lyon", "number": 7, "unset": "xy"}


@pytest.mark.parametrize(
    ("text", "code", "shown"),
    [
        ("both: '{{kind}}-1'\nkind: fit\n", "env-reference-order", "kind"),
        ("n:\n  kind: fit\nboth: '{{n.kind}}-1'\n", "env-reference-order", "n"),
        ("kind: fit\nboth: '{{knid}}-1'\n", "undefined-placeholder", "knid"),
        ("v: '{{git_hash}}'\n", "undefined-placeholder", "git_hash"),
        ("v: '{{version}}'\n", "undefined-placeholder", "version"),
        ("v: '{{user.}}'\n", "template-syntax", "{{user.}}"),
        ("db:\n  name: x\n  a__b: 1\n", "env-key-reserved", "a__b"),
        ("kind: 1\n_kind: x\n", "env-key-reserved", "_kind"),
        ("a: 1\n2: x\n", "env-key-reserved", "2"),
        ("- kind\n- other\n", "env-not-a-mapping", "- kind"),
        ("kind\n", "env-not-a-mapping", "kind"),
        ("path:\n  in: a\n  out: 2024\n", "env-path-not-text", "2024"),
        ("kind: 1\nmeta: base.yaml\n", "env-meta", "base.yaml"),
        ("meta:\n  import: base.yaml\n", "env-meta", "import"),
        ("meta:\n  import_from: [a.yaml]\n", "env-meta", "[a.yaml]"),
        ("kind: 1\nmeta:\n  import_from: base.yaml\n", "env-import-missing", "base.yaml"),
        ("meta: {import_from: env.yaml}\n", "env-import-missing", "env.yaml"),
        ("a: !secret x\n", "env-syntax", "!secret x"),
        ("a: &a [1, *a]\n", "env-syntax", "&a [1, *a]"),
    ],
)
def test_what_is_wrong_is_told_at_its_place(text: str, code: str, shown: str) -> None:
    assert told(read(text), text) == [(code, shown)]


def test_a_broken_value_is_told_once_and_not_where_it_is_used() -> None:
    env = read("a: '{{nope}}'\nb: '{{a}}/x'\n")
    assert len(env.problems) == 1
    assert isinstance(env.values["b"].value, Unknown)


def test_a_file_that_is_not_yaml_is_one_problem_where_it_breaks() -> None:
    text = "kind: x\nother: [1, 2\n"
    env = read(text)
    assert env.broken
    assert [(p.code, p.place.span.start.line) for p in env.problems] == [("env-syntax", 1)]


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "~\n", "---\n"])
def test_an_empty_file_has_no_keys_and_no_problem(text: str) -> None:
    env = read(text)
    assert (own(env), env.problems) == ({}, ())


@pytest.mark.parametrize(
    "text",
    [
        "[" * 10_000,
        "a: " + "{a: " * 5_000,
        "a: '\0'",
        "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
        + "\n".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 30)),
        "a: 1\n---\nb: 1\n",
        "a: *nowhere\n",
        "a: \ud800",
    ],
)
def test_hostile_files_are_one_clear_problem(text: str) -> None:
    assert [p.code for p in read(text).problems] == ["env-syntax"]


def test_a_missing_file_is_a_problem() -> None:
    env = read_env("/p/env.yaml", DictFiles({}), {}, {}, environ={}, folder="/p")
    assert isinstance(env, Env)
    assert [p.code for p in env.problems] == ["env-unreadable"]


def test_a_byte_order_mark_and_windows_line_ends_change_nothing() -> None:
    env = read("\ufeffkind: fit\r\nother: '{{kind}}'\r\nwrong: '{{knid}}'\r\n")
    assert env.values["other"].value == "fit"
    assert env.problems[0].place.span.start.line == 2
    assert env.problems[0].place.span.start.character == 10


def test_values_under_path_are_paths_and_a_trailing_slash_names_a_folder() -> None:
    env = read("path:\n  out: 'build/{{user}}/'\n  home: ~/data\n  one: '1'\n")
    assert env.values["path"].value == {
        "out": PurePath("build/ana"),
        "home": PurePath("/home/ana/data"),
        "one": PurePath("1"),
    }
    assert env.folders == ("build/ana/",)


def test_an_imported_file_lies_below_this_one_and_keeps_its_own_references() -> None:
    base = "kind: theirs\nboth: '{{kind}}-x'\nonly: base\nhere_: '{{here}}'\ndb: {name: theirs, port: 1}\n"
    text = "meta: {import_from: parts/base.yaml}\nkind: mine\nmine: '{{only}}-y'\ndb: {name: mine}\n"
    env = read(text, **{"/p/parts/base.yaml": base})
    assert env.problems == ()
    assert own(env) == {
        "kind": "mine",
        "both": "theirs-x",
        "only": "base",
        "here_": "/p/parts",
        "mine": "base-y",
        "db": {"name": "mine", "port": 1},
    }
    assert env.values["only"].origin == "imported"
    assert env.imported == ("/p/parts/base.yaml",)


def test_version_comes_from_the_module_without_importing_it() -> None:
    env = read("_module: pkg\nv: 'v{{version}}'\n", **{"/p/pkg/__init__.py": "__version__ = '1.0'\n1 / 0\n"})
    assert env.values["v"].value == "v1.0"
    assert "version" not in env.values


def test_an_unknown_default_makes_what_uses_it_unknown_and_nothing_wrong() -> None:
    env = read("tag: '{{git}}-x'\nmore: '{{tag}}'\n", defaults={"git": Unknown("not asked yet")})
    assert env.problems == ()
    assert isinstance(env.values["more"].value, Unknown)


TEXT = "day: mon\nkind: fit\nboth: '{{kind}}x'\nn: {x: 2, y: 3}\nlst: [{x: 1}, 2]\ndb: {my-kind: a}\npath: {out: o}\n"


@pytest.mark.parametrize(
    ("option", "value", "key", "found"),
    [
        ("kind", "serve", "kind", "serve"),
        ("ki", "serve", "both", "servex"),
        ("kind", "{{day}}-{{user}}", "kind", "mon-ana"),
        ("n--x", "[1, 'b']", "n", {"x": [1, "b"], "y": 3}),
        ("lst", "[3, '4']", "lst", [3, "4"]),
        ("db", "b", "db", {"my-kind": "b"}),
        ("path--out", "2024", "path", {"out": PurePath("2024")}),
    ],
)
def test_an_option_replaces_a_value_and_what_is_made_of_it(
    option: str, value: str, key: str, found: object
) -> None:
    assert read(TEXT, {option: value}).values[key].value == found


def test_the_origin_of_a_replaced_value_is_the_command_line() -> None:
    assert read(TEXT, {"kind": "serve"}).values["kind"].origin == "command line"


@pytest.mark.parametrize(
    ("option", "said"),
    [("knid", "did you mean 'kind'"), ("n", "ambiguous"), ("zz", "no such key"), ("user", "no such")],
)
def test_an_option_that_fits_no_single_key_is_a_usage_error(option: str, said: str) -> None:
    found = attempt(TEXT, {option: "x"})
    assert isinstance(found, OverrideError)
    assert f"--env--{option}" in found.message
    assert said in found.message


def test_an_option_without_an_env_file_is_a_usage_error() -> None:
    found = read_env(None, DictFiles({}), {}, {"kind": "x"}, environ={}, folder="/p")
    assert isinstance(found, OverrideError)


def test_an_option_with_an_undefined_placeholder_is_a_usage_error() -> None:
    found = attempt(TEXT, {"kind": "{{nope}}"})
    assert isinstance(found, OverrideError)
    assert "nope" in found.message
