"""What two builds of one project have left, compared file by file.

Files are equal byte by byte, but for

- `.NAME.metadata`: the timestamp may differ;
- notebooks (`.ipynb`) and the pages and texts made of them (`.html`, `.md`): ids of cells that have none in their
  source, for both tools make them up; times; the order of `upstream` in the injected cell, which Ploomber takes from
  a set; the bookkeeping of papermill and of jupytext; what the kernel says of itself beyond the language's name;
- addresses in memory (`<Axes at 0x7f…>`) in outputs, and the place that a warning names: a kernel says
  `/tmp/ipykernel_1/2.py:3`, a task of ours its file and the line there.
"""

from __future__ import annotations

import ast
import html
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_ADDRESS = re.compile(r"0x[0-9a-f]{6,}")
_WARNED = re.compile(r"/[^\s\">:]{1,200}\.(?:py|ipynb)(?: cell \d+)?:\d+: (?=\w*Warning)")
_CELL_ID = re.compile(r'id="cell-id=[^"]*"')
_INJECTED_HTML = re.compile(
    r'<div class="jp-Cell [^"]*celltag_injected-parameters[^"]*"[^>]*>.*?(?=<div class="jp-Cell |</main>|</body>)',
    re.DOTALL,
)
_INJECTED_MD = re.compile(r"```python\n# Parameters\n.*?```", re.DOTALL)
_OURS = (".pipelens", "__pycache__", ".ipynb_checkpoints")


def differences(theirs: Path, ours: Path) -> list[str]:
    """What differs between two folders, in words."""
    left, right = _files(theirs), _files(ours)
    found = [f"{name}: only Ploomber makes it" for name in sorted(left - right)]
    found += [f"{name}: only pipelens makes it" for name in sorted(right - left)]
    for name in sorted(left & right):
        found += [f"{name}: {text}" for text in _compared(theirs / name, ours / name)]
    return found


def _files(folder: Path) -> set[str]:
    paths = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return {path.as_posix() for path in paths if not set(path.parts).intersection(_OURS)}


def _compared(theirs: Path, ours: Path) -> Iterator[str]:
    left, right = theirs.read_bytes(), ours.read_bytes()
    if left == right:
        return
    if theirs.name.endswith(".metadata"):
        yield from _unequal("record", *(_record(data) for data in (left, right)))
    elif theirs.suffix == ".ipynb":
        yield from _notebooks(_notebook(left), _notebook(right))
    elif theirs.suffix == ".html":
        yield from _pages(left.decode(), right.decode(), _INJECTED_HTML)
    elif theirs.suffix == ".md":
        yield from _pages(left.decode(), right.decode(), _INJECTED_MD)
    else:
        yield f"{len(left)} bytes here, {len(right)} there, and not the same"


def _record(data: bytes) -> object:
    record = json.loads(data)
    assert isinstance(record.pop("timestamp"), float)
    return record


def _notebook(data: bytes) -> Any:
    import nbformat

    notebook = nbformat.reads(data.decode(), as_version=4)
    nbformat.validate(notebook)
    return notebook


def _notebooks(theirs: Any, ours: Any) -> Iterator[str]:
    yield from _unequal("notebook's metadata", _about(theirs), _about(ours))
    yield from _unequal("number of cells", len(theirs.cells), len(ours.cells))
    for number, (left, right) in enumerate(zip(theirs.cells, ours.cells, strict=False), 1):
        yield from _unequal(f"cell {number}", _cell(left), _cell(right))


def _about(notebook: Any) -> dict[str, Any]:
    """The metadata that readers of a notebook rely on."""
    told = notebook.metadata
    kernel = {key: told.kernelspec.get(key) for key in ("name", "language")}
    language = {
        key: told.language_info.get(key) for key in ("name", "file_extension", "mimetype", "pygments_lexer")
    }
    rest = {
        k: v for k, v in told.items() if k not in ("kernelspec", "language_info", "papermill", "jupytext")
    }
    return {"kernelspec": kernel, "language_info": language, **rest}


def _cell(cell: Any) -> dict[str, Any]:
    metadata = {"tags": [], **cell.metadata}
    for key in ("papermill", "execution"):
        metadata.pop(key, None)
    is_injected = "injected-parameters" in metadata["tags"]
    return {
        "type": cell.cell_type,
        "source": _values(cell.source) if is_injected else cell.source,
        "metadata": metadata,
        "count": cell.get("execution_count"),
        "outputs": [_told(output) for output in cell.get("outputs", [])],
    }


def _told(output: Any) -> Any:
    return json.loads(_settled(json.dumps(output, sort_keys=True)))


def _settled(text: str) -> str:
    return _WARNED.sub("", _ADDRESS.sub("0x…", text))


def _values(source: str) -> list[tuple[str, object]]:
    """The assignments of an injected cell, in order; the order of the names in `upstream` is nobody's business."""
    statements = ast.parse(source).body
    assert all(isinstance(one, ast.Assign) for one in statements)
    return [(one.targets[0].id, ast.literal_eval(one.value)) for one in statements]  # type: ignore[attr-defined]


def _pages(theirs: str, ours: str, injected: re.Pattern[str]) -> Iterator[str]:
    cells = [[_values(_code(found)) for found in injected.findall(text)] for text in (theirs, ours)]
    yield from _unequal("injected cell", *cells)
    left, right = (_settled(_CELL_ID.sub("", injected.sub("", text))) for text in (theirs, ours))
    for number, (one, other) in enumerate(zip(left.splitlines(), right.splitlines(), strict=False), 1):
        if one != other:
            yield f"line {number}: {_short(one)} != {_short(other)}"
            return
    yield from _unequal("number of lines", left.count("\n"), right.count("\n"))


def _code(block: str) -> str:
    """The code in a block of a page, without its colours."""
    if block.startswith("```"):
        return block.strip("`").removeprefix("python\n")
    found = re.search(r"<pre>(.*?)</pre>", block, re.DOTALL)
    return html.unescape(re.sub(r"<[^>]+>", "", found[1])) if found else ""


def _unequal(what: str, theirs: object, ours: object) -> Iterator[str]:
    if theirs == ours:
        return
    if isinstance(theirs, dict) and isinstance(ours, dict):
        for key in sorted({*theirs, *ours}, key=str):
            yield from _unequal(f"{what}, {key}", theirs.get(key), ours.get(key))
        return
    yield f"{what}: {_short(theirs)} != {_short(ours)}"


def _short(value: object) -> str:
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) < 400 else f"{text[:400]}…"
