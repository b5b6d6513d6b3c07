"""The server inside the VS Code extension: pure Python, small, and at work under every Python it promises."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from lsprotocol import types

from tests import pythons
from tests.contract.tree import TOP
from tests.lsp.editor import editor
from tests.packaging import bundle

LARGEST = 15_000_000

PIPELINE = """\
tasks:
  - source: steps.make
    product: out/numbers.csv
  - source: report.py
    product:
      nb: out/report.ipynb
      total: out/total.txt
"""

STEPS = """\
from pathlib import Path


def make(product):
    Path(product).parent.mkdir(exist_ok=True)
    Path(product).write_text("1\\n2\\n3\\n")
"""

REPORT = """\
# %% tags=["parameters"]
upstream = ["make"]
product = None

# %%
from pathlib import Path

total = sum(map(int, Path(upstream["make"]).read_text().split()))
Path(product["total"]).write_text(str(total))
"""

TRAP = """\
import os
open(os.environ["TRAP"], "a").write(__name__ + "\\n")
"""
HOSTILE = (
    "yaml",
    "jinja2",
    "pygls",
    "attr",
    "typing_extensions",
    "sitecustomize",
    "usercustomize",
    "json",
    "pipelens",
)


@pytest.fixture(scope="module")
def bundled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy elsewhere, as an installed extension is one: what it was made from may change meanwhile."""
    target = tmp_path_factory.mktemp("extension") / "bundled"
    return Path(shutil.copytree(bundle.fill(), target, ignore=shutil.ignore_patterns("__pycache__")))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    root.mkdir()
    (root / "pipeline.yaml").write_text(PIPELINE, encoding="utf-8")
    (root / "steps.py").write_text(STEPS, encoding="utf-8")
    (root / "report.py").write_text(REPORT, encoding="utf-8")
    return root


@pytest.fixture
def hostile(project: Path) -> Path:
    """A workspace with modules of its own that leave a trace when they are imported."""
    for name in HOSTILE:
        (project / f"{name}.py").write_text(TRAP, encoding="utf-8")
    return project


@pytest.fixture(params=bundle.served(), ids=pythons.name_of)
def python(request: pytest.FixtureRequest) -> str:
    """Every Python >= 3.10 of this machine, one after the other."""
    return str(bundle.program(request.param))


def run(
    python: str, bundled: Path, *words: str, folder: Path, **more: str
) -> subprocess.CompletedProcess[str]:
    left_out = ("VIRTUAL_ENV", "CONDA_PREFIX")
    return subprocess.run(
        [python, "-I", str(bundled / "start.py"), *words],
        cwd=folder,
        env={**{name: value for name, value in os.environ.items() if name not in left_out}, **more},
        capture_output=True,
        encoding="utf-8",
        stdin=subprocess.DEVNULL,
    )


def files_of(folder: Path) -> list[Path]:
    """Those that are shipped: what Python has compiled meanwhile is not."""
    return [path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts]


# -- what is in it


def test_nothing_in_the_bundle_is_compiled(bundled: Path) -> None:
    kinds = {".so", ".pyd", ".dylib", ".dll", ".pyc"}
    assert not [path.relative_to(bundled) for path in files_of(bundled) if path.suffix in kinds]


def test_the_bundle_is_small(bundled: Path) -> None:
    assert sum(path.stat().st_size for path in files_of(bundled)) <= LARGEST


def test_the_licence_of_every_bundled_package_is_in_the_bundle(bundled: Path) -> None:
    notices = (bundled / "NOTICES.txt").read_text(encoding="utf-8")
    told = re.findall(r"^(\S+) \S+?(?:, .*?)?: (libs/.+)$", notices, re.MULTILINE)
    packages = {
        line.removeprefix("Name: ")
        for path in (bundled / "libs").glob("*.dist-info/METADATA")
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.startswith("Name: ")
    }
    assert {name for name, _ in told} == packages
    for _, places in told:
        assert all((bundled / place).is_file() for place in places.split(", "))


def test_every_pinned_package_is_in_the_bundle_and_no_other(bundled: Path) -> None:
    text = (TOP / "vscode-extension" / "bundle" / "requirements.txt").read_text(encoding="utf-8")
    pinned = set(re.findall(r"^([\w.-]+)==([\w.]+) --hash=sha256:[0-9a-f]{64}$", text, re.MULTILINE))
    assert len(pinned) == len([line for line in text.splitlines() if line and not line.startswith("#")])
    there = set()
    for path in (bundled / "libs").glob("*.dist-info"):
        name, version = path.name.removesuffix(".dist-info").split("-")
        there.add((name.lower().replace("_", "-"), version))
    assert {one for one in there if one[0] != "pipelens"} == pinned


