from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from pipelens.core.files import DictFiles
from pipelens.workspace.discovery import (
    Location,
    NotFound,
    find_pipeline,
    pipelines_around,
    pipelines_below,
)
from pipelens.workspace.disk import WorkspaceFiles

SPEC = "tasks: []\n"
NO_VARIABLES: Mapping[str, str] = {}


def find(
    *paths: str,
    value: str | None = None,
    cwd: str = "/p",
    environ: Mapping[str, str] = NO_VARIABLES,
    texts: Mapping[str, str] | None = None,
) -> Location | NotFound:
    """What is found in a tree with `paths`, all below /p."""
    files = DictFiles(
        {**{f"/p/{path}": SPEC for path in paths}, **{f"/p/{k}": v for k, v in (texts or {}).items()}}
    )
    return find_pipeline(value, cwd, environ, files)


def path_of(found: Location | NotFound) -> str:
    assert isinstance(found, Location), found
    return found.path


def root_of(found: Location | NotFound) -> str:
    assert isinstance(found, Location), found
    return found.root


def codes(found: Location | NotFound) -> list[str]:
    return [p.code for p in found.problems]


def test_pipeline_yaml_is_found_from_a_folder_up_to_five_below() -> None:
    assert path_of(find("pipeline.yaml", cwd="/p/a/b/c/d/e")) == "/p/pipeline.yaml"
    assert isinstance(find("pipeline.yaml", cwd="/p/a/b/c/d/e/f"), NotFound)


def test_nothing_found_says_what_was_looked_for_and_what_to_do() -> None:
    found = find("steps.py")
    assert isinstance(found, NotFound)
    assert "'pipeline.yaml'" in found.message
    assert "--entry-point" in found.message


def test_a_named_file_may_lie_anywhere_and_have_any_extension() -> None:
    found = find("conf/flow.txt", "pipeline.yaml", value="conf/flow.txt")
    assert isinstance(found, Location)
    assert (found.form, found.path, found.folder, found.root, found.name) == (
        "file",
        "/p/conf/flow.txt",
        "/p/conf",
        "/p/conf",
        "conf",
    )


def test_a_named_file_without_extension_is_refused_at_the_file() -> None:
    found = find("flow", value="flow")
    assert codes(found) == ["spec-without-extension"]
    assert found.problems[0].place.path == "/p/flow"


def test_a_bare_name_and_a_missing_file_are_not_found() -> None:
    for value in (
        "serve",
        "pipeline.train.yaml",
        "",
        "\0",
        "flows.make",
        "nowhere::pipeline.yaml",
        "no/*.py",
    ):
        assert isinstance(find("pipeline.yaml", "pipeline.serve.yaml", value=value), NotFound)


def test_pipeline_yml_is_not_found_and_the_message_says_so() -> None:
    found = find("pipeline.yml")
    assert isinstance(found, NotFound)
    assert codes(found) == ["pipeline-extension"]
    assert path_of(find("pipeline.yml", value="pipeline.yml")) == "/p/pipeline.yml"


def test_the_variable_names_the_file_to_look_for() -> None:
    environ = {"ENTRY_POINT": "pipeline.serve.yaml"}
    assert path_of(find("pipeline.yaml", "pipeline.serve.yaml", environ=environ, cwd="/p/a")) == (
        "/p/pipeline.serve.yaml"
    )
    both = find("pipeline.yaml", "pipeline.serve.yaml", environ=environ, value="pipeline.yaml")
    assert path_of(both) == "/p/pipeline.yaml"


def test_the_variable_takes_no_folder() -> None:
    found = find("conf/pipeline.yaml", environ={"ENTRY_POINT": "conf/pipeline.yaml"})
    assert isinstance(found, NotFound)
    assert "ENTRY_POINT" in found.message


CONFIG = "[metadata]\nname = x\n[ploomber]\nentry-point = conf/flow.yaml\n"


def test_setup_cfg_names_the_pipeline_relative_to_itself() -> None:
    texts = {"setup.cfg": CONFIG}
    assert (
        path_of(find("conf/flow.yaml", "pipeline.yaml", texts=texts, cwd="/p/deep/er")) == "/p/conf/flow.yaml"
    )


def test_setup_cfg_wins_over_the_variable_with_a_warning() -> None:
    found = find("conf/flow.yaml", "x.yaml", texts={"setup.cfg": CONFIG}, environ={"ENTRY_POINT": "x.yaml"})
    assert path_of(found) == "/p/conf/flow.yaml"
    assert [(p.code, p.severity) for p in found.problems] == [("entry-point-ignored", "warning")]


