"""Shell and SQL sources with their values put in."""

from __future__ import annotations

import pytest

from pipelens.core.rendering import ProductValues, TemplateFault, render, wanted

VALUES = {
    "n": 3,
    "product": ProductValues(data="/out/a b.csv", log="/out/log"),
    "upstream": {"load": "/out/raw", "fit-*": {"fit-0": "/m/0", "fit-1": "/m/1"}},
    "names": ["x", "y"],
}


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("seq {{n}} > {{ product['data'] }}\n", "seq 3 > /out/a b.csv"),
        ('cp {{upstream["load"]}} {{product.log}}\n\n', "cp /out/raw /out/log\n"),
        ("{# a note #}{% if n > 2 %}many{% endif %}", "many"),
        ("{% for p in product %}{{p}} {% endfor %}", "/out/a b.csv /out/log "),
        ("{% for p in upstream['fit-*'].values() %}{{p}}:{% endfor %}", "/m/0:/m/1:"),
        ("{% for i in range(n) %}{{i}}{% endfor %}", "012"),
        ("{% raw %}[[ -f x ]] ${#a}{% endraw %} {{n}}", "[[ -f x ]] ${#a} 3"),
        ("{% macro m(x) %}<{{x}}>{% endmacro %}{{ m(n) }}{{ m(4) }}", "<3><4>"),
        ("a\r\n{{n}}\r\n", "a\n3"),
        ("[[n]] {{n}}", "[[n]] 3"),
        ("{{ names | join(',') }}", "x,y"),
    ],
)
def test_a_source_with_its_values(text: str, made: str) -> None:
    assert render(text, VALUES) == made


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("x\n{{ product['datum'] }}", "source-fails", 1),
        ("{% raise 'not this way' %}{{n}}", "source-fails", 0),
        ("{% include 'x.sh' %}{{n}}", "source-not-rendered", 0),
        ("{% macro m(x) %}{{ m(x) }}{% endmacro %}{{ m(n) }}", "source-fails", 0),
        ("{% for i in range(100000000) %}{{n}}{% endfor %}", "source-not-rendered", 0),
    ],
)
def test_a_source_that_has_no_text(text: str, code: str, line: int) -> None:
    fault = render(text, VALUES)
    assert isinstance(fault, TemplateFault)
    assert (fault.code, fault.span.start.line) == (code, line)


def test_the_names_that_a_source_takes_are_known_with_their_places() -> None:
    asked = wanted("a {{n}}\n[[when]] {% if x is defined %}{% endif %}{{ range(2) }}")
    assert [used.name for used in asked.names] == ["n", "when", "x"]
    assert [used.start for used in asked.names] == [4, 10, 23]


@pytest.mark.parametrize("text", ["{{n", "[[ -f x ]] {{n}}", "${#a} {{n}}", "{% endif %}"])
def test_what_does_not_parse_is_told_in_either_syntax(text: str) -> None:
    fault = wanted(text).fault
    assert fault is not None
    assert fault.code == "source-syntax"
