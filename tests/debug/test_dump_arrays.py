"""Arrays and data frames of a recorded failure: rows, and bytes that are not what they claim."""

from __future__ import annotations

import io
import struct
from pathlib import Path
from typing import Any

import pytest

from .dump_making import Making
from .test_dump_evaluation import Asking
from .test_dump_session import Client

numpy = pytest.importorskip("numpy", reason="whole arrays are rebuilt where numpy is installed")


def npy(array: Any, *, allow_pickle: bool = False) -> bytes:
    written = io.BytesIO()
    numpy.save(written, array, allow_pickle=allow_pickle)
    return written.getvalue()


def array_node(making: Making, array: Any, content: bytes | None = None, **more: object) -> int:
    """The node of an array with its first 20 elements, its bytes beside it."""
    shape = list(array.shape)
    first = [[str(at), making.value(item)] for at, item in enumerate(array[:20].tolist())]
    kind = str(array.dtype)
    fields: dict[str, object] = {"t": "ndarray", "m": "numpy", "shape": shape, "r": f"array({shape}, {kind})"}
    fields["c"] = [["dtype", making.value(kind)], ["min", making.value(array.min().item())], *first]
    fields["more"] = max(0, shape[0] - 20)
    if content is not None:
        name = f"values/{len(making.values)}.npy"
        making.values[name] = content
        fields["val"] = name
    fields.update(more)
    return making.node(**fields)


def failure(**nodes: int) -> Any:
    return [[name, number] for name, number in nodes.items()]


@pytest.fixture
def making() -> Making:
    return Making()


def write(making: Making, folder: Path, **nodes: int) -> str:
    frame = making.frame()
    frame["locals"] = failure(**nodes)
    making.error("E", "", frame)
    return making.write(folder)


def test_a_whole_array_answers_for_all_its_rows(making: Making, tmp_path: Path) -> None:
    array = numpy.arange(1000.0)
    grid = numpy.arange(60).reshape(30, 2)
    path = write(
        making, tmp_path, a=array_node(making, array, npy(array)), g=array_node(making, grid, npy(grid))
    )
    ask = Asking(path)
    assert ask("a[500] + a[-1]") == "1499.0"
    assert ask("a[990:]") == "array(10, float64) [990.0, 991.0, 992.0, 993.0, 994.0, 995.0, …]"
    assert ask("sum(a), min(a), max(a)") == "(499500.0, 0.0, 999.0)"
    assert ask("a.sum() == sum(a)") == "True"
    assert ask("g.max()") == "59"
    assert ask("g[29, 1]") == ask("g[29][1]") == "59"
    assert ask("g[:, 0][3]") == "6"
    assert ask("sorted(a[5:8])") == "[5.0, 6.0, 7.0]"
    assert ask("a.head(2)") == "array(2, float64) [0.0, 1.0]"
    assert ask("a.tail(1)[0]") == "999.0"
    assert ask("g.shape") == "(30, 2)"
    assert "ambiguous" in ask("not a[1:]")
    assert "out of range" in ask("a[1000]")
    assert "given by numbers and slices" in ask("a['x']")
    assert "given by numbers and slices" in ask("a[[1, 2]]")
    assert "not calculated with" in ask("a == a")
    assert "arithmetic with" in ask("a + 1")
    untrusted = Asking(path, trusted=False)
    assert untrusted("a[19]") == "19.0"
    assert "only 20 of its 1,000 items were recorded" in untrusted("a[500]")
    assert untrusted("a.min()") == "0.0"


def test_rows_of_both_ends_are_shown_with_the_gap_between_them(making: Making, tmp_path: Path) -> None:
    array = numpy.arange(1000)
    ends = numpy.concatenate((array[:30], array[-30:]))
    path = write(making, tmp_path, a=array_node(making, array, npy(ends), part=[60, 1000]))
    ask = Asking(path)
    assert ask("a[29], a[970], a[-1]") == "(29, 970, 999)"
    assert "row 500 was not recorded" in ask("a[500]")
    assert ask("a.tail(2)[0]") == "998"
    assert "30 rows of each end" in ask("a.head(31)")
    assert "whole arrays" in ask("sum(a)")
    assert ask("len(a)") == "1000"
    client = Client(path)
    lines = client.below(client.names(client.frames()[0])["a"], filter="indexed")
    assert len(lines) == 61
    assert [(one["name"], one["value"]) for one in lines[29:32]] == [
        ("29", "29"),
        ("…", "940 more were not recorded"),
        ("970", "970"),
    ]


def test_nan_has_no_order_and_a_series_leaves_it_out(making: Making, tmp_path: Path) -> None:
    array = numpy.array([1.0, float("nan"), 3.0] * 10)
    number = array_node(making, array, npy(array), t="Series", m="pandas")
    ask = Asking(write(making, tmp_path, s=number))
    assert ask("s.max()") == "3.0"
    assert ask("s.sum()") == "40.0"
    assert "depends on their order" in ask("max(s)")
    assert "positions: .iloc" in ask("s[1]")
    assert ask("s.iloc[0]") == "1.0"


def test_dates_are_told_apart_from_texts(making: Making, tmp_path: Path) -> None:
    array = numpy.array(["2026-01-01"] * 30, dtype="M8[D]")
    number = array_node(making, numpy.arange(30), npy(array))
    ask = Asking(write(making, tmp_path, d=number))
    assert ask("d[0]") == "2026-01-01"
    assert ask("d[0] == d[1]") == "True"
    assert ask("d[0] == '2026-01-01'") == "False"
    assert "arithmetic with" in ask("d[0] + 1")
    assert "TypeError" in ask("d[0] < d[1]")


