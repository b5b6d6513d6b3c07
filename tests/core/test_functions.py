"""Functions behind dotted paths, found and read without importing anything."""

from __future__ import annotations

import importlib
import inspect
import sys
import textwrap
from pathlib import Path

import pytest

from pipelens.core.files import DictFiles
from pipelens.core.functions import ModuleReader, read_function
from pipelens.core.imports import BrokenModule
from pipelens.core.sources import FunctionSource, UnreadableSource, UnresolvedFunction
from pipelens.core.text import Document


def files(**modules: str) -> DictFiles:
    """Files below `/p`; `__` in a name stands for a folder."""
    return DictFiles({f"/p/{name.replace('__', '/')}.py": text for name, text in modules.items()})


def read(dotted: str, /, **modules: str) -> FunctionSource | UnresolvedFunction | UnreadableSource:
    return read_function(dotted, ("/p",), files(**modules))


def function(dotted: str, /, **modules: str) -> FunctionSource:
    found = read(dotted, **modules)
    assert isinstance(found, FunctionSource), found
    return found


def lost(dotted: str, /, **modules: str) -> UnresolvedFunction:
    found = read(dotted, **modules)
    assert isinstance(found, UnresolvedFunction), found
    return found


def refused(dotted: str, /, **modules: str) -> UnreadableSource:
    found = read(dotted, **modules)
    assert isinstance(found, UnreadableSource), found
    return found


GO = "def go(product):\n    pass\n"


def in_tree(tree: dict[str, str], dotted: str) -> FunctionSource | UnresolvedFunction | UnreadableSource:
    return read_function(dotted, ("/p",), DictFiles({f"/p/{path}": text for path, text in tree.items()}))


def test_a_function_is_read_whole() -> None:
    text = textwrap.dedent('''\
        import os


        def größe(product, upstream, /, n: int = 3, *, m="ä", **more):
            """Reads it.

            More.
            """
            return upstream["ä"]["k"], upstream['b']
            # the end

        # not the end
        x = 1
        ''')
    found = function("steps.größe", steps=text)
    document = Document(text)
    assert (found.path, found.name, found.line, found.doc) == ("/p/steps.py", "größe", 3, "Reads it.")
    assert found.module == "steps"
    assert document.slice(found.span) == "größe"
    assert found.code.startswith("def größe(")
    assert found.code.endswith("    # the end\n")
    assert [(each.name, each.kind, each.default) for each in found.parameters] == [
        ("product", "positional", None),
        ("upstream", "positional", None),
        ("n", "normal", "3"),
        ("m", "keyword", '"ä"'),
        ("more", "kwargs", None),
    ]
    assert [document.slice(each.span) for each in found.parameters][2] == "n"
    assert [(each.name, each.key) for each in found.references] == [("ä", "k"), ("b", None)]
    assert [document.slice(each.span) for each in found.references] == ["ä", "b"]


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ("upstream['a']", ["a"]),
        ("f = lambda: upstream['a']", ["a"]),
        ("[upstream['a'] for _ in x]", ["a"]),
        ("f = lambda upstream: upstream['a']", ["a"]),
        ("def inner():\n        return upstream['a']", ["a"]),
        ("upstream.get('a')", []),
        ("upstream[f'a']", []),
        ("upstream['a' + 'b']", []),
        ("upstream['a', 'b']", []),
        ("self.upstream['a']", []),
        ("u = upstream\n    u['a']", []),
        ("helper(upstream)", []),
        ("s = \"upstream['a']\"  # upstream['b']", []),
    ],
)
def test_references_are_those_that_ploomber_sees(body: str, names: list[str]) -> None:
    found = function("steps.go", steps=f"def go(product, upstream):\n    {body}\n")
    assert [each.name for each in found.references] == names