def test_setup_cfg_that_names_a_missing_file_is_to_blame() -> None:
    found = find("pipeline.yaml", texts={"setup.cfg": CONFIG})
    assert isinstance(found, NotFound)
    assert [(p.code, p.place.path, p.place.span.start.line) for p in found.problems] == [
        ("setup-cfg-entry-point", "/p/setup.cfg", 3)
    ]


@pytest.mark.parametrize(
    "text", ["[metadata]\nname = x\n", "[ploomber]\n", "not a config", "[a\n", "[ploomber]\nentry-point\n"]
)
def test_the_nearest_setup_cfg_ends_the_search_for_another(text: str) -> None:
    found = find(
        "inner/pipeline.yaml",
        "conf/flow.yaml",
        texts={"setup.cfg": CONFIG, "inner/setup.cfg": text},
        cwd="/p/inner",
    )
    assert path_of(found) == "/p/inner/pipeline.yaml"


def test_in_a_package_the_root_is_the_folder_of_setup_py() -> None:
    found = find("setup.py", "src/pkg/pipeline.yaml", "src/a.egg-info/pipeline.yaml", cwd="/p/src/pkg/sub")
    assert isinstance(found, Location)
    assert (found.path, found.folder, found.root) == ("/p/src/pkg/pipeline.yaml", "/p/src/pkg", "/p")
    assert found.problems == ()
    other = find(
        "setup.py", "src/pkg/pipeline.yaml", "src/pkg/pipeline.b.yaml", value="src/pkg/pipeline.b.yaml"
    )
    assert root_of(other) == "/p"


def test_of_two_packages_the_first_by_name_is_used_with_a_warning() -> None:
    found = find("setup.py", "src/beta/pipeline.yaml", "src/alpha/pipeline.yaml")
    assert path_of(found) == "/p/src/alpha/pipeline.yaml"
    assert codes(found) == ["several-packages"]


def test_setup_py_further_up_does_not_move_the_root() -> None:
    assert root_of(find("setup.py", "jobs/pipeline.yaml", value="jobs/pipeline.yaml")) == "/p/jobs"
    assert root_of(find("setup.py", "pipeline.yaml")) == "/p"


def test_a_spec_in_a_package_folder_without_setup_py_is_refused() -> None:
    found = find("src/pkg/pipeline.yaml", value="src/pkg/pipeline.yaml")
    assert [(p.code, p.place.path) for p in found.problems] == [
        ("package-without-setup", "/p/src/pkg/pipeline.yaml")
    ]
    assert codes(find("src/pipeline.yaml", value="src/pipeline.yaml")) == []


def test_one_name_in_both_places_is_refused_and_so_is_none() -> None:
    assert codes(find("setup.py", "pipeline.yaml", "src/pkg/pipeline.yaml")) == ["two-pipeline-files"]
    missing = find("setup.py", "src/pkg/pipeline.yaml", environ={"ENTRY_POINT": "pipeline.b.yaml"})
    assert isinstance(missing, NotFound)
    assert codes(missing) == ["setup-without-pipeline"]


def test_the_nearer_of_nested_pipelines_is_used_and_told() -> None:
    found = find("pipeline.yaml", "inner/pipeline.yaml", cwd="/p/inner/sub")
    assert path_of(found) == "/p/inner/pipeline.yaml"
    assert [(p.code, p.severity) for p in found.problems] == [("nested-pipelines", "info")]


def test_a_folder_or_a_pattern_makes_tasks_of_its_sources() -> None:
    paths = ("steps/load.py", "steps/clean.ipynb", "steps/notes.txt", "steps/.hidden.py", "steps/more/x.py")
    for value in ("../steps", "../steps/*.[pi]*"):
        found = find(*paths, value=value, cwd="/p/work")
        assert isinstance(found, Location)
        assert (found.form, found.root, found.env_path) == ("sources", "/p/work", None)
        assert found.sources == ("/p/steps/clean.ipynb", "/p/steps/load.py")


def test_a_pattern_that_matches_other_files_is_refused_at_them() -> None:
    found = find("steps/load.py", "steps/notes.txt", value="steps/*")
    assert [(p.code, p.place.path) for p in found.problems] == [
        ("entry-point-file-type", "/p/steps/notes.txt")
    ]


def test_a_file_in_a_package_is_found_by_its_module_path() -> None:
    assert path_of(find("flows/__init__.py", "flows/pipeline.yaml", value="flows::pipeline.yaml")) == (
        "/p/flows/pipeline.yaml"
    )


@pytest.mark.parametrize("given", ["option", "variable"])
def test_a_factory_is_recognised_by_its_module_and_not_imported(given: str) -> None:
    paths = ("flows/__init__.py", "flows/daily.py", "pipeline.yaml")
    found = (
        find(*paths, value="flows.daily.make")
        if given == "option"
        else find(*paths, environ={"ENTRY_POINT": "flows.daily.make"})
    )
    assert isinstance(found, Location)
    assert (found.form, found.path, found.dotted_path) == ("factory", "/p/flows/daily.py", "flows.daily.make")


