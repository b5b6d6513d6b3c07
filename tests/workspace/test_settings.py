from __future__ import annotations

from pipelens.core.files import DictFiles
from pipelens.workspace.settings import Settings, parse_settings, read_settings


def own(text: str) -> Settings:
    settings = parse_settings("/p/pipelens.toml", text, ())
    assert settings is not None
    return settings


def test_severities_are_read_by_code() -> None:
    settings = own('interpreter = "python3"\n[severity]\ncycle = "warning"\nunused-param = "off"\n')
    assert settings.severity == {"cycle": "warning", "unused-param": "off"}
    assert settings.interpreter == "python3"
    assert settings.problems == ()


def test_an_unknown_code_is_told_at_its_place_with_the_near_one() -> None:
    settings = own('[severity]\ncycel = "off"\ncycle = "hint"\n')
    (found,) = settings.problems
    assert (found.code, found.place.span.start.line, found.place.span.end.character) == ("bad-setting", 1, 5)
    assert "did you mean 'cycle'?" in found.message
    assert settings.severity == {"cycle": "hint"}


def test_a_bad_severity_is_told_at_the_value() -> None:
    (found,) = own('[severity]\ncycle = "warn"\n').problems
    assert (found.place.span.start.character, found.place.span.end.character) == (8, 14)


def test_an_unknown_setting_and_a_wrong_type_are_told_and_left_out() -> None:
    settings = own("severty = 1\ninterpreter = 3\n")
    assert [found.place.span.start.line for found in settings.problems] == [0, 1]
    assert settings.interpreter is None


def test_text_that_is_not_toml_is_one_problem() -> None:
    (found,) = own("[severity\n").problems
    assert found.place.span.start.line == 0


def test_only_our_table_of_pyproject_counts() -> None:
    table = ("tool", "pipelens")
    assert parse_settings("/p/pyproject.toml", "[tool.other]\nx = 1\n", table) is None
    assert parse_settings("/p/pyproject.toml", "[tool.other\n# pipelens", table) is None
    settings = parse_settings("/p/pyproject.toml", '[tool.pipelens.severity]\ncycle = "off"\n', table)
    assert settings is not None
    assert settings.severity == {"cycle": "off"}


def test_the_nearest_file_counts_and_pipelens_toml_before_pyproject() -> None:
    mine = '[severity]\ncycle = "off"\n'
    theirs = '[tool.pipelens.severity]\ncycle = "hint"\n'
    files = DictFiles({"/r/pyproject.toml": theirs, "/r/src/p/pipeline.yaml": ""})
    assert read_settings(files, "/r/src/p", "/r").severity == {"cycle": "hint"}
    files = DictFiles({"/r/pyproject.toml": theirs, "/r/src/p/pipelens.toml": mine})
    assert read_settings(files, "/r/src/p", "/r").severity == {"cycle": "off"}
    files = DictFiles({"/r/pyproject.toml": theirs, "/r/pipelens.toml": mine})
    assert read_settings(files, "/r", "/r").severity == {"cycle": "off"}
    files = DictFiles({"/pyproject.toml": theirs})
    assert read_settings(files, "/r/src/p", "/r") == Settings()


def test_an_engine_is_one_of_those_that_there_are():
    assert own('engine = "process"\n').engine == "process"
    wrong = own('engine = "cloud"\n')
    assert wrong.engine is None
    assert "'warm', 'process', 'kernel'" in wrong.problems[0].message


def test_what_failures_record_is_one_of_three() -> None:
    assert own("").failure_values == "small"
    assert own('[failures]\nvalues = "none"\n').failure_values == "none"
    wrong = own('[failures]\nvalues = "much"\nvalue = 1\n')
    assert wrong.failure_values == "small"
    assert [(found.place.span.start.line, found.code) for found in wrong.problems] == [
        (1, "bad-setting"),
        (2, "bad-setting"),
    ]
    assert "did you mean 'values'?" in wrong.problems[1].message
    assert len(own('failures = "none"\n').problems) == 1


def test_what_stands_in_braces_is_told_at_the_key_before_them_without_a_fix() -> None:
    text = '[tool.other]\nx = 1\n[tool.pipelens]\nfailures = {values = "smal"}\nseverity = {cicle = "of"}\n'
    settings = parse_settings("/p/pyproject.toml", text, ("tool", "pipelens"))
    assert settings is not None
    assert [(problem.place.span.start.line, problem.fixes) for problem in settings.problems] == [
        (3, ()),
        (4, ()),
    ]
