"""Rules that hold for every file of the project."""

from __future__ import annotations

import re
from pathlib import Path

from tests.contract.tree import PACKAGE, TOP, named, tracked

VAGUE = {
    "base",
    "common",
    "helper",
    "helpers",
    "manager",
    "misc",
    "shared",
    "stuff",
    "tools",
    "util",
    "utils",
}
LONGEST = 400


def texts() -> list[tuple[Path, str]]:
    found: list[tuple[Path, str]] = []
    for path in tracked():
        try:
            found.append((path, path.read_text(encoding="utf-8")))
        except (UnicodeDecodeError, OSError):
            continue  # a picture, or a fixture that is broken on purpose
    return found


def test_no_file_of_the_package_is_longer_than_four_hundred_lines() -> None:
    long = {
        named(path): count
        for path in sorted(PACKAGE.rglob("*.py"))
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST
    }
    assert not long


def test_modules_are_named_for_what_they_hold() -> None:
    vague = [
        named(path)
        for path in sorted(PACKAGE.rglob("*"))
        if (path.suffix == ".py" or path.is_dir()) and set(path.stem.lower().split("_")) & VAGUE
    ]
    assert not vague


def test_every_module_says_why_it_exists() -> None:
    silent = [
        named(path)
        for path in sorted(PACKAGE.rglob("*.py"))
        if "starter" not in path.parts
        and not re.match(r'(#!.*\n|# .*\n)*\s*[rR]?("""|\'\'\')', path.read_text(encoding="utf-8"))
    ]
    assert not silent


def test_no_file_names_a_package_registry_or_a_path_of_the_machine_it_was_written_on() -> None:
    # Written in pieces, so that this file does not find itself.
    forbidden = [
        "pypi" + ".org",
        "files.python" + "hosted",
        "registry.npm" + "js",
        "/wo" + "rk/",
        "/ro" + "ot/",
        "/opt/py" + "pi",
        "/home/[a-z]+/\\.(py" + "env|cache)",
    ]
    pattern = re.compile("|".join(forbidden))
    found = [
        f"{path.relative_to(TOP)}: {match.group()}"
        for path, text in texts()
        if (match := pattern.search(text)) and path.suffix not in {".lock", ".ipynb"}
    ]
    assert not found, "\n".join(found)


def test_the_project_speaks_of_itself_alone() -> None:
    words = ["confor" + "mance", "sub" + "agent", "issue" + " #", "the br" + "ief", "this ses" + "sion"]
    pattern = re.compile("|".join(rf"\b{word}" for word in words), re.IGNORECASE)
    found = [
        f"{path.relative_to(TOP)}:{text.count(chr(10), 0, match.start()) + 1}: {match.group()}"
        for path, text in texts()
        if path.name != "LICENSE" and (match := pattern.search(text))
    ]
    assert not found, "\n".join(found)


def test_the_licence_is_apache_2() -> None:
    text = (TOP / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License" in text
    assert "Version 2.0, January 2004" in text
    assert 'license = "Apache-2.0"' in (TOP / "pyproject.toml").read_text(encoding="utf-8")


def test_every_relative_link_in_the_documents_leads_to_a_file() -> None:
    dead: list[str] = []
    for path in [*TOP.glob("*.md"), *TOP.glob("docs/**/*.md"), *TOP.glob("examples/**/*.md")]:
        text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        for target in re.findall(r"\]\(([^)\s]+)\)", text):
            if "://" in target or target.startswith(("#", "mailto:")):
                continue
            if not (path.parent / target.split("#")[0]).exists():
                dead.append(f"{path.relative_to(TOP)} → {target}")
    assert not dead, "\n".join(dead)
