"""What a failing task leaves, opened again: the writer and the reader of recorded failures together."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import pythons
from tests.worker.dumping import dump_of

from .test_dump_session import Client, Json

SCRIPT = """\
import enum
from collections import Counter, OrderedDict, defaultdict, deque, namedtuple
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

LIMIT = 7
Point = namedtuple("Point", "x y")


class Colour(enum.Enum):
    RED = 1


@dataclass
class Order:
    number: int
    rows: list


class Slots:
    __slots__ = ("a",)

    def __init__(self):
        self.a = [1, 2]


class Numbers(list):
    pass


def load(n):
    row = {"x": 1, 5: "five", (1, "a"): 2.5, None: b"b", True: 3}
    order = Order(3, [{"id": 7}, {"id": 8}])
    point, slots, colour = Point(1, [2]), Slots(), Colour.RED
    counted, ordered, defaults = Counter("aab"), OrderedDict(a=1), defaultdict(list, {"k": [1]})
    queue, numbers, chosen = deque([1, 2, 3]), Numbers([4, 5]), {1, 2}
    long, text, when, price = list(range(5000)), "héllo", date(2026, 1, 31), Decimal("1.10")
    loop = []
    loop.append(loop)
    password = "hunter22"
    return row["y"] + LIMIT


try:
    {}["first"]
except KeyError as error:
    kept = error
    load(3)
"""


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Client:
    folder = tmp_path_factory.mktemp("project")
    return Client(str(dump_of(folder, SCRIPT).path), root=str(folder))


def test_the_stack_and_the_trace_are_those_of_the_failure(client: Client) -> None:
    frames = client.frames()
    assert [(frame["name"], frame["line"]) for frame in frames if frame["line"]][:2] == [
        ("load", 42),
        ("<module>", 49),
    ]
    assert frames[0]["source"]["path"].endswith("task.py")
    trace = client.body("exceptionInfo", threadId=1)["details"]["stackTrace"]
    assert 'line 46, in <module>\n    {}["first"]\n' in trace
    assert trace.index("KeyError: 'first'") < trace.index("During handling") < trace.index("KeyError: 'y'")


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ("n + LIMIT", "10"),
        ("row[5]", "'five'"),
        ("row[1, 'a']", "2.5"),
        ("row[None]", "b'b'"),
        ("order.rows[-1]['id']", "8"),
        ("point.y[0] + point[0]", "3"),
        ("slots.a == [1, 2]", "True"),
        ("counted['a']", "2"),
        ("ordered['a']", "1"),
        ("defaults['k'][0]", "1"),
        ("queue[-1]", "3"),
        ("numbers[1]", "5"),
        ("sum([1, 2]) in chosen", "False"),
        ("len(long), len(text)", "(5000, 5)"),
        ("long[199]", "199"),
        ("when", "datetime.date(2026, 1, 31)"),
        ("price", "Decimal('1.10')"),
        ("loop[0][0] is loop", "True"),
        ("password", "<hidden>"),
    ],
)
def test_what_was_recorded_can_be_asked(client: Client, expression: str, text: str) -> None:
    assert client.body("evaluate", expression=expression, frameId=1)["result"] == text


def test_what_was_not_recorded_says_so(client: Client) -> None:
    def told(expression: str) -> str:
        return client.ask("evaluate", expression=expression, frameId=1)["message"]

    assert "only 200 of its 5,000 items were recorded" in told("long[200]")
    assert "'y' is not among its recorded items: 'x', 5" in told("row['y']")
    assert "arithmetic with a recorded Decimal" in told("price + 1")
    assert "'os' was not recorded" in told("os")


def lines_below(client: Client, variable: Json, depth: int) -> list[Json]:
    if not depth or not variable["variablesReference"]:
        return [variable]
    below = client.below(variable, start=0, count=30)
    return [variable, *(line for one in below for line in lines_below(client, one, depth - 1))]


def check_paths(client: Client) -> int:
    checked = 0
    for frame in client.frames():
        if not frame["line"]:
            continue
        for variable in client.names(frame).values():
            for line in lines_below(client, variable, 3):
                if "evaluateName" not in line:
                    continue
                body = client.body("evaluate", expression=line["evaluateName"], frameId=frame["id"])
                assert body["result"] == line["value"], line
                checked += 1
    return checked


def test_the_path_of_every_value_leads_to_it(client: Client) -> None:
    assert check_paths(client) > 100


def test_tables_of_a_task_open_with_their_rows(tmp_path: Path) -> None:
    pytest.importorskip("pandas", reason="data frames are recorded where the task has pandas")
    client = Client(
        str(
            dump_of(
                tmp_path,
                "import numpy as np, pandas as pd\n"
                "df = pd.DataFrame({'a': np.arange(50_000), 'b c': ['x'] * 50_000, 3: np.linspace(0, 1, 50_000)})\n"
                "grid, small, empty = np.arange(60.0).reshape(30, 2), np.arange(3), np.zeros((0, 2))\n"
                "mean, when = df['a'].mean(), pd.Timestamp('2026-01-31')\n"
                "column, days = df['a'], pd.date_range('2026-01-01', periods=40)\n"
                "df['nope']\n",
            ).path
        )
    )
    frame = next(one for one in client.frames() if one["name"] == "<module>")

    def ask(expression: str) -> str:
        return client.body("evaluate", expression=expression, frameId=frame["id"])["result"]

    assert ask("df.shape") == "(50000, 3)"
    assert ask("df['a'].iloc[49_999], df['a'].max(), sum(column)") == "(49999, 49999, 1249975000)"
    assert ask("df.iloc[2]") == "{'a': 2, 'b c': 'x', 3: 4.000080001600032e-05}"
    assert ask("df.head(2)") == "DataFrame(2 rows × 3 columns) ['a', 'b c', 3]"
    assert ask("grid[29, 1], len(grid), small[-1], len(empty)") == "(59.0, 30, 2, 0)"
    assert ask("mean * 2") == "49999.0"
    assert ask("when") == "Timestamp('2026-01-31 00:00:00')"
    assert check_paths(client) > 60


@pytest.mark.parametrize(
    "python", pythons.found().values(), ids=[pythons.name_of(version) for version in pythons.found()]
)
def test_a_failure_under_any_python_can_be_opened(tmp_path: Path, python: Path) -> None:
    client = Client(str(dump_of(tmp_path, SCRIPT, python=python).path), root=str(tmp_path))
    assert client.frames()[0]["name"] == "load"
    assert client.body("evaluate", expression="row['x'] + n", frameId=1)["result"] == "4"
