"""The pipeline that is hit: every kind of task, products written in pieces, and what an undisturbed
build makes of it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.cli.command import write

_PIPELINE = """\
tasks:
  - source: steps.raw
    product: out/raw.txt
  - source: steps.slow
    product: out/slow.txt
    params: {version: VERSION}
  - source: steps.rewritten
    product: out/rewritten.txt
    params: {version: VERSION}
  - source: report.py
    product: {nb: out/report.ipynb, data: out/report.txt}
    params: {version: VERSION}
  - source: shell.sh
    product: out/shell.txt
    params: {version: VERSION}
  - source: steps.pair
    product: {left: out/left.txt, right: out/right.txt}
    params: {version: VERSION}
    on_finish: steps.seen
  - source: steps.tree
    product: out/tree
    params: {version: VERSION}
  - source: steps.last
    product: out/last.txt
"""

_PAGE = """\
  - source: page.py
    product: out/page.html
    params: {version: VERSION}
"""

_STEPS = """\
import time
from pathlib import Path


def pieces(path, text, mode="w", count=8):
    size = len(text) // count + 1
    with open(path, mode) as file:
        for begin in range(0, len(text), size):
            file.write(text[begin:begin + size])
            file.flush()
            time.sleep(0.004)


def lines(name, version, *before):
    head = "".join(Path(str(path)).read_text()[:200] for path in before)
    return head + "".join(f"{name} {version} line {number:05d}\\n" for number in range(700)) + "end\\n"


def raw(product):
    pieces(product, lines("raw", 0))


def slow(product, upstream, version):
    pieces(product, lines("slow", version, upstream["raw"]), count=20)


def rewritten(product, upstream, version):
    # Over what is there, so that a half is as long as the whole.
    mode = "r+" if Path(str(product)).exists() else "w"
    pieces(product, lines("rewritten", version, upstream["raw"]), mode)


def pair(product, upstream, version):
    pieces(product["left"], lines("left", version, upstream["slow"]))
    pieces(product["right"], lines("right", version, upstream["slow"]))


def seen(product):
    assert Path(str(product["right"])).read_text().endswith("end\\n")


def tree(product, upstream, version):
    for name in ("a", "b"):
        folder = Path(str(product)) / "deep" / name
        folder.mkdir(parents=True, exist_ok=True)
        pieces(folder / "file.txt", lines(name, version, upstream["rewritten"]), count=4)


def last(product, upstream):
    upstream["tree"], upstream["rewritten"]
    before = (upstream["pair"]["right"], upstream["shell"], upstream["report"]["data"])
    pieces(product, lines("last", 0, *before))
"""

_REPORT = """\
# %% tags=["parameters"]
upstream = ["slow"]
product = None
version = None

# %%
import steps
text = steps.lines("report", version, upstream["slow"])
print("before")

# %%
steps.pieces(product["data"], text)

# %%
print("after", len(text))
"""

_SHELL = """\
set -e
cat {{upstream["slow"]}} > {{product}}
for number in 1 2 3 4 5 6 7 8; do
    sleep 0.003
    cat {{upstream["slow"]}} >> {{product}}
done
echo "shell {{version}} end" >> {{product}}
"""

_PAGE_SOURCE = """\
# %% tags=["parameters"]
upstream = ["raw"]
product = None
version = None

# %%
print("page of version", version)
"""


def lay(folder: Path, *, version: int, page: bool) -> Path:
    """Write the pipeline's sources."""
    pipeline = _PIPELINE + (_PAGE if page else "")
    files = {
        "pipeline.yaml": pipeline.replace("VERSION", str(version)),
        "steps.py": _STEPS,
        "report.py": _REPORT,
        "shell.sh": _SHELL,
        "page.py": _PAGE_SOURCE,
    }
    return write(folder, files)


def command(*words: str) -> list[str]:
    return [sys.executable, "-P" if sys.version_info >= (3, 11) else "-B", "-m", "pipelens", *words]


def environment(mark: str) -> dict[str, str]:
    """What a build sees. mark: inherited by all that it starts."""
    return {**os.environ, "PYTHONIOENCODING": "utf-8", "NO_COLOR": "1", "FAULTS_MARK": mark}


def built(folder: Path, mark: str, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command("build", *words),
        cwd=folder,
        env=environment(mark),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


_ANYWHERE = re.compile(r"/[^\s\"'\\]*/out/")
"""Where a pipeline lies: those that are compared lie in different folders."""

Content = Mapping[str, object]
"""By path below the folder of products: what counts of each file."""


def content(folder: Path) -> Content:
    found: dict[str, object] = {}
    out = folder / "out"
    for path in sorted(out.rglob("*")) if out.exists() else ():
        if path.is_file():
            found[path.relative_to(out).as_posix()] = _content(path)
    return found


def content_of(folder: Path, product: str) -> Content:
    """What counts of one product, a file or a folder, by path below the folder of products."""
    relative = Path(product).relative_to(folder / "out").as_posix()
    return {
        name: one
        for name, one in content(folder).items()
        if name == relative or name.startswith(f"{relative}/")
    }


def _content(path: Path) -> object:
    data = path.read_bytes()
    try:
        if path.name.endswith(".metadata"):
            return {**json.loads(_ANYWHERE.sub("out/", data.decode())), "timestamp": 0}
        if path.suffix == ".ipynb":
            return [_cell(cell) for cell in json.loads(data)["cells"]]
    except ValueError:
        return f"broken: {data[:200]!r}"
    if path.suffix == ".html":
        text = data.decode("utf-8", "replace")
        return re.findall(r"page of version \d", text), text.rstrip().endswith("</html>")
    return data


def _cell(cell: Mapping[str, Any]) -> object:
    """A cell without the times it took."""
    source = _ANYWHERE.sub("out/", str(cell["source"]))
    return source, [output.get("text") for output in cell.get("outputs", ())]


def differences(found: Content, expected: Content) -> list[str]:
    return sorted(name for name in {*found, *expected} if found.get(name) != expected.get(name))


@dataclass
class Models:
    """Pipelines that were built in peace, to start from and to compare with."""

    folder: Path
    _seconds: dict[tuple[str, ...], float] = field(default_factory=dict)

    def length(self, start: str, words: tuple[str, ...]) -> float:
        """Seconds that a build takes from this start on, in peace. words: of the build; the first two name
        its engine."""
        key = (start, *words[:2])
        if key not in self._seconds:
            folder = self.laid(self.folder / f"timed-{os.getpid()}", start, page=False)
            began = time.monotonic()
            done = built(folder, "model", *words)
            assert done.returncode == 0, done.stderr
            self._seconds[key] = time.monotonic() - began
            shutil.rmtree(folder)
        return self._seconds[key]

    def of(self, version: int, *, page: bool) -> Path:
        folder = self.folder / f"built-{version}-{page}"
        if not folder.exists():
            done = built(lay(folder, version=version, page=page), "model")
            assert done.returncode == 0, done.stderr
        return folder

    def laid(self, target: Path, start: str, *, page: bool) -> Path:
        """A pipeline to hit. start: `new`; `edited`: built, then changed in all but its first task;
        `fresh`: there is nothing to do but to run all of it again."""
        if start != "new":
            shutil.copytree(
                self.of(1 if start == "edited" else 2, page=page), target, symlinks=True, dirs_exist_ok=True
            )
        return lay(target, version=2, page=page)
