"""The door: answers that need nothing, words that are wrong, streams that misbehave."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pipelens import __version__
from pipelens.cli.commands import SUMMARIES
from tests.cli.command import pipelens, write

_LEAN = (
    "import sys; before = set(sys.modules); from pipelens.cli.entry import main; main([{0!r}]); "
    "print(*sorted(set(sys.modules) - before), file=sys.stderr)"
)


@pytest.mark.parametrize("word", ["--version", "--help"])
def test_version_and_help_import_next_to_nothing(word: str, tmp_path: Path):
    finished = subprocess.run(
        [sys.executable, "-c", _LEAN.format(word)], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    loaded = set(finished.stderr.split())
    assert all(name.startswith(("pipelens", "__future__")) for name in loaded), loaded
    assert len(loaded) <= 5


def test_the_version_is_printed(tmp_path: Path):
    answer = pipelens("--version", cwd=tmp_path)
    assert (answer.code, answer.out) == (0, f"pipelens {__version__}\n")


@pytest.mark.parametrize("words", [[], ["-h"], ["--help"], ["help"]])
def test_help_lists_every_command(words: list[str], tmp_path: Path):
    answer = pipelens(*words, cwd=tmp_path)
    assert answer.code == 0
    assert all(f"  {name} " in answer.out for name in SUMMARIES)


@pytest.mark.parametrize("name", [*SUMMARIES, "plot"])
def test_every_command_explains_itself(name: str, tmp_path: Path):
    answer = pipelens(name, "-h", cwd=tmp_path)
    assert answer.code == 0
    assert answer.out.startswith(f"usage: pipelens {name}")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("run", "build"), ("execute", "build"), ("chekc", "check"), ("stauts", "status"), ("plto", "plot")],
)
def test_a_near_miss_is_answered_with_the_command_that_was_meant(typed: str, meant: str, tmp_path: Path):
    answer = pipelens(typed, cwd=tmp_path)
    assert answer.code == 2
    assert f"did you mean `pipelens {meant}`?" in answer.err


def test_an_option_before_the_command_is_a_usage_error(tmp_path: Path):
    answer = pipelens("--json", "check", cwd=tmp_path)
    assert answer.code == 2
    assert "the first word must be a command" in answer.err


def test_a_reader_that_goes_away_is_no_error(tmp_path: Path):
    process = subprocess.Popen(
        [sys.executable, "-m", "pipelens", "explain"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    errors = process.stderr.read()
    process.stderr.close()
    assert process.wait() == 0
    assert errors == b""


def test_an_encoding_that_lacks_the_symbols_is_no_error(tmp_path: Path):
    answer = pipelens("explain", cwd=tmp_path, PYTHONIOENCODING="ascii", LANG="C", PYTHONUTF8="0")
    assert answer.code == 0
    assert answer.out.isascii()


def test_a_bug_ends_in_one_sentence_and_a_file(tmp_path: Path):
    program = (
        "import sys, pipelens.cli.explain as e, pipelens.cli.guard as g\n"
        "def main(*_): raise ZeroDivisionError('of ours')\n"
        "e.main = main\n"
        "sys.exit(g.guarded(['explain']))"
    )
    environ = {
        **os.environ,
        "XDG_STATE_HOME": str(tmp_path),
        "HOME": str(tmp_path),
        "LOCALAPPDATA": str(tmp_path),
    }
    finished = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env=environ,
        check=False,
    )
    assert finished.returncode == 1
    assert "Traceback" not in finished.stderr
    assert "ZeroDivisionError: of ours" in finished.stderr
    (kept,) = tmp_path.rglob("failure-*.txt")
    assert str(kept) in finished.stderr
    assert "ZeroDivisionError" in kept.read_text("utf-8")


def test_a_bug_shows_its_traceback_when_asked(tmp_path: Path):
    program = (
        "import sys, pipelens.cli.explain as e, pipelens.cli.guard as g\n"
        "def main(*_): raise ZeroDivisionError\n"
        "e.main = main\n"
        "sys.exit(g.guarded(['explain']))"
    )
    finished = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env={**os.environ, "PIPELENS_DEBUG": "1"},
        check=False,
    )
    assert finished.returncode == 1
    assert "Traceback (most recent call last)" in finished.stderr


def test_a_working_folder_that_is_gone_is_told(tmp_path: Path):
    if os.name == "nt":
        pytest.skip("Windows does not let the working folder of a process be removed")
    gone = tmp_path / "gone"
    gone.mkdir()
    program = (
        f"import os, sys; os.chdir({str(gone)!r}); os.rmdir({str(gone)!r}); "
        "from pipelens.cli.entry import main; sys.exit(main(['check']))"
    )
    finished = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert finished.returncode == 2
    assert "the current folder no longer exists" in finished.stderr


TRAP = "raise RuntimeError('a module of the user was taken')\n"


@pytest.mark.parametrize("shadowed", ["json", "collections", "yaml"])
def test_what_a_python_path_holds_does_not_become_part_of_a_command(shadowed: str, tmp_path: Path):
    lent = tmp_path / "lent"
    write(lent, {f"{shadowed}.py": TRAP})
    write(
        tmp_path,
        {"pipeline.yaml": "tasks:\n  - source: one.py\n    product: out.ipynb\n", "one.py": "# %%\n"},
    )
    command = [sys.executable, "-c", "import sys; from pipelens.cli.entry import main; sys.exit(main())"]
    for words in (["check"], ["status"]):
        finished = subprocess.run(
            [*command, *words],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(lent)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert "was taken" not in finished.stdout + finished.stderr, finished.stderr
        assert "bug in Pipelens" not in finished.stderr


def test_a_task_in_this_process_finds_what_the_python_path_holds(tmp_path: Path):
    write(
        tmp_path,
        {
            "lent/mine.py": "VALUE = 7\n",
            "pipeline.yaml": "tasks:\n  - source: one.make\n    product: out.txt\n",
        },
    )
    write(
        tmp_path,
        {
            "one.py": "from pathlib import Path\ndef make(product):\n    import mine\n    Path(product).write_text(str(mine.VALUE))\n"
        },
    )
    words = ("task", "make", "--in-process", "--interpreter", sys.executable)
    told = pipelens(*words, cwd=tmp_path, PYTHONPATH=str(tmp_path / "lent"))
    assert told.code == 0, told.err
    assert (tmp_path / "out.txt").read_text() == "7"


def test_what_is_to_be_done_at_the_end_is_done_after_a_build_too(tmp_path: Path):
    (tmp_path / "pipeline.yaml").write_text("tasks:\n  - source: missing.py\n    product: out.ipynb\n")
    program = (
        "import atexit, sys; from pipelens.cli.entry import main; sys.argv[:] = ['pipelens', 'build', '--dry-run'];"
        "atexit.register(print, 'the end'); sys.exit(main())"
    )
    finished = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True)
    assert finished.returncode != 0
    assert finished.stdout.endswith("the end\n")


def test_a_profile_of_a_build_is_written(tmp_path: Path):
    (tmp_path / "pipeline.yaml").write_text("tasks: []\n")
    command = [sys.executable, "-m", "cProfile", "-o", "profile", "-m", "pipelens", "build", "--dry-run"]
    subprocess.run(command, cwd=tmp_path, capture_output=True)
    assert (tmp_path / "profile").exists()