def test_a_large_value_is_read_when_it_is_opened_not_when_it_is_listed(
    making: Making, tmp_path: Path
) -> None:
    array = numpy.arange(1000)
    client = Client(write(making, tmp_path, a=array_node(making, array, npy(array))))
    found = client.names(client.frames()[0])["a"]
    assert found["indexedVariables"] == 1000
    (tmp_path / "clean-r1.plpm").unlink()
    lines = client.below(found)
    assert (len(lines), lines[-1]["value"]) == (23, "980 more were not recorded")


def frame_node(making: Making) -> int:
    numbers = numpy.arange(100)
    whole = array_node(making, numbers, npy(numbers), t="Series", m="pandas", n=100)
    texts = [[str(at), making.value(f"text {at}")] for at in range(20)]
    text = making.node(t="Series", m="pandas", r="Series(100, str)", shape=[100], n=100, c=texts, more=80)
    parts = [["columns", making.value(["a", "b c"])], ["'a'", whole], ["'b c'", text]]
    return making.node(
        t="DataFrame", m="pandas", r="DataFrame(100 rows × 2 columns)", shape=[100, 2], c=parts
    )


def test_a_frame_answers_for_its_columns_and_rows(making: Making, tmp_path: Path) -> None:
    path = write(making, tmp_path, df=frame_node(making))
    ask = Asking(path)
    assert ask("df.shape") == "(100, 2)"
    assert ask("df.columns") == "['a', 'b c']"
    assert ask("df['a'].iloc[99]") == ask("df.a.max()") == "99"
    assert ask("df.iloc[3]") == "{'a': 3, 'b c': 'text 3'}"
    assert "row 50 was not recorded" in ask("df['b c'].iloc[50]")
    assert ask("df['a'].tail(2)") == "Series(2, int64) [98, 99]"
    assert ask("df.head(2)") == "DataFrame(2 rows × 2 columns) ['a', 'b c']"
    assert "was not recorded" in ask("df.tail(2)")
    assert "is not among its recorded items" in ask("df['z']")
    client = Client(path)
    body = client.body("evaluate", expression="df.head(2)", frameId=1)
    assert [(one["name"], one["value"]) for one in client.below(body)] == [
        ("0", "{'a': 0, 'b c': 'text 0'}"),
        ("1", "{'a': 1, 'b c': 'text 1'}"),
    ]
    df = client.names(client.frames()[0])["df"]
    assert [one.get("evaluateName") for one in client.below(df)] == ["df.columns", "df['a']", "df['b c']"]
    rows = client.below(client.below(df)[1], filter="indexed", start=98, count=5)
    assert [(one["name"], one["value"], one["evaluateName"]) for one in rows] == [
        ("98", "98", "df['a'].iloc[98]"),
        ("99", "99", "df['a'].iloc[99]"),
    ]


ran: list[str] = []


class Evil:
    def __reduce__(self) -> tuple[Any, ...]:
        return (ran.append, ("ran",))


def header(described: str, data: bytes = b"") -> bytes:
    raw = described.encode("latin-1") + b"\n"
    return b"\x93NUMPY\1\0" + struct.pack("<H", len(raw)) + raw + data


def described(kind: str, shape: str) -> str:
    return f"{{'descr': {kind}, 'fortran_order': False, 'shape': {shape}, }}"


@pytest.mark.parametrize(
    "content",
    [
        npy(numpy.array([Evil()] * 30, dtype=object), allow_pickle=True),
        header(described("'|O'", "(30,)"), b"cos\nsystem\n(S'true'\ntR."),
        header(described("'<f8'", "(1000000000000,)")),
        header(described("'<f8'", "(30,)"), b"\0" * 8),
        header(described("'<f8'", "(-1,)"), b"\0" * 8),
        header(described("'|V0'", "(30,)")),
        header(described("'<f8'", "(" + "1," * 100 + ")"), b"\0" * 8),
        header(described("'<f8'", "()"), b"\0" * 8),
        header(described("[('a', '|O')]", "(30,)"), b"\0" * 240),
        header(described("__import__('os').system('true')", "(30,)")),
        header("[" * 5000),
        header("'" + "x" * 60_000),
        b"\x93NUMPY\3\0" + b"\0" * 20,
        b"\x93NUMPY\1\0\xff\xff",
        b"\x80\x04cos\nsystem\n",
        b"",
        npy(numpy.arange(31.0)),
        npy(numpy.arange(60.0).reshape(30, 2)),
    ],
)
def test_bytes_that_are_no_array_of_that_shape_leave_the_summary(tmp_path: Path, content: bytes) -> None:
    making = Making()
    path = write(making, tmp_path, a=array_node(making, numpy.arange(30.0), content))
    ask = Asking(path)
    assert ask("a[19]") == "19.0"
    assert "only 20 of its 30 items" in ask("a[25]")
    client = Client(path)
    lines = client.below(client.names(client.frames()[0])["a"])
    assert lines[-1]["name"] == "…"
    assert ran == []


@pytest.mark.parametrize("part", [[30, 30], [29, 100], [30, 10], [10, 100], [0, 10**15]])
def test_a_part_that_its_bytes_do_not_hold_leaves_the_summary(tmp_path: Path, part: list[int]) -> None:
    making = Making()
    array = numpy.arange(30.0)
    number = array_node(making, array, npy(array), part=part, shape=[100])
    ask = Asking(write(making, tmp_path, a=number))
    assert "only 20 of its 100 items" in ask("a[25]")
