"""The register of problem codes: every code is documented, and a small pipeline shows it.

tests/pipelines/problems/CODE/ holds the pipeline that shows CODE. Where `pipelens check` needs
more than to be started in that folder, a file `check.json` beside the pipeline says so:
`{"arguments": ["--entry-point", "other.yaml"], "environment": {"ENTRY_POINT": "x.yaml"}}`;
`"pad": {"pipeline.yaml": 1000}` appends a comment of so many characters to a file.
"""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from pipelens.cli.entry import main
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

    seen: dict[str, list[Rule]] = {}
    for family in vars(families).values():
        for rule in getattr(family, "RULES", ()):
            if not any(rule is other for other in seen.setdefault(rule.code, [])):
                seen[rule.code].append(rule)
    assert {code: found for code, found in seen.items() if len(found) > 1} == {}
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
def test_check_reports_the_code_in_its_pipeline(
    code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
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
    for name, value in extra.get("environment", {}).items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(folder)

    status = main(["check", "--json", *extra.get("arguments", [])])

    told = json.loads(capsys.readouterr().out)
    found = told["problems"]
    assert code in {problem["code"] for problem in found}, json.dumps(found, indent=2, ensure_ascii=False)
    assert status in (0, 1, 2)
    assert (status == 0) == all(problem["severity"] != "error" for problem in found)
    for problem in found:
        assert Path(told["root"], problem["path"]).exists(), problem
        start, end = problem["range"]["start"], problem["range"]["end"]
        assert (start["line"], start["character"]) <= (end["line"], end["character"]), problem