def test_filling_again_changes_nothing() -> None:
    def made() -> tuple[str, int]:
        bundle.fill.cache_clear()
        stamp = bundle.fill() / "made-from.txt"
        return stamp.read_text(encoding="utf-8"), stamp.stat().st_mtime_ns

    (source, time), (source_again, time_again) = made(), made()
    # Somebody may be at work on the sources just now.
    assert time == time_again or source != source_again


# -- how it works


def test_an_old_python_is_refused_in_one_sentence_that_says_what_to_do(bundled: Path, tmp_path: Path) -> None:
    old = [path for version, path in pythons.found().items() if version < bundle.MINIMUM]
    if not old:
        pytest.skip("this machine has no Python below 3.10")
    for path in old:
        done = run(str(path), bundled, "lsp", folder=tmp_path)
        assert (done.returncode, done.stdout) == (1, "")
        assert re.fullmatch(
            r"Pipelens needs Python 3\.10 or newer, .* setting pipelens\.interpreter\.\n", done.stderr
        )


def test_checks_and_states_are_told_and_a_build_runs(bundled: Path, python: str, project: Path) -> None:
    found = json.loads(run(python, bundled, "check", "--json", folder=project).stdout)
    assert [problem for problem in found["problems"] if problem["severity"] in ("error", "warning")] == []
    built = run(python, bundled, "build", folder=project)
    assert built.returncode == 0, built.stdout + built.stderr
    assert (project / "out" / "total.txt").read_text(encoding="utf-8") == "6"
    told = json.loads(run(python, bundled, "status", "--json", folder=project).stdout)
    assert {task["name"]: task["freshness"]["state"] for task in told["tasks"]} == {
        "make": "fresh",
        "report": "fresh",
    }


async def test_the_server_answers_and_takes_no_module_from_the_workspace(
    bundled: Path, python: str, hostile: Path, tmp_path: Path
) -> None:
    trap = tmp_path / "trap"
    broken = PIPELINE.replace("source: report.py", "source: report.py\n    on_finsh: steps.make")
    (hostile / "pipeline.yaml").write_text(broken, encoding="utf-8")
    command = (python, "-I", str(bundled / "start.py"), "lsp")
    lent = {"PYTHONPATH": str(hostile), "TRAP": str(trap)}
    async with editor(hostile, "visual-studio-code", command=command, cwd=hostile, **lent) as opened:
        opened.open("pipeline.yaml")
        await opened.shows("pipeline.yaml", "unknown-key")
        place = types.TextDocumentPositionParams(
            types.TextDocumentIdentifier(opened.uri("pipeline.yaml")), types.Position(3, 13)
        )
        hover = await opened.client.text_document_hover_async(
            types.HoverParams(place.text_document, place.position)
        )
        assert hover is not None
        health = await opened.client.protocol.send_request_async("pipelens/health", None)
        assert "bundled server: pure Python, slower; no kernel, no html export" in health.markdown
    assert not trap.exists(), trap.read_text()


def test_the_modules_of_the_python_that_runs_it_are_not_taken(bundled: Path, tmp_path: Path) -> None:
    home = tmp_path / "venv"
    python = bundle.program(bundle.served()[-1])
    subprocess.run([python, "-m", "venv", "--without-pip", home], check=True, stdin=subprocess.DEVNULL)
    [packages] = (*home.glob("lib/python*/site-packages"), *home.glob("Lib/site-packages"))
    trap = tmp_path / "trap"
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for name in ("yaml", "nbconvert", "IPython"):
        (elsewhere / f"{name}.py").write_text(TRAP, encoding="utf-8")
        shutil.copy(elsewhere / f"{name}.py", packages)
    # As the start of this environment has it: a module of another version is loaded already.
    (packages / "elsewhere.pth").write_text(f"{elsewhere}\nimport attr\n", encoding="utf-8")
    (packages / "attr.py").write_text("", encoding="utf-8")
    inside = home / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    done = run(str(inside), bundled, "doctor", folder=tmp_path, TRAP=str(trap))
    assert "bundled server" in done.stdout, done.stdout + done.stderr
    assert not trap.exists(), trap.read_text()


def test_a_page_is_shown_in_colour_without_what_draws_it(bundled: Path, tmp_path: Path) -> None:
    python = str(bundle.program(bundle.served()[0]))
    done = run(python, bundled, "explain", "unknown-upstream", folder=tmp_path, FORCE_COLOR="1")
    assert (done.returncode, done.stderr) == (0, "")
    assert "upstream" in done.stdout


def test_an_html_product_is_refused_with_what_helps(bundled: Path, project: Path) -> None:
    (project / "pipeline.yaml").write_text(PIPELINE.replace("report.ipynb", "report.html"), encoding="utf-8")
    done = run(str(bundle.program(bundle.served()[0])), bundled, "build", folder=project)
    assert done.returncode != 0
    assert "install pipelens into the project's environment" in done.stdout + done.stderr
