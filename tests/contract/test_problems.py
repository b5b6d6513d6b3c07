"""The register of problem codes: every code is documented, and a small pipeline shows it.

tests/pipelines/problems/CODE/ holds the pipeline that shows CODE. Where `pipelens check` needs
more than to be started in that folder, a file `check.json` beside the pipeline says so:
`{"arguments": ["--entry-point", "other.yaml"], "environment": {"ENTRY_POINT": "x.yaml"}}`;
`"pad": {"pipeline.yaml": 1000}` appends a comment of so many characters to a file.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pipelens.core.problems import SEVERITIES, Rule, rules
from pipelens.core.rules.page import problems_page
from tests.contract.tree import TOP

FIXTURES = TOP / "tests" / "pipelines" / "problems"
CODES = sorted(rules())


@pytest.fixture(params=CODES)
def rule(request: pytest.FixtureRequest) -> Rule:
    return rules()[request.param]


def test_a_code_is_kebab_case_and_registered_under_its_own_name(rule: Rule) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", rule.code)
    assert rules()[rule.code] is rule
    assert rule.severity in SEVERITIES


def test_no_code_is_registered_twice() -> None:
    from pipelens.core import rules as families

    seen = [
        rule.code
        for family in vars(families).values()
        if hasattr(family, "RULES") and hasattr(family, "__path__") is False
        for rule in family.RULES
    ]
    assert sorted(seen) == sorted(set(seen))
    assert set(seen) == set(CODES)


def test_a_summary_is_one_sentence(rule: Rule) -> None:
    assert "\n" not in rule.summary
    assert rule.summary.endswith(".")
    assert len(rule.summary) <= 120


def test_a_page_says_why_shows_an_example_and_tells_how_to_fix_it(rule: Rule) -> None:
    prose = re.sub(r"```.*?```", "", rule.page, flags=re.DOTALL)
    assert rule.page.count("```") % 2 == 0, "a code block is left open"
    assert "```" in rule.page or re.search(r"Wrong.*`", rule.page), "the page shows no example"
    assert len(prose.split()) >= 25, "the page does not say why"
    assert re.search(r"\bfix", prose, re.IGNORECASE), "the page does not say how to fix it"


def test_the_document_of_all_problems_is_the_one_that_the_register_writes() -> None:
    written = (TOP / "docs" / "problems.md").read_text(encoding="utf-8")
    assert written == problems_page(), "run `make pages`"


def test_every_code_has_a_pipeline_that_shows_it_and_every_such_pipeline_a_code() -> None:
    folders = {path.name for path in FIXTURES.iterdir() if path.is_dir()} if FIXTURES.is_dir() else set()
    assert sorted(set(CODES) - folders) == [], "codes without a pipeline in tests/pipelines/problems/"
    assert sorted(folders - set(CODES)) == [], "folders that belong to no code"


@pytest.mark.parametrize("code", CODES)
def test_check_reports_the_code_in_its_pipeline(code: str, tmp_path: Path) -> None:
    fixture = FIXTURES / code
    if not fixture.is_dir():
        pytest.fail(f"tests/pipelines/problems/{code}/ is missing")
    folder = tmp_path / "pipeline"
    shutil.copytree(fixture, folder, symlinks=True)
    wanted = folder / "check.json"
    extra = json.loads(wanted.read_text(encoding="utf-8")) if wanted.is_file() else {}
    for name, count in extra.get("pad", {}).items():
        with open(folder / name, "a", encoding="utf-8") as file:
            file.write("# " + "x" * count + "\n")
    done = subprocess.run(
        [sys.executable, "-m", "pipelens", "check", "--json", *extra.get("arguments", [])],
        cwd=folder,
        env={**os.environ, **extra.get("environment", {})},
        capture_output=True,
        encoding="utf-8",
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode in (0, 1, 2), done.stderr
    found = json.loads(done.stdout)["problems"]
    assert code in {problem["code"] for problem in found}, json.dumps(found, indent=2, ensure_ascii=False)


def test_every_problem_of_these_pipelines_points_into_a_file_that_exists() -> None:
    """One pass over all of them: the path is relative and there, the range is not inside out."""
    for fixture in sorted(FIXTURES.iterdir()):
        if (fixture / "check.json").is_file() or not (fixture / "pipeline.yaml").is_file():
            continue
        done = subprocess.run(
            [sys.executable, "-m", "pipelens", "check", "--json"],
            cwd=fixture,
            capture_output=True,
            encoding="utf-8",
            stdin=subprocess.DEVNULL,
        )
        told = json.loads(done.stdout)
        for problem in told["problems"]:
            path = Path(told["root"], problem["path"])
            assert path.exists(), (fixture.name, problem)
            start, end = problem["range"]["start"], problem["range"]["end"]
            assert (start["line"], start["character"]) <= (end["line"], end["character"]), (
                fixture.name,
                problem,
            )
