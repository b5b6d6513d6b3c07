"""`pipelens postmortem` and `build --debug`: recorded failures in the terminal, of real builds."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.cli.command import Answer, pipelens, write

STEPS = """\
from pathlib import Path

LIMIT = 7


class Odd(ValueError):
    pass


def inner(rows, key, *more, scale=2):
    total = sum(rows)
    try:
        return {"a": 1}[key] + total
    except KeyError as error:
        raise Odd(f"no {key!r} in the table") from error


def load(product):
    rows = list(range(30))
    name = "w\\u00f6rld \\x1b[31m red"
    password = "hunter" + "22"
    return inner(rows, "b") + LIMIT


def fine(product):
    Path(product).write_text("x")
"""
FILES = {
    "pipeline.yaml": """\
tasks:
  - source: steps.load
    product: out/load.txt
  - source: steps.fine
    product: out/fine.txt
  - source: fit.py
    product: out/fit.ipynb
    params: {n: 3}
  - source: crash.py
    product: out/crash.ipynb
""",
    "steps.py": STEPS,
    "fit.py": '# %% tags=["parameters"]\nupstream = None\nproduct = None\nn = None\n\n# %%\nvalue = 1 / (n - 3)\n',
    "crash.py": '# %% tags=["parameters"]\nupstream = None\nproduct = None\n\n# %%\nimport os\nos._exit(9)\n',
}


def looked(root: Path, *commands: str, task: str = "load") -> list[str]:
    """What the commands print, behind the frame that is shown first."""
    answer = pipelens("postmortem", task, cwd=root, typed="\n".join(commands) + "\n")
    assert (answer.code, answer.err) == (0, "")
    return answer.out.splitlines()[2:]


def test_it_begins_in_the_innermost_frame_of_the_user(built: Path):
    answer = pipelens("postmortem", "load", cwd=built)
    assert answer.out.splitlines() == [
        "> 1 steps.py:15 in inner",
        '    raise Odd(f"no {key!r} in the table") from error',
    ]


def test_where_up_and_down_walk_the_stack(built: Path):
    assert looked(built, "u", "up", "w", "d", "down 5", "frame 0", "f 9") == [
        "> 0 steps.py:22 in load",
        '    return inner(rows, "b") + LIMIT',
        "*** this is the outermost frame",
        "> 0 steps.py:22 in load",
        '    return inner(rows, "b") + LIMIT',
        "  1 steps.py:15 in inner",
        '    raise Odd(f"no {key!r} in the table") from error',
        "> 1 steps.py:15 in inner",
        '    raise Odd(f"no {key!r} in the table") from error',
        "*** this is the innermost frame",
        "> 0 steps.py:22 in load",
        '    return inner(rows, "b") + LIMIT',
        "*** there is no frame 9",
    ]


def test_the_source_is_listed_around_the_line_and_then_on(built: Path):
    first, *_, last = looked(built, "l")
    assert first == "10    def inner(rows, key, *more, scale=2):"
    assert last == '20        name = "w\\u00f6rld \\x1b[31m red"'
    assert '15 ->         raise Odd(f"no {key!r} in the table") from error' in looked(built, "l")
    lines = looked(built, "l", "l", "l 1, 2", "l 3", "l .")
    assert lines[11].startswith("21 ")
    assert "1    from pathlib import Path" in lines
    assert looked(built, "l 400") == ["*** this is the end of the file"]
    assert looked(built, "l one") == ["*** list takes a line, or the first and the last"]


def test_the_whole_function_is_listed(built: Path):
    lines = looked(built, "ll")
    assert (lines[0], len(lines)) == ("10    def inner(rows, key, *more, scale=2):", 6)


def test_the_source_is_the_one_that_ran_when_it_has_changed_since(failed: Path):
    (failed / "steps.py").write_text("# rewritten\n")
    assert "15 ->         raise Odd" in "\n".join(looked(failed, "l"))
    told = pipelens("postmortem", "load", "--print", cwd=failed).out
    assert "steps.py has changed since; it is shown as it was." in told


def test_arguments_and_variables_are_listed(built: Path):
    assert looked(built, "a") == ["rows = " + repr(list(range(30))), "key = 'b'", "scale = 2", "more = ()"]
    assert looked(built, "u", "locals", "globals")[2:] == [
        f"product = File('{built / 'out' / 'load.txt'}')",
        "rows = " + repr(list(range(30))),
        "name = 'wörld \\x1b[31m red'",
        "password = <hidden>",
        "LIMIT = 7",
        "inner = <function inner at steps.py:10>",
    ]


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("p total", "435"),
        ("total", "435"),
        ("!key", "'b'"),
        ("rows[3] + 1", "4"),
        ("p len(rows), max(rows)", "(30, 29)"),
        ("whatis rows", "list, length 30"),
        ("p", "*** which expression? `p NAME` prints a variable, `locals` all of them"),
        ("totl", "*** 'totl' was not recorded; did you mean 'total'?"),
        ("wher", "*** 'wher' was not recorded; did you mean 'where'?"),
        ("n", "*** the task has ended: this is a recorded failure, and nothing goes on from here"),
        ("continue", "*** the task has ended: this is a recorded failure, and nothing goes on from here"),
        ("1 / 0", "*** ZeroDivisionError: division by zero"),
        ("total +", "*** SyntaxError: invalid syntax"),
        ("down x", "*** 'x' is not a number of frames"),
    ],
)
def test_an_expression_has_its_recorded_value(built: Path, typed: str, told: str):
    assert looked(built, typed) == [told]


@pytest.mark.parametrize(
    "typed",
    [
        "().__class__.__base__.__subclasses__()",
        "__import__('os').system('true')",
        "open('x', 'w')",
        "x = 3",
        "del rows",
        "import os",
        "rows.append(1)",
        "[x for x in rows]",
        "(lambda: 1)()",
    ],
)
def test_nothing_runs_at_the_prompt(built: Path, typed: str):
    [told] = looked(built, typed)
    assert told.startswith("*** ")
    assert looked(built, "rows[:2]") == ["[0, 1]"]


def test_pp_shows_the_parts_of_a_value(built: Path):
    assert looked(built, "pp rows[:2]") == ["[0, 1]", "    0 = 0", "    1 = 1"]


def test_pp_shows_the_first_parts_of_many(built: Path):
    lines = looked(built, "pp [rows, rows * 3]")
    assert lines[1:3] == ["    0 = " + repr(list(range(30))), "        0 = 0"]
    assert lines[-1] == "        … 60 more"
    assert len(lines) == 1 + 31 + 32


def test_the_errors_of_the_chain_are_looked_at_one_by_one(built: Path):
    assert looked(built, "errors", "errors 1", "p key", "errors 7") == [
        "> 0 steps.Odd: no 'b' in the table",
        "  1 KeyError: 'b' (the cause)",
        "> 0 steps.py:13 in inner",
        '    return {"a": 1}[key] + total',
        "'b'",
        "*** there is no error 7; `errors` lists them",
    ]


def test_help_names_every_command_and_quit_ends(built: Path):
    told = "\n".join(looked(built, "help"))
    for word in (
        "where",
        "up",
        "down",
        "list",
        "longlist",
        "args",
        "pp",
        "whatis",
        "locals",
        "errors",
        "quit",
    ):
        assert word in told
    assert looked(built, "q", "p total") == []


def test_without_a_name_the_latest_failure_is_opened(built: Path):
    assert pipelens("postmortem", cwd=built).out.startswith("> 0 fit.py:7 in <module>")


def test_a_script_is_shown_with_its_parameters(built: Path):
    assert looked(built, "p n - 3", task="fit") == ["0"]


def test_print_tells_all_at_once(built: Path):
    answer = pipelens("postmortem", "load", "--print", cwd=built)
    assert answer.out.startswith("load failed just now")
    assert "steps.Odd: no 'b' in the table" in answer.out
    assert "The above exception was the direct cause" in answer.out
    assert answer.out.count("\nsteps.py:15 in inner\n") == 1
    assert "password = <hidden>" in answer.out
    assert "\x1b" not in answer.out


def test_a_file_opens_where_there_is_no_project(built: Path, tmp_path: Path):
    [dump] = (built / ".pipelens" / "failures").glob("load-*.plpm")
    shutil.copy(dump, tmp_path / "carried.plpm")
    answer = pipelens("postmortem", "carried.plpm", cwd=tmp_path, typed="p total\nl\n")
    assert "435" in answer.out.splitlines()
    assert "15 ->         raise Odd" in answer.out


@pytest.mark.parametrize(
    ("task", "told"),
    [
        ("lod", "there is no task, run or file lod; did you mean 'load'?"),
        ("zzzzzz", "there is no task, run or file zzzzzz."),
        ("fine", "no failure of fine is recorded: it ended well when it last ran, just now"),
        ("crash", "left nothing to open"),
        ("gone.plpm", "does not exist"),
        ("pipeline.yaml", "it is not a zip file"),
    ],
)
def test_why_there_is_nothing_to_open_is_told(built: Path, task: str, told: str):
    answer = pipelens("postmortem", task, cwd=built)
    assert answer.code == 1
    assert told in answer.err


def test_a_failure_that_was_not_recorded_says_so(failed: Path):
    assert pipelens("build", "--partially", "load", "--no-dump", cwd=failed).code == 1
    assert pipelens("failures", "remove", "load", "--yes", cwd=failed).code == 0
    assert "it ran with --no-dump" in pipelens("postmortem", "load", cwd=failed).err


def test_a_recording_that_is_gone_says_so(failed: Path):
    for dump in (failed / ".pipelens" / "failures").iterdir():
        dump.unlink()
    assert "its recording is gone: it was removed, or aged out (failures are kept 14 days" in (
        pipelens("postmortem", "load", cwd=failed).err
    )
    assert "no failure is recorded" in pipelens("postmortem", cwd=failed).err


def test_a_task_that_has_not_run_says_so(tmp_path: Path):
    write(tmp_path, FILES)
    assert (
        "no failure of fit is recorded: it has not run yet" in pipelens("postmortem", "fit", cwd=tmp_path).err
    )


def test_failures_are_opened_while_the_pipeline_is_broken(failed: Path):
    (failed / "pipeline.yaml").write_text("tasks: [\n")
    assert looked(failed, "p total") == ["435"]


def test_a_build_that_ends_well_opens_nothing(tmp_path: Path):
    write(tmp_path, FILES)
    answer = pipelens("build", "-d", "--partially", "fine", cwd=tmp_path)
    assert (answer.code, "--debug" in answer.err) == (0, False)


# -- where nobody types


def ends_without_a_prompt(answer: Answer) -> bool:
    return answer.code == 1 and "--debug opens failures only where a person types" in answer.err


def test_build_debug_without_a_terminal_keeps_the_failure_for_later(tmp_path: Path):
    write(tmp_path, FILES)
    answer = pipelens("build", "--debug", cwd=tmp_path)
    assert ends_without_a_prompt(answer)
    assert "  Open it: pipelens postmortem load (.pipelens/failures/load-" in answer.err
    assert looked(tmp_path, "p total") == ["435"]


def test_debuglater_changes_nothing(tmp_path: Path):
    write(tmp_path, FILES)
    answer = pipelens("build", "--debuglater", "--partially", "load", cwd=tmp_path)
    assert answer.code == 1
    assert "Open it: pipelens postmortem load" in answer.err
    assert "--debug" not in answer.err


def test_debug_and_no_dump_contradict_each_other(tmp_path: Path):
    write(tmp_path, FILES)
    answer = pipelens("build", "-d", "--no-dump", cwd=tmp_path)
    assert answer.code == 2
    assert "--no-dump records nothing" in answer.err


def test_the_report_for_programs_names_the_recording(tmp_path: Path):
    write(tmp_path, FILES)
    answer = pipelens("build", "--json", "--partially", "load", cwd=tmp_path)
    [problem] = answer.json["problems"]
    assert (tmp_path / problem["dump"]).is_file()


def test_a_pipeline_that_was_named_is_named_in_the_command(tmp_path: Path):
    write(tmp_path, {**FILES, "pipeline.other.yaml": FILES["pipeline.yaml"]})
    (tmp_path / "pipeline.yaml").unlink()
    answer = pipelens("build", "-e", "pipeline.other.yaml", "--partially", "load", cwd=tmp_path)
    assert "pipelens postmortem load --entry-point pipeline.other.yaml" in answer.err
    told = pipelens("postmortem", "load", "--entry-point", "pipeline.other.yaml", cwd=tmp_path)
    assert told.out.startswith("> 1 steps.py:15 in inner")
