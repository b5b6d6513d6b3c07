"""The extension for VS Code as files: its manifest and what its sources say, for the tests that compare them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from tests.contract.tree import TOP

EXTENSION = TOP / "vscode-extension"
GENERATED = EXTENSION / "src" / "protocol.gen.ts"


def manifest() -> dict[str, Any]:
    return json.loads((EXTENSION / "package.json").read_text(encoding="utf-8"))


def texts() -> dict[str, str]:
    return json.loads((EXTENSION / "package.nls.json").read_text(encoding="utf-8"))


@cache
def sources() -> dict[str, str]:
    """What was written by hand, by its path in `src/`, without comments."""
    return {
        path.relative_to(EXTENSION / "src").as_posix(): _without_comments(path.read_text(encoding="utf-8"))
        for path in sorted((EXTENSION / "src").rglob("*.ts"))
        if path != GENERATED
    }


def _without_comments(text: str) -> str:
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    return re.sub(r"(?m)(^|\s)//.*$", "", text)


def listed(path: str, name: str) -> list[str]:
    """The texts of `const NAME = ["…", …]` in a source."""
    found = re.search(rf"const {name}\b[^=]*= \[(.*?)\]", sources()[path], re.DOTALL)
    assert found is not None, f"{path} has no list {name}"
    return re.findall(r'"([^"]*)"', found[1])


def conditions(value: object) -> Iterator[str]:
    """Every `when` and `enablement` in a part of the manifest."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key in ("when", "enablement"):
                yield str(inner)
            else:
                yield from conditions(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from conditions(inner)