@pytest.mark.parametrize(
    "tree",
    [
        {"pkg/__init__.py": "from .impl import go\n", "pkg/impl.py": GO},
        {"pkg/__init__.py": "from pkg.impl import run as go\n", "pkg/impl.py": GO.replace("go", "run")},
        {
            "pkg/__init__.py": "from .deep import go\n",
            "pkg/deep/__init__.py": "from .a import go\n",
            "pkg/deep/a.py": GO,
        },
        {"pkg/__init__.py": "from .a import *\n", "pkg/a.py": "from .b import *\n", "pkg/b.py": GO},
        {"pkg/__init__.py": "from .a import *\n", "pkg/a.py": "__all__ = ['go']\n" + GO},
        {"pkg/__init__.py": "from . import a\ngo = a.go\n", "pkg/a.py": GO},
        {"pkg/__init__.py": "import pkg.a as b\ngo = b.go\n", "pkg/a.py": GO},
        {"pkg/__init__.py": "import pkg.a\ngo = pkg.a.go\n", "pkg/a.py": GO},
        {"pkg/__init__.py": "def first(product):\n    pass\n\n\nsecond = first\ngo = second\n"},
        {"pkg/__init__.py": "try:\n    from .a import go\nexcept ImportError:\n    raise\n", "pkg/a.py": GO},
        {"pkg/__init__.py": "def go(n):\n    pass\n\n\n" + GO},
        {"pkg.py": "def go(n):\n    pass\n", "pkg/__init__.py": GO},
    ],
)
def test_re_exports_and_aliases_are_followed(tree: dict[str, str]) -> None:
    found = in_tree(tree, "pkg.go")
    assert isinstance(found, FunctionSource), found
    assert [each.name for each in found.parameters] == ["product"]


def test_an_alias_has_the_name_of_its_function() -> None:
    assert (
        function("steps.go", steps="def original(product):\n    pass\n\n\ngo = original\n").name == "original"
    )


@pytest.mark.parametrize(
    ("path", "dotted"),
    [
        ("a/b/steps.py", "a.b.steps.go"),
        ("my-tasks/steps.py", "my-tasks.steps.go"),
        ("ä/b.py", "ä.b.go"),
    ],
)
def test_folders_without_init_are_packages(path: str, dotted: str) -> None:
    assert isinstance(in_tree({path: GO}, dotted), FunctionSource)


def test_folders_are_searched_in_order_and_namespaces_joined() -> None:
    tree = DictFiles({"/a/steps.py": GO, "/b/steps.py": "x = 1\n", "/a/n/x.py": "", "/b/n/y.py": GO})
    assert isinstance(read_function("steps.go", ("/a", "/b"), tree), FunctionSource)
    assert isinstance(read_function("steps.go", ("/b", "/a"), tree), UnresolvedFunction)
    assert isinstance(read_function("n.y.go", ("/a", "/b"), tree), FunctionSource)


@pytest.mark.parametrize(
    ("text", "name", "parameters", "known"),
    [
        ("class go:\n    def __init__(self, product):\n        pass\n", "go", ["product"], True),
        ("class go(Base):\n    pass\n", "go", [], False),
        ("go = lambda product, n=1: None\n", "<lambda>", ["product", "n"], True),
        ("async def go(product):\n    pass\n", "go", ["product"], True),
    ],
)
def test_classes_lambdas_and_async_functions_are_tasks_too(
    text: str, name: str, parameters: list[str], known: bool
) -> None:
    found = function("steps.go", steps=text)
    assert found.name == name
    assert [each.name for each in found.parameters] == parameters
    assert found.arguments_known is known
    assert found.is_async is text.startswith("async")
    assert found.code == text


WRAPS = """\
import functools


def deco(f):
    {}
    def inner(*args, **kwargs):
        return f(*args, **kwargs)
    return inner


@deco
def go(product):
    pass
"""


def test_a_decorator_belongs_to_the_function() -> None:
    found = function("steps.go", steps=WRAPS.format("@functools.wraps(f)"))
    assert found.problems == ()
    assert found.decorated
    assert found.line == 10
    assert found.code.startswith("@deco\ndef go")


