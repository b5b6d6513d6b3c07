"""What hover tells: texts with a caret in, Markdown out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent

import pytest

from pipelens.core.answers.describe import describe_at
from pipelens.core.answers.describe_blocks import (
    Code,
    Facts,
    Link,
    Listing,
    Picture,
    Strong,
    Table,
    as_markdown,
    as_text,
    paragraph,
)
from pipelens.core.answers.describe_outside import FileNews, TaskNews
from pipelens.core.answers.describe_secrets import is_secret, shown_value
from pipelens.core.project import Project
from pipelens.core.text import Document, Position
from tests.core.carets import caret
from tests.workspace.keeping import keeper_in, write

STEPS = '''\
def load(product, rows=10):
    """Fetch the measurements

    More that nobody reads in a hover.
    """


def fit(product, upstream, depth):
    """Train"""
    upstream["load"]
'''

PIPELINE = """\
tasks:
  - source: steps.load
    product: out/load.csv
  - source: steps.fit
    product: {model: out/model.pkl, report: out/fit.html}
    params:
      depth: 3
"""


@dataclass
class Disk:
    """The states of tasks and what lies at paths, as a test tells them."""

    states: Mapping[str, TaskNews] = field(default_factory=dict)
    files: Mapping[str, FileNews] = field(default_factory=dict)

    def task(self, project: Project, name: str) -> TaskNews | None:
        return self.states.get(name)

    def product(self, path: str) -> FileNews:
        return self.files.get(Path(path).name, FileNews("missing"))

    def is_missing(self, path: str) -> bool:
        return Path(path).name not in self.files


class Told:
    """The descriptions at the caret of a text, in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.span = ""

    def at(
        self, texts: Mapping[str, str], disk: Disk | None = None, *, keys: bool = True, plain: bool = False
    ) -> str:
        """Of the pipeline in `texts`; one of them holds the caret `¦`."""
        name = next(name for name, text in texts.items() if "¦" in text)
        document, position = caret(texts[name])
        project = keeper_in(write(self.folder, {**texts, name: document.text})).now()
        path = str(self.folder.resolve() / name)
        found = describe_at(project, path, position, document, disk or Disk(), keys=keys)
        if found is None:
            return ""
        self.span = document.slice(found.span)
        return as_text(found.blocks) if plain else as_markdown(found.blocks, _link)


def _link(path: str, line: int | None) -> str:
    return Path(path).name + ("" if line is None else f"#L{line + 1}")


@pytest.fixture
def told(tmp_path: Path) -> Told:
    return Told(tmp_path)


def lines(text: str) -> str:
    return dedent(text).strip("\n")


# -- tasks


def test_the_source_of_a_function_tells_of_its_task_and_how_it_is_called(told: Told) -> None:
    texts = {"pipeline.yaml": PIPELINE.replace("steps.fit", "steps.f¦it"), "steps.py": STEPS}
    disk = Disk(
        {"fit": TaskNews("● stale: source changed", "last run 3 hours ago (2026-01-31 14:25), took 12 s")},
        {"model.pkl": FileNews("file")},
    )
    assert told.at(texts, disk) == lines("""
        **fit** · function (PythonCallable)

        ● stale: source changed · last run 3 hours ago (2026-01-31 14:25), took 12 s

        Train

        - source: `steps.fit` in [steps.py:8](steps.py#L8)
        - product model: [out/model.pkl](model.pkl)
        - product report: `out/fit.html` (missing)
        - params: `depth=3`
        - upstream: [load](pipeline.yaml#L2)

        ```python
        def fit(product, upstream, depth)
        ```
    """)
    assert told.span == "steps.fit"


def test_plain_text_says_the_same_in_columns(told: Told) -> None:
    texts = {"pipeline.yaml": PIPELINE.replace("steps.fit", "steps.f¦it"), "steps.py": STEPS}
    assert told.at(texts, plain=True) == lines("""
        fit · function (PythonCallable)

        Train

        source:         steps.fit in steps.py:8
        product model:  out/model.pkl
        product report: out/fit.html
        params:         depth=3
        upstream:       load

        def fit(product, upstream, depth)
    """)


