from __future__ import annotations

from pathlib import Path

from pipelens.core.problems import rules
from tests.cli.command import pipelens


def test_a_code_prints_its_page(tmp_path: Path):
    code, rule = next(iter(rules().items()))
    answer = pipelens("explain", code, cwd=tmp_path)
    assert answer.code == 0
    assert code in answer.out
    assert rule.page.strip() in answer.out


def test_a_code_may_be_copied_with_its_severity(tmp_path: Path):
    code = next(iter(rules()))
    assert pipelens("explain", f"error[{code}]", cwd=tmp_path).code == 0


def test_without_a_code_all_are_listed(tmp_path: Path):
    answer = pipelens("explain", cwd=tmp_path)
    assert [line.split()[0] for line in answer.out.splitlines()] == list(rules())


def test_an_unknown_code_is_answered_with_the_near_one(tmp_path: Path):
    code = next(iter(rules()))
    answer = pipelens("explain", code[:-1], cwd=tmp_path)
    assert answer.code == 2
    assert f"did you mean {code}?" in answer.err


def test_the_register_can_be_read_by_programs(tmp_path: Path):
    told = pipelens("explain", "--json", cwd=tmp_path).json
    assert [rule["code"] for rule in told["rules"]] == list(rules())