@pytest.mark.parametrize(
    "text",
    [
        WRAPS.format("x = 1"),
        "def make(n):\n    def deco(f):\n        def inner():\n            pass\n        return inner\n    return deco\n\n\n"
        "@make(1)\ndef go(product):\n    pass\n",
    ],
)
def test_a_decorator_that_hides_the_function_is_an_error(text: str) -> None:
    (problem,) = function("steps.go", steps=text).problems
    assert problem.code == "decorator-hides-function"
    assert Document(text).slice(problem.place.span).startswith(("deco", "make"))


def test_decorators_that_keep_the_function_are_fine() -> None:
    text = (
        "import lib\n\n\ndef mark(f):\n    return f\n\n\n@mark\n@lib.task(n=1)\ndef go(product):\n    pass\n"
    )
    assert function("steps.go", steps=text).problems == ()


@pytest.mark.parametrize("block", ["if True:", "try:", "with x:", "for i in x:"])
def test_a_function_in_an_indented_block_is_an_error_while_its_text_is_parsed(block: str) -> None:
    text = f"{block}\n    def go(product):\n        pass\n" + (
        "finally:\n    pass\n" if block == "try:" else ""
    )
    (problem,) = function("steps.go", steps=text).problems
    assert problem.code == "indented-function"
    assert problem.place.span.start.line == 1
    found = read_function("steps.go", ("/p",), files(steps=text), extract_upstream=False)
    assert isinstance(found, FunctionSource)
    assert found.problems == ()


@pytest.mark.parametrize(
    ("dotted", "part", "suggestions"),
    [
        ("stepz.go", 0, ("steps",)),
        ("steps.og", 1, ("go",)),
        ("steps.S.go", 1, ()),
        ("pkg.impk.go", 1, ("impl",)),
        ("pkg.impl.GO", 2, ("go",)),
        ("random.go", 0, ()),
        ("go", 0, ()),
        ("steps..go", 0, ()),
    ],
)
def test_the_part_that_was_not_found_is_named_with_near_names(
    dotted: str, part: int, suggestions: tuple[str, ...]
) -> None:
    tree = {
        "steps.py": GO + "class S:\n    pass\n",
        "random.py": GO,
        "pkg/__init__.py": "",
        "pkg/impl.py": GO,
    }
    found = in_tree(tree, dotted)
    assert isinstance(found, UnresolvedFunction), found
    assert (found.part, found.suggestions, found.certain) == (part, suggestions, True)
    assert found.reason


@pytest.mark.parametrize(
    "text",
    [
        "from outside import *\n",
        "from outside import go\n",
        "def __getattr__(name):\n    return name\n",
        "go = outside.make()\n",
        "(go, x) = make()\n",
    ],
)
def test_what_only_importing_could_tell_is_not_certain(text: str) -> None:
    assert lost("steps.go", steps=text).certain is False


def test_an_installed_package_is_not_read() -> None:
    tree = DictFiles({"/lib/outside/__init__.py": GO})
    found = read_function("outside.go", ("/p",), tree, library_folders=("/lib",))
    assert isinstance(found, UnresolvedFunction)
    assert found.certain is False


def test_a_compiled_module_is_not_read() -> None:
    found = read_function("fast.go", ("/p",), DictFiles({"/p/fast.cpython-311-x86_64-linux-gnu.so": ""}))
    assert isinstance(found, UnresolvedFunction)
    assert found.certain is False


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("import functools\n\ngo = functools.partial(print)\n", 2),
        ("go = 1\n", 0),
        ("import go\n", 0),
    ],
)
def test_what_is_no_function_is_an_error_where_it_is_bound(text: str, line: int) -> None:
    (problem,) = refused("steps.go", steps=text).problems
    assert problem.code == "not-a-function"
    assert problem.place.span.start.line == line


