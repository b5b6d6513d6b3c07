from __future__ import annotations

import subprocess
from datetime import datetime
from pathlib import Path

import pytest

from pipelens.core.env import Unknown
from pipelens.core.files import DictFiles
from pipelens.workspace.discovery import Location
from pipelens.workspace.placeholders import default_placeholders, wanted_names


def location(folder: str = "/p", form: str = "file") -> Location:
    return Location(form, f"{folder}/pipeline.serve.yaml", folder, folder, "p")  # type: ignore[arg-type]


def test_a_file_has_here_root_cwd_user_and_now() -> None:
    now = datetime(2024, 5, 6, 7, 8, 9)
    files = DictFiles({"/p/src/pkg/pipeline.yaml": "", "/p/setup.py": ""})
    found = default_placeholders(
        location("/p/src/pkg"), "/w", {"USER": "ana", "CITY": "Lyon"}, files, trusted=True, now=now
    )
    assert {key: found[key] for key in ("here", "root", "user", "now", "cwd")} == {
        "here": "/p/src/pkg",
        "root": "/p",
        "user": "ana",
        "now": "2024-05-06T07:08:09.000000",
        "cwd": "/w",
    }
    assert found["env"] == {"USER": "ana", "CITY": "Lyon"}
    assert "git" not in found


def test_a_lone_named_pipeline_has_a_root_of_its_own() -> None:
    found = default_placeholders(
        location(), "/w", {}, DictFiles({"/p/pipeline.serve.yaml": ""}), trusted=True
    )
    assert found["root"] == "/p"


def test_sources_without_a_file_have_neither_here_nor_root() -> None:
    found = default_placeholders(location(form="sources"), "/w", {}, DictFiles({}), trusted=True)
    assert not {"here", "root"} & found.keys()


def test_only_texts_that_mention_git_want_it() -> None:
    assert wanted_names("a: '{{kind}}'", "digits") == frozenset()
    assert wanted_names("a: '{{git_hash}}'", "b: '{{ git }}'") == {"git", "git_hash"}


def test_before_trust_git_is_unknown() -> None:
    found = default_placeholders(location(), "/w", {}, DictFiles({}), trusted=False, wanted={"git"})
    assert isinstance(found["git"], Unknown)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    def git(*arguments: str) -> None:
        identity = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
        subprocess.run(["git", *identity, *arguments], cwd=tmp_path, check=True, capture_output=True)

    git("init", "-b", "trunk")
    (tmp_path / "pipeline.yaml").write_text("tasks: []\n")
    git("add", ".")
    git("commit", "-m", "first")
    return tmp_path


def ask(folder: Path) -> dict[str, object]:
    import os

    files = DictFiles({})
    return dict(
        default_placeholders(
            location(str(folder)), str(folder), dict(os.environ), files, trusted=True, wanted={"git"}
        )
    )


def test_git_is_the_branch_and_git_hash_the_description(repository: Path) -> None:
    assert ask(repository)["git"] == "trunk"
    assert not str(ask(repository)["git_hash"]).endswith("-dirty")
    (repository / "pipeline.yaml").write_text("tasks: [1]\n")
    assert str(ask(repository)["git_hash"]).endswith("-dirty")


def test_a_repositorys_own_settings_start_no_program(repository: Path) -> None:
    mark = repository / "mark"
    script = repository / "monitor.sh"
    script.write_text(f"#!/bin/sh\ntouch '{mark}'\n")
    script.chmod(0o755)
    for setting in ("core.fsmonitor", "core.pager"):
        subprocess.run(["git", "config", setting, str(script)], cwd=repository, check=True)
    ask(repository)
    assert not mark.exists()


def test_without_a_repository_or_a_commit_the_names_are_left_out(tmp_path: Path) -> None:
    assert "git" not in ask(tmp_path)
    subprocess.run(["git", "init"], cwd=tmp_path, check=True, capture_output=True)
    assert "git" not in ask(tmp_path)
