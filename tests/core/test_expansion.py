from __future__ import annotations

import subprocess
import sys
from pathlib import PurePath

import pytest

from pipelens.core.env import Env, EnvValue, ProcessVariables, Unknown, problems_of_expansion, unused_keys
from pipelens.core.expansion import expand
from pipelens.core.problems import Edit, Place
from pipelens.core.text import Span


def env(**values: object) -> dict[str, EnvValue]:
    return {name: EnvValue(name, value, "file") for name, value in values.items()}


ENV = env(
    kind="fit",
    n=2,
    db={"name": "main", "kind": "k", "my-key": "hyphen", "_inner": 1},
    lst=["a", "b"],
    größe="über",
    nothing=None,
    path={"out": PurePath("build/data")},
    env=ProcessVariables(CITY="Lyon"),
    none="hidden",
    git=Unknown("not asked yet"),
)


@pytest.mark.parametrize(
    ("text", "expanded"),
    [
        ("plain", "plain"),
        ("{{kind}}", "fit"),
        ("out/{{ kind }}/{{n}}.txt", "out/fit/2.txt"),
        ("{{db.name}}/{{db['my-key']}}-{{lst[1]}}", "main/hyphen-b"),
        ("{{db._inner}}", "1"),
        ("{{größe}}", "über"),
        ("{{nothing}}-x", "None-x"),
        ("{{none}}", "{{none}}"),
        ("{{none}}-{{kind}}", "None-fit"),
        ("{{kind | upper}}-{{n + 1}}{% if n > 1 %}-many{% endif %}", "FIT-3-many"),
        ("{% for x in lst %}{{loop.index}}{{x}}{% endfor %}", "1a2b"),
        ("{% set both = kind ~ n %}{{both}}", "fit2"),
        ("{{kind.replace('f', 'b')}}{{kind[::-1]}}", "bittif"),
        ("{{'%03d' % n}}", "002"),
        ("{{lst | map('upper') | join('-')}}", "A-B"),
        ("{{path.out}}/x {{path.out.parent}} {{path.out / 'y'}}", "build/data/x build build/data/y"),
        ("{{env.CITY}}{{env.NOWHERE}}{{env.get('ALSO_NOT', '!')}}", "Lyon!"),
        ("{{env}}", "<environment>"),
        ("{{kind}}\n", "fit"),
        ("{%raw%}{{x}}{%endraw%}{{kind}}", "{{x}}fit"),
        ("[[kind]] {{kind}}", "[[kind]] fit"),
    ],
)
def test_placeholders_are_replaced(text: str, expanded: str) -> None:
    found = expand(text, ENV)
    assert found.errors == ()
    assert found.text == expanded


@pytest.mark.parametrize(
    "text", ["{{ 1 + 1 }}", "{% if true %}x{% endif %}", "{# note #}", "a { b", "{% raw %}{% endraw %}"]
)
def test_text_without_any_variable_stays_as_it_is_written(text: str) -> None:
    assert expand(text, ENV).text == text
    assert expand(text, ENV).errors == ()