@pytest.mark.parametrize(
    ("spec", "files", "cwd", "env"),
    [
        ("pipeline.yaml", ["env.yaml"], "/p", "env.yaml"),
        ("pipeline.yaml", ["env.pipeline.yaml"], "/p", None),
        ("pipeline.yaml", ["env.yaml"], "/p/a/b", "env.yaml"),
        ("pipeline.yaml", ["a/env.yaml"], "/p/a/b", None),
        ("conf/pipeline.yaml", ["env.yaml", "conf/env.yaml"], "/p", "env.yaml"),
        ("conf/pipeline.yaml", ["conf/env.yaml"], "/p", "conf/env.yaml"),
        ("pipeline.serve.yaml", ["env.yaml", "env.serve.yaml"], "/p", "env.serve.yaml"),
        ("pipeline.serve.yaml", ["env.yaml", "env.train.yaml"], "/p", "env.yaml"),
        ("pipeline.eu.serve.yaml", ["env.eu.yaml", "env.serve.yaml"], "/p", "env.eu.yaml"),
        ("conf/pipeline.serve.yaml", ["env.yaml", "conf/env.serve.yaml"], "/p", "conf/env.serve.yaml"),
        ("pipeline.yaml", ["env.yaml", "env.yml"], "/p", "env.yaml"),
    ],
)
def test_the_env_file_goes_with_the_pipelines_name(
    spec: str, files: list[str], cwd: str, env: str | None
) -> None:
    found = find(spec, *files, value=os.path.relpath(f"/p/{spec}", cwd), cwd=cwd)
    assert isinstance(found, Location)
    assert found.env_path == (f"/p/{env}" if env else None)
    assert found.problems == ()


def test_env_yml_alone_is_an_error_at_that_file() -> None:
    found = find("pipeline.yaml", "env.yml")
    assert [(p.code, p.place.path) for p in found.problems] == [("env-extension", "/p/env.yml")]


def test_a_variable_replaces_the_env_files_name() -> None:
    found = find("pipeline.yaml", "env.yaml", "prod.yaml", environ={"PLOOMBER_ENV_FILENAME": "prod.yaml"})
    assert isinstance(found, Location)
    assert found.env_path == "/p/prod.yaml"
    for name in ("missing.yaml", "conf/prod.yaml"):
        wrong = find("pipeline.yaml", "conf/prod.yaml", environ={"PLOOMBER_ENV_FILENAME": name})
        assert codes(wrong) == ["env-file-name"]


def test_a_link_to_a_pipeline_stands_for_the_real_file(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "pipeline.yaml").write_text(SPEC)
    (tmp_path / "pipeline.yaml").symlink_to(tmp_path / "real" / "pipeline.yaml")
    found = find_pipeline(None, str(tmp_path), {}, WorkspaceFiles())
    assert root_of(found) == str((tmp_path / "real").resolve())


def test_the_search_below_ends_in_a_loop_of_links_and_skips_environments(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "up").symlink_to(tmp_path)
    (tmp_path / "self").symlink_to(tmp_path / "self")
    for name in ("a/pipeline.yaml", "a/b/pipeline.serve.yaml", "a/other.yaml"):
        (tmp_path / name).write_text(SPEC)
    for name in ("node_modules/x", ".hidden", "my-env/lib"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "pipeline.yaml").write_text(SPEC)
    (tmp_path / "my-env" / "pyvenv.cfg").write_text("")
    found = pipelines_below(str(tmp_path), WorkspaceFiles())
    assert found == (str(tmp_path / "a" / "pipeline.yaml"), str(tmp_path / "a" / "b" / "pipeline.serve.yaml"))


def test_a_loop_of_links_as_entry_point_is_not_found(tmp_path: Path) -> None:
    (tmp_path / "pipeline.yaml").symlink_to(tmp_path / "pipeline.yaml")
    assert isinstance(find_pipeline(None, str(tmp_path), {}, WorkspaceFiles()), NotFound)


def test_the_pipelines_around_a_source_are_those_above_it_and_in_its_package() -> None:
    files = DictFiles(
        dict.fromkeys(
            ["/p/setup.py", "/p/src/pkg/pipeline.yaml", "/p/scripts/a/load.py", "/p/scripts/pipeline.b.yaml"],
            "",
        )
    )
    assert pipelines_around("/p/scripts/a/load.py", files) == (
        "/p/scripts/pipeline.b.yaml",
        "/p/src/pkg/pipeline.yaml",
    )