def test_products_that_are_all_missing_are_not_marked_since_the_state_says_so(told: Told) -> None:
    texts = {
        "pipeline.yaml": PIPELINE.replace("- source: steps.fit", "- ¦source: steps.fit"),
        "steps.py": STEPS,
    }
    assert "(missing)" not in told.at(texts, keys=False)


def test_the_name_of_a_task_and_the_first_line_of_its_entry_tell_of_it(told: Told) -> None:
    named = PIPELINE.replace("    product: out/load.csv", "    name: fe¦tch\n    product: out/load.csv")
    assert told.at({"pipeline.yaml": named, "steps.py": STEPS}).startswith("**fetch** · function")
    assert told.span == "fetch"
    first = PIPELINE.replace("source: steps.load", "source:¦ steps.load")
    assert told.at({"pipeline.yaml": first, "steps.py": STEPS}).startswith("**load** · function")


def test_the_other_lines_of_an_entry_stay_silent_beside_their_words(told: Told) -> None:
    texts = {"pipeline.yaml": PIPELINE.replace("    product: out", "   ¦ product: out"), "steps.py": STEPS}
    assert told.at(texts, keys=False) == ""


def test_a_name_that_a_script_declares_as_upstream_tells_of_that_task(told: Told) -> None:
    texts = {
        "pipeline.yaml": PIPELINE + "  - source: report.py\n    product: out/report.ipynb\n",
        "steps.py": STEPS,
        "report.py": '# %% tags=["parameters"]\nupstream = ["lo¦ad"]\nproduct = None\n# %%\n',
    }
    assert told.at(texts).splitlines()[0] == "**load** · function (PythonCallable)"
    assert told.span == "load"


def test_a_reference_to_a_task_that_makes_one_thing_shows_the_thing_as_well(told: Told) -> None:
    texts = {"pipeline.yaml": PIPELINE, "steps.py": STEPS.replace('upstream["load"]', 'upstream["lo¦ad"]')}
    news = FileNews("file", "1.2 MB", "written 2 days ago (2026-01-31 14:25)", (paragraph("10 rows"),))
    assert told.at(texts, Disk(files={"load.csv": news})).endswith(
        "[out/load.csv](load.csv) · 1.2 MB · written 2 days ago (2026-01-31 14:25)\n\n10 rows"
    )


def test_many_neighbours_are_counted_and_the_first_named(told: Told) -> None:
    many = "".join(f"  - source: steps.fit\n    name: fit{n}\n    product: out/{n}.pkl\n" for n in range(9))
    texts = {"pipeline.yaml": PIPELINE.replace("steps.load", "steps.lo¦ad") + many, "steps.py": STEPS}
    assert (
        "- downstream: 10: [fit](pipeline.yaml#L4), [fit0](pipeline.yaml#L8), [fit1](pipeline.yaml#L11), "
        "[fit2](pipeline.yaml#L14), [fit3](pipeline.yaml#L17), [fit4](pipeline.yaml#L20) and 4 more"
    ) in told.at(texts)


def test_a_pattern_tells_which_tasks_it_matches(told: Told) -> None:
    texts = {
        "pipeline.yaml": lines("""
            tasks:
              - source: steps.load
                name: load-[[rows]]
                product: out/load.csv
                grid: {rows: [1, 2]}
              - source: steps.all
                product: out/all.csv
        """),
        "steps.py": STEPS + '\ndef all(product, upstream):\n    upstream["lo¦ad-*"]\n',
    }
    states = {"load-1": TaskNews("✓ fresh"), "load-2": TaskNews("○ never run")}
    assert told.at(texts, Disk(states)) == lines("""
        `load-*` matches 2 tasks

        - load-1: ✓ fresh · `rows=1`
        - load-2: ○ never run · `rows=2`
    """)


def test_the_entry_of_a_grid_lists_its_tasks_up_to_eight(told: Told) -> None:
    texts = {
        "pipeline.yaml": "tasks:\n  - source: steps.lo¦ad\n    name: t-[[rows]]\n    product: out/x.csv\n"
        "    grid: {rows: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]}\n",
        "steps.py": STEPS,
    }
    shown = told.at(texts)
    assert shown.startswith("10 tasks · function (PythonCallable)\n\n- t-1: function · `rows=1`\n")
    assert "- …: and 2 more" in shown