@pytest.mark.parametrize(
    ("text", "kind", "shown"),
    [
        ("out/{{knid}}.txt", "undefined", "knid"),
        ("{{nope | default(1)}}", "undefined", "nope"),
        ("x{% if kind == 1 %}{{nope}}{% endif %}", "undefined", "nope"),
        ("{{range(3)}}", "undefined", "range"),
        ("{{db.nmae}}", "missing-attribute", "nmae"),
        ("{{db['nmae']}}", "missing-attribute", "nmae"),
        ("{{kind.}}", "syntax", "{{kind.}}"),
        ("{{kind}}{{", "syntax", "{{kind}}{{"),
        ("ok\n{{kind | unknown_filter}}", "syntax", "{{kind | unknown_filter}}"),
        ("{{n / 0}}", "failed", "{{n / 0}}"),
        ("{{kind + 1}}", "failed", "{{kind + 1}}"),
        ("{% include 'x' %}{{kind}}", "refused", "{% include 'x' %}{{kind}}"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(text: str, kind: str, shown: str) -> None:
    found = expand(text, ENV)
    assert found.text == text
    assert found.error is not None
    assert (found.error.kind, text[found.error.start : found.error.end]) == (kind, shown)


def test_every_undefined_name_is_told() -> None:
    found = expand("{{my-kind}}{{other}}", ENV)
    assert [error.name for error in found.errors] == ["my", "other"]


def test_names_carry_their_offsets_and_the_path_behind_them() -> None:
    text = "{{ kind | join(d='x') }}{{ db.name }}{{ db['kind'] }}{% if n is not none and n.x.y %}{% endif %}"
    found = [
        (text[u.start : u.end], [text[p.start : p.end] for p in u.parts]) for u in expand(text, ENV).names
    ]
    assert found == [("kind", []), ("db", ["name"]), ("db", ["kind"]), ("n", []), ("n", ["x", "y"])]


def test_offsets_are_right_behind_windows_line_ends_and_trimmed_space() -> None:
    text = "a\r\n  {{- kind }}\r\n{{ knd }}"
    found = expand(text, ENV)
    assert [text[u.start : u.end] for u in found.names] == ["kind", "knd"]


@pytest.mark.parametrize("text", ["{{git}}-x", "{{git[:3]}}", "{% if git %}{{kind}}{% endif %}", "{{git.x}}"])
def test_an_unknown_value_leaves_the_placeholder_and_no_error(text: str) -> None:
    found = expand(text, ENV)
    assert (found.text, found.errors, found.unknown) == (text, (), True)


def test_an_unknown_value_inside_a_mapping_is_unknown_too() -> None:
    values = env(n={"a": Unknown("later"), "b": 1})
    assert expand("{{n.a}}", values).unknown
    assert expand("{{n.b}}", values).text == "1"
    assert expand("{{n}}", values).unknown


def test_a_lenient_template_reads_missing_attributes_as_empty() -> None:
    assert expand("x{{kind.nope}}y", ENV, strict=False).text == "xy"


HOSTILE = env(a="x" * 60_000, l=list(range(9_000)), n=7)
DOUBLING = "{% set z=[n,n] %}" + "{% set z=[z,z] %}" * 60 + "{{z}}"


@pytest.mark.parametrize(
    "text",
    [
        "{{ n ** 99999999 }}",
        "{{ a * 99999999 }}",
        "{{ [n] * 99999999 }}",
        "{% for i in l %}{% for j in l %}{% endfor %}{% endfor %}",
        "{% for i in l %}{{a}}{% endfor %}",
        "{{a}}{{a}}",
        "{{ a | replace('x', a) }}",
        "{{ a.replace('', a) }}",
        "{{ a | center(99999999) }}",
        "{{ 'x'.ljust(99999999) ~ n }}",
        "{{ '%999999999d' % n }}",
        "{{ '%*d' % (999999999, n) }}",
        "{{ '%999999999d' | format(n) }}",
        "{{ n | round(99999999, 'ceil') }}",
        "{{ l | tojson(indent=99999999) }}",
        "{{ l | batch(9999999, 'x') | list }}",
        "{{ l | select('in', l) | list }}",
        "{{ l | map('center', 9999999) | list }}",
        DOUBLING,
        DOUBLING.replace("{{z}}", "{{z == [z]}}"),
        "{{ " + "(" * 3000 + "n" + ")" * 3000 + " }}",
        "{{ " + "n+" * 2000 + "n }}",
        "{{ " + "-" * 3000 + "n }}",
        "{{" * 8000,
        "{% if n %}" * 1500,
        "{{ n" + ".a" * 3000 + " }}",
        "{{ " + "9" * 9000 + " + n }}",
        "{{ " + " ~ ".join(["a"] * 3000) + " }}",
        "{% for i in l recursive %}{{loop(l)}}{% endfor %}",
        "{% macro f() %}{{f()}}{% endmacro %}{{f()}}{{n}}",
        "{{ a.__class__.__mro__ }}",
        "{{ a.format(n) }}",
        "{{n}}" + " " * 20_000 + "{{n|abs}}",
    ],
)
def test_hostile_templates_end_in_one_clear_problem(text: str) -> None:
    found = expand(text, HOSTILE)
    assert found.text == text
    assert [error.kind for error in found.errors] in (["refused"], ["syntax"])
    assert len(found.errors[0].message) < 300


def test_no_template_reaches_files_or_python() -> None:
    for text in (
        "{{n.__init__.__globals__}}",
        "{{self.__init__}}{{n}}",
        "{{cycler.__init__}}",
        "{{n|attr('__class__')}}",
    ):
        assert expand(text, HOSTILE).text == text


def test_plain_names_do_not_load_jinja() -> None:
    code = (
        "import sys; from pipelens.core.env import EnvValue; from pipelens.core.expansion import expand; "
        "assert expand('{{a.b}}/x', {'a': EnvValue('a', {'b': 1}, 'file')}).text == '1/x'; "
        "assert 'jinja2' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def place_at(start: int, end: int) -> Place:
    return Place("/p/pipeline.yaml", Span.on_line(3, 10 + start, 10 + end))


def test_a_near_name_is_offered_as_a_fix() -> None:
    (found,) = problems_of_expansion(expand("out/{{knid}}.txt", ENV), place_at)
    assert found.code == "undefined-placeholder"
    assert found.place.span == Span.on_line(3, 16, 20)
    assert found.fixes[0].edits == (Edit(found.place, "kind"),)


def test_no_fix_replaces_a_whole_string_whose_offsets_are_not_known() -> None:
    whole = Place("/p/pipeline.yaml", Span.on_line(3, 10, 40))
    (found,) = problems_of_expansion(expand("out/{{knid}}.txt", ENV), lambda _start, _end: whole)
    assert found.fixes == ()


def test_nothing_is_undefined_while_the_env_cannot_be_read() -> None:
    assert problems_of_expansion(expand("{{anything}}", {}), place_at, Env("/p/env.yaml", broken=True)) == []


def test_unused_keys_are_told_at_their_key() -> None:
    place = Place("/p/env.yaml", Span.on_line(1, 0, 4))
    values = {
        "kind": EnvValue("kind", 1, "file", place),
        "more": EnvValue("more", 1, "file", place),
        "used": EnvValue("used", 1, "file", place),
        "user": EnvValue("user", "me", "default"),
        "base": EnvValue("base", 1, "imported", place),
    }
    found = unused_keys(Env("/p/env.yaml", values, frozenset({"used"})), {"kind"})
    assert [(p.code, p.severity, p.place) for p in found] == [("unused-env-key", "info", place)]
    assert "'more'" in found[0].message
