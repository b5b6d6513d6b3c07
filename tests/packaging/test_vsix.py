"""What is in the extension for VS Code, once `make vsix` has built it."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.tree import TOP

LARGEST_SERVER = 15_000_000
LARGEST_CLIENT = 2_000_000


@pytest.fixture(scope="module")
def vsix() -> Iterator[zipfile.ZipFile]:
    built = sorted((TOP / "dist").glob("pipelens-*.vsix"))
    if not built:
        pytest.skip("there is no dist/pipelens-*.vsix: `make vsix` builds it")
    with zipfile.ZipFile(built[-1]) as archive:
        yield archive


def names(vsix: zipfile.ZipFile) -> list[str]:
    return [info.filename for info in vsix.infolist() if not info.is_dir()]


def test_nothing_in_it_is_compiled_for_one_system(vsix: zipfile.ZipFile) -> None:
    kinds = {".so", ".pyd", ".dylib", ".dll", ".node", ".exe", ".pyc"}
    found = [name for name in names(vsix) if Path(name).suffix in kinds or "__pycache__" in name]
    assert found == []


def test_only_what_is_used_is_in_it(vsix: zipfile.ZipFile) -> None:
    inside = {name.removeprefix("extension/") for name in names(vsix) if name.startswith("extension/")}
    allowed = re.compile(
        r"(readme\.md|changelog\.md|license(\.txt)?|package(\.nls(\.[\w-]+)?)?\.json|l10n/.*"
        r"|dist/(extension\.js|NOTICES\.txt)|media/[\w-]+\.(png|svg)|(schemas|syntaxes)/[\w.-]+\.json"
        r"|bundled/(start\.py|NOTICES\.txt|libs/.*|wheel/pipelens-[^/]*\.whl))",
        re.IGNORECASE,
    )
    assert [name for name in sorted(inside) if not allowed.fullmatch(name)] == []


def test_it_says_what_it_is_and_under_which_licence(vsix: zipfile.ZipFile) -> None:
    inside = {name.lower(): name for name in names(vsix)}
    for wanted in (
        "readme.md",
        "changelog.md",
        "dist/extension.js",
        "dist/notices.txt",
        "bundled/notices.txt",
    ):
        assert f"extension/{wanted}" in inside
    licence = next(name for low, name in inside.items() if low.startswith("extension/license"))
    assert vsix.read(licence) == (TOP / "LICENSE").read_bytes()
    manifest = json.loads(vsix.read("extension/package.json"))
    assert (manifest["license"], manifest["main"]) == ("Apache-2.0", "./dist/extension.js")


def test_its_server_and_the_wheel_are_of_its_own_version(vsix: zipfile.ZipFile) -> None:
    version = json.loads(vsix.read("extension/package.json"))["version"]
    [wheel] = [name for name in names(vsix) if name.endswith(".whl")]
    assert wheel.startswith(f"extension/bundled/wheel/pipelens-{version}-")
    assert f'__version__ = "{version}"' in vsix.read("extension/bundled/libs/pipelens/__init__.py").decode()


def test_it_is_small(vsix: zipfile.ZipFile) -> None:
    inside = [info for info in vsix.infolist() if info.filename.startswith("extension/")]
    server = [info for info in inside if info.filename.startswith("extension/bundled/")]
    assert sum(info.file_size for info in server) <= LARGEST_SERVER
    assert sum(info.compress_size for info in inside if info not in server) <= LARGEST_CLIENT


def test_nothing_in_it_names_a_package_registry_or_a_path_of_the_machine_it_was_built_on(
    vsix: zipfile.ZipFile,
) -> None:
    # In pieces, so that this file does not find itself. Python files of others cite pages of theirs.
    hosts = ["pypi" + ".org", "files.python" + "hosted", "registry.npm" + "js"]
    places = [*{f"{TOP}/", f"{Path.home()}/"} - {"//"}, "/opt/py" + "pi"]
    found: list[str] = []
    for name in names(vsix):
        data = vsix.read(name)
        if name.endswith(".whl"):
            continue  # made of the same files as libs/pipelens
        others = "/bundled/libs/" in name and "/libs/pipelens" not in name
        wanted = places if others and name.endswith(".py") else [*places, *hosts]
        found += [f"{name}: {word}" for word in wanted if word.encode() in data]
    assert found == []