def test_of_two_tasks_with_one_name_the_one_at_the_caret_is_told(told: Told) -> None:
    texts = {
        "pipeline.yaml": "tasks:\n  - {source: steps.load, name: a, product: out/1.csv}\n"
        "  - {source: steps.load, name: ¦a, product: out/2.csv}\n",
        "steps.py": STEPS,
    }
    shown = told.at(texts, Disk({"a": TaskNews("✓ fresh")}))
    assert "`out/2.csv`" in shown
    assert "- same name: [pipeline.yaml:2](pipeline.yaml#L2)" in shown
    assert "fresh" not in shown, "that is the state of the first"


def test_a_source_that_is_not_there_is_said_to_be_missing(told: Told) -> None:
    texts = {"pipeline.yaml": "tasks:\n  - source: jobs/f¦it.py\n    product: out/fit.ipynb\n"}
    assert "- source: jobs/fit.py does not exist\n" in told.at(texts)


def test_problems_of_the_task_are_counted(told: Told) -> None:
    texts = {"pipeline.yaml": "tasks:\n  - source: steps.lo¦ad\n    product: out/a.csv\n    params: {x: 1}\n"}
    assert told.at({**texts, "steps.py": STEPS}).count("- problems: 1 error") == 1


def test_a_broken_entry_is_told_from_its_last_good_reading(told: Told) -> None:
    keeper = keeper_in(write(told.folder, {"pipeline.yaml": PIPELINE, "steps.py": STEPS}))
    keeper.now()
    broken, position = caret(PIPELINE.replace("steps.load", "ste¦ps.load").replace("out/load.csv", "[out"))
    path = str(told.folder.resolve() / "pipeline.yaml")
    keeper.edit(path, broken.text)
    found = describe_at(keeper.now(), path, position, broken, Disk())
    assert found is not None
    assert as_text(found.blocks).startswith("load · function")


def test_half_of_a_text_is_no_trouble(told: Told) -> None:
    keeper = keeper_in(write(told.folder, {"pipeline.yaml": PIPELINE, "steps.py": STEPS}))
    path = str(told.folder.resolve() / "pipeline.yaml")
    for end in range(len(PIPELINE)):
        keeper.edit(path, PIPELINE[:end])
        document = Document(PIPELINE[:end])
        place = document.position(end)
        for position in (place, Position(place.line, 0), Position(1, 14), Position(place.line + 3, 9)):
            describe_at(keeper.now(), path, position, document, Disk())


# -- products


def test_a_product_key_in_code_tells_where_the_product_is_and_what_is_in_it(told: Told) -> None:
    texts = {
        "pipeline.yaml": PIPELINE + "  - source: report.py\n    product: out/report.ipynb\n",
        "steps.py": STEPS,
        "report.py": '# %% tags=["parameters"]\nupstream = ["fit"]\nproduct = None\n'
        '# %%\nprint(upstream["fit"]["mo¦del"])\n',
    }
    news = FileNews("file", "4.0 kB", "written just now (2026-01-31 14:25)", (paragraph("Not opened"),))
    disk = Disk({"fit": TaskNews("✓ fresh")}, {"model.pkl": news})
    assert told.at(texts, disk) == lines("""
        **model** · product of [fit](pipeline.yaml#L4)

        [out/model.pkl](model.pkl) · 4.0 kB · written just now (2026-01-31 14:25)

        fit · ✓ fresh

        Not opened
    """)
    assert told.span == "model"


def test_a_product_that_is_not_there_yet_says_who_makes_it(told: Told) -> None:
    texts = {"pipeline.yaml": PIPELINE.replace("out/load", "out/lo¦ad"), "steps.py": STEPS}
    assert told.at(texts, Disk({"load": TaskNews("○ never run")})) == lines("""
        **load.csv** · product of [load](pipeline.yaml#L2)

        `out/load.csv` does not exist yet

        load · ○ never run
    """)