@pytest.mark.parametrize("path", ["pkg/__init__.py", "pkg/steps.py"])
def test_a_syntax_error_on_the_way_is_pointed_at(path: str) -> None:
    tree = {"pkg/__init__.py": "", "pkg/steps.py": GO, path: "x = 1\ndef go(:\n    pass\n"}
    found = in_tree(tree, "pkg.steps.go")
    assert isinstance(found, UnreadableSource)
    (problem,) = found.problems
    assert (problem.code, problem.place.path, problem.place.span.start.line) == (
        "syntax-error",
        f"/p/{path}",
        1,
    )


def test_a_relative_import_in_a_module_at_the_top_is_an_error() -> None:
    (problem,) = refused("steps.go", steps="from .util import x\n" + GO, util="x = 1\n").problems
    assert problem.code == "relative-import-at-top"


@pytest.mark.parametrize(
    "tree",
    [
        {"a.py": "from a import go\n"},
        {"a.py": "from b import go\n", "b.py": "from a import go\n"},
        {"a.py": "from b import *\n", "b.py": "from a import *\n"},
        {"a.py": "go = go\n"},
        {"a.py": "go = og\nog = go\n"},
        {"a.py": "\n".join(f"g{n} = g{n + 1}" for n in range(5000)) + "\ngo = g0\n"},
    ],
)
def test_circles_and_endless_chains_end(tree: dict[str, str]) -> None:
    assert isinstance(in_tree(tree, "a.go"), UnresolvedFunction)


def test_a_thousand_functions_of_a_module_parse_it_once() -> None:
    tree = files(steps="".join(f"def f{n}(product):\n    pass\n\n\n" for n in range(1000)))
    reader = ModuleReader(tree)
    for n in range(1000):
        found = read_function(f"steps.f{n}", ("/p",), tree, modules=reader)
        assert isinstance(found, FunctionSource)
    assert reader.parsed == 1
    tree.texts["/p/steps.py"] += "x = 1\n"
    read_function("steps.f1", ("/p",), tree, modules=reader)
    assert reader.parsed == 2


@pytest.mark.parametrize("text", ["(" * 50_000, "x = " + "-" * 100_000 + "1", "\x00", "x = [" * 3000])
def test_hostile_modules_are_refused(text: str) -> None:
    assert isinstance(ModuleReader(files(steps=text)).module("/p/steps.py"), BrokenModule)


CODE = '''\
"""Text."""
import functools


# above
@functools.lru_cache(
    maxsize=None
)
def decorated(product):
    pass
    # inside

    # inside after a blank line
# outside


def last_line(product): return 1  # comment
    # belongs to nothing

async def waits(product):
	x = """
text at the margin
"""


class Klass:
    # first
    def __init__(self, product):
        if product:
            pass
        # in the method
    # in the class
 # in neither


short = lambda product: (
    None)


def end(product):
    return 1
    # end without line end'''


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_the_code_of_a_function_is_what_inspect_gives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line_end: str
) -> None:
    name = "tried_by_inspect_" + ("windows" if "\r" in line_end else "unix")
    path = tmp_path / f"{name}.py"
    path.write_text(CODE, "utf-8", newline=line_end)
    monkeypatch.syspath_prepend(str(tmp_path))
    module = importlib.import_module(name)
    try:
        tree = DictFiles({f"/p/{name}.py": path.read_bytes().decode()})
        for each in ("decorated", "last_line", "waits", "Klass", "end"):
            found = read_function(f"{name}.{each}", ("/p",), tree)
            assert isinstance(found, FunctionSource)
            target = inspect.unwrap(getattr(module, each))
            assert found.code == inspect.getsource(target), each
            assert found.line + 1 == inspect.getsourcelines(target)[1]
    finally:
        sys.modules.pop(name, None)


def test_a_byte_order_mark_and_tabs_change_nothing() -> None:
    found = function("steps.go", steps="\ufeffdef go(product):\r\n\tx = 1\r\n")
    assert found.code == "def go(product):\n\tx = 1\n"
    assert found.line == 0