def test_a_key_that_the_task_does_not_make_is_answered_by_those_that_it_makes(told: Told) -> None:
    code = 'def use(product, upstream):\n    upstream["fit"]["mo¦dle"]\n'
    texts = {
        "pipeline.yaml": PIPELINE + "  - source: more.use\n    product: out/use.txt\n",
        "steps.py": STEPS,
        "more.py": code,
    }
    assert told.at(texts) == "fit has no product `modle`; it has `model`, `report`"


def test_the_product_of_a_grid_is_told_for_each_task(told: Told) -> None:
    texts = {
        "pipeline.yaml": "tasks:\n  - source: steps.load\n    name: t-[[rows]]\n    product: out/¦x.csv\n"
        "    grid: {rows: [1, 2]}\n",
        "steps.py": STEPS,
    }
    assert told.at(texts) == "Product of 2 tasks\n\n- t-1: `out/x-0.csv`\n- t-2: `out/x-1.csv`"


def test_a_table_in_a_database_is_named_and_not_looked_for(told: Told) -> None:
    texts = {
        "pipeline.yaml": "tasks:\n  - source: make.sql\n    product_class: SQLiteRelation\n"
        "    product: [numb¦ers, table]\n    client: db.client\n",
        "make.sql": "SELECT 1\n",
    }
    assert told.at(texts).splitlines()[2] == "`numbers` · SQLiteRelation"


# -- params and placeholders


def test_a_param_is_told_with_what_is_passed_and_its_default(told: Told) -> None:
    texts = {
        "pipeline.yaml": "tasks:\n  - source: fit.py\n    product: out/fit.ipynb\n    params: {depth: 3}\n",
        "fit.py": '# %% tags=["parameters"]\nupstream = None\nproduct = None\ndepth = 1\n# %%\nprint(de¦pth)\n',
    }
    assert told.at(texts) == lines("""
        **depth** · param of fit

        - value: `3`, a number
        - passed in: [pipeline.yaml:4](pipeline.yaml#L4)
        - default: `1` in [fit.py:4](fit.py#L4)
    """)


def test_where_the_caret_is_needs_no_telling(told: Told) -> None:
    texts = {"pipeline.yaml": PIPELINE.replace("depth: 3", "de¦pth: deep"), "steps.py": STEPS}
    assert told.at(texts) == lines("""
        **depth** · param of fit

        - value: `'deep'`, text
        - declared in: [steps.py:8](steps.py#L8)
    """)


def test_a_value_is_told_as_it_arrives(told: Told) -> None:
    texts = {"pipeline.yaml": PIPELINE.replace("depth: 3", "de¦pth: '3'"), "steps.py": STEPS}
    assert "- value: `3`, a number" in told.at(texts), "quotes do not keep a number text (section 4)"


def test_a_param_that_nobody_passes_has_its_default(told: Told) -> None:
    texts = {"pipeline.yaml": PIPELINE, "steps.py": STEPS.replace("rows=10", "ro¦ws=10")}
    assert told.at(texts) == "**rows** · param of load\n\n- value: `10`, the default"


def test_the_values_of_a_grid_are_told_task_by_task(told: Told) -> None:
    texts = {
        "pipeline.yaml": "tasks:\n  - source: steps.load\n    name: t-[[rows]]\n    product: out/x.csv\n"
        "    grid: {ro¦ws: [1, 2]}\n",
        "steps.py": STEPS,
    }
    assert told.at(texts).startswith("**rows** · param of 2 tasks\n\n- t-1: `1`\n- t-2: `2`\n")


ENV = "folder: out\napi_key: s3cr3t\ndb: {user: me, password: hidden}\nurl: https://me:hidden@host/x\n"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("folder", "`out`"),
        ("api_key", "`••••••`"),
        ("db", "`{'password': '••••••', 'user': 'me'}`"),
        ("url", "`https://me:••••••@host/x`"),
    ],
)
def test_a_placeholder_tells_its_value_and_origin_but_no_secret(told: Told, name: str, value: str) -> None:
    texts = {
        "pipeline.yaml": f"tasks:\n  - source: steps.load\n    product: '{{{{¦{name}}}}}/x'\n",
        "env.yaml": ENV,
        "steps.py": STEPS,
    }
    line = [key.split(":")[0] for key in ENV.splitlines()].index(name) + 1
    shown = told.at(texts)
    assert shown == lines(f"""
        **{name}** · placeholder

        - value: {value}
        - from: [env.yaml:{line}](env.yaml#L{line})
        - used: once, by load
    """)
    assert told.span == name


def test_a_key_of_the_env_file_tells_who_uses_it(told: Told) -> None:
    texts = {
        "pipeline.yaml": "tasks:\n  - source: steps.load\n    product: '{{folder}}/x'\n"
        "  - source: steps.fit\n    product: '{{folder}}/{{folder}}'\n",
        "env.yaml": "fol¦der: out\n",
        "steps.py": STEPS,
    }
    assert told.at(texts) == "**folder** · placeholder\n\n- value: `out`\n- used: 3 times, by load, fit"


def test_a_built_in_placeholder_says_what_it_is_and_the_environment_is_not_shown(told: Told) -> None:
    texts = {
        "pipeline.yaml": "tasks:\n  - source: steps.load\n    product: '{{ro¦ot}}/x'\n",
        "steps.py": STEPS,
    }
    assert "- from: built in: the root of the pipeline" in told.at(texts)
    texts = {"pipeline.yaml": "tasks:\n  - source: steps.load\n    product: '{{e¦nv.HOME}}/x'\n"}
    assert "- value: not shown" in told.at(texts)


def test_a_placeholder_that_is_still_being_typed_is_told(told: Told) -> None:
    text = "tasks:\n  - source: steps.load\n    product: '{{fold¦er\n"
    assert told.at({"pipeline.yaml": text, "env.yaml": ENV}).startswith("**folder** · placeholder")


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        ("db_password", True),
        ("API_KEY", True),
        ("apiKey", True),
        ("githubToken", True),
        ("AWS_SECRET_ACCESS_KEY", True),
        ("monkey", False),
        ("keyboard_layout", False),
        ("depth", False),
        ("author", False),
    ],
)
def test_what_looks_secret_is_masked(name: str, secret: bool) -> None:
    assert is_secret(name) is secret


def test_values_are_cut_and_secrets_inside_them_masked() -> None:
    assert shown_value("p", {"token": "x", "n": [1, 2]}) == "{'n': [1, 2], 'token': '••••••'}"
    assert shown_value("p", list(range(100_000)), 40) == "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, ...]"
    assert len(shown_value("p", "x" * 1_000_000)) <= 120


# -- functions and keys


def test_a_hook_tells_its_signature_its_words_and_where_it_is(told: Told) -> None:
    texts = {
        "pipeline.yaml": PIPELINE.replace("depth: 3", "depth: 3\n    on_finish: hooks.ch¦eck"),
        "steps.py": STEPS,
        "hooks.py": 'def check(product: dict, *, least: float = 0.5) -> None:\n    """Is it\n    good?\n\n    No."""\n',
    }
    assert told.at(texts) == lines("""
        ```python
        def check(product: dict, *, least: float=0.5) -> None
        ```

        Is it good?

        `hooks.check` in [hooks.py:1](hooks.py#L1)
    """)


def test_a_hook_that_is_not_there_says_why(told: Told) -> None:
    texts = {
        "pipeline.yaml": PIPELINE.replace("depth: 3", "depth: 3\n    on_finish: steps.ch¦eck"),
        "steps.py": STEPS,
    }
    assert told.at(texts) == "`steps.check` was not found: there is no `check` in module `steps`"


def test_a_key_tells_what_it_is_for_what_it_takes_and_where_the_format_says_so(told: Told) -> None:
    text = "tasks:\n  - source: fit.py\n    product: out/fit.ipynb\n    static_ana¦lysis: strict\n"
    assert told.at({"pipeline.yaml": text}) == lines("""
        **static_analysis** · key of a task of class NotebookRunner

        How strictly the code is checked before it runs.

        - one of: `regular`, `strict`, `disable`
        - see: section 7 of the format
    """)
    assert told.span == "static_analysis"


@pytest.mark.parametrize(
    ("line", "begins"),
    [
        ("    static_analysis: str¦ict\n", "**static_analysis** · key of a task of class NotebookRunner"),
        ("    class: Note¦bookRunner\n", "**class** · key of a task"),
        ("executor: ser¦ial\n", "**executor** · section of the pipeline"),
        ("meta:\n  extract_upstream: tr¦ue\n", "**extract_upstream** · key of meta"),
        ("meta:\n  source_loader:\n    mod¦ule: x\n", "**module** · key of meta.source_loader"),
        ("clients:\n  SQLScript: {dotted¦_path: db.client}\n", "**dotted_path** · key of clients.SQLScript"),
    ],
)
def test_a_value_tells_of_its_key(told: Told, line: str, begins: str) -> None:
    text = "tasks:\n  - source: fit.py\n    product: out/fit.ipynb\n" + line
    assert told.at({"pipeline.yaml": text}).startswith(begins)


def test_keys_are_left_to_another_server_that_explains_them(told: Told) -> None:
    texts = {"pipeline.yaml": PIPELINE.replace("    product: out", "    prod¦uct: out"), "steps.py": STEPS}
    assert told.at(texts).startswith("**product** · key of a task")
    assert told.at(texts, keys=False) == ""


# -- markup


@pytest.mark.parametrize(
    "hostile",
    [
        "[x](command:evil)",
        "<img src=x onerror=alert(1)>",
        "<command:evil>",
        "![x](http://tracker)",
        "https://tracker",
        "**bold** _it_ ~~no~~",
        "a | b",
        "`code`",
        "# title",
        "- item",
        "1. item",
        "&lt;",
        "line\nbreak",
        "\\",
    ],
)
def test_no_text_becomes_markup(hostile: str) -> None:
    markdown_it = pytest.importorskip("markdown_it", reason="comes with rich, which the command line needs")
    blocks = (
        paragraph(hostile, Strong(hostile), Code(hostile), Link(hostile, "/x", 1)),
        paragraph(hostile),
        Facts(((hostile, (hostile,)),)),
        Table((hostile, "b"), ((hostile, hostile),)),
        Listing(hostile + "\n```\n" + hostile),
    )
    parser = markdown_it.MarkdownIt("commonmark", {"html": True}).enable("table").enable("strikethrough")
    tokens = parser.parse(as_markdown(blocks, lambda path, line: "https://x"))
    inner = [child for token in tokens for child in token.children or ()]
    kinds = {token.type for token in (*tokens, *inner)}
    assert not kinds & {
        "html_inline",
        "html_block",
        "image",
        "em_open",
        "s_open",
        "heading_open",
        "softbreak",
    }
    assert {token.attrGet("href") for token in inner if token.type == "link_open"} == {"https://x"}
    assert sum(token.type == "th_open" for token in tokens) == 2
    assert sum(token.type == "fence" for token in tokens) == 1
    assert sum(token.type == "list_item_open" for token in tokens) == 1
    text = [child.content for child in inner if child.type in ("text", "code_inline", "text_special")]
    assert hostile.replace("\n", "␊") in "".join(text)


def test_addresses_stay_inside_their_parentheses() -> None:
    shown = as_markdown((paragraph(Link("x", "/a) [b](c", None)),), lambda path, line: f"file://{path}")
    assert shown == "[x](file:///a%29%20[b]%28c)"


def test_what_hides_or_turns_text_is_made_visible() -> None:
    assert as_text((paragraph("a\x1b[31m\u202eb\x00"),)) == "a␛[31m\N{REPLACEMENT CHARACTER}b␀"


def test_pictures_are_linked_only_for_clients_that_show_them() -> None:
    blocks = (paragraph("PNG"), Picture("/x/a b.png", "PNG picture", 200))
    link = "file:///x/a b.png"
    assert as_markdown(blocks, lambda path, line: link) == "PNG"
    shown = as_markdown(blocks, lambda path, line: link, pictures=True)
    assert shown == "PNG\n\n![PNG picture](file:///x/a%20b.png|width=200)"


def test_columns_of_wide_characters_stay_aligned() -> None:
    shown = as_text((Table(("名前", "n"), (("あ", "1"), ("abc", "22"))),))
    assert shown == "名前  n\nあ    1\nabc   22"
