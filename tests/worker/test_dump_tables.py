"""Arrays and data frames in a recorded failure. These need numpy and pandas, which the worker never does."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from tests.worker.dumping import Told, dump_of

numpy = pytest.importorskip("numpy", reason="numpy is not installed: there are no arrays to record")
pytest.importorskip("pandas", reason="pandas is not installed: there are no data frames to record")

TAIL = "    raise ValueError('x')\nf()\n"
RAN = """
import traceback
ARMED = []
def ran(*what):
    if not ARMED:
        return 0
    with open("ran.txt", "a") as file:
        file.write("".join(traceback.format_stack()))
    raise RuntimeError("ran")
class Cell:
    def __init__(self): self.inside = 5
    __repr__ = __str__ = __eq__ = __len__ = __float__ = ran
    def __getattr__(self, name):
        ran()
        raise AttributeError(name)
class Subclass(pd.DataFrame):
    @property
    def size(self): return ran() or 1
    __len__ = __repr__ = ran
class OwnArray(np.ndarray):
    __repr__ = ran
    @property
    def shape(self): return ran() or (3,)
"""


def recorded(folder: Path, body: str, *, values: str = "small", before: str = "") -> Told:
    text = "import numpy as np, pandas as pd\n" + before + "def f():\n"
    text += "".join(f"    {line}\n" for line in body.splitlines()) + TAIL
    return dump_of(folder, text, values=values)


def items(told: Told, node: dict) -> list[str]:
    return [told.node(number)["r"] for label, number in node["c"] if label.isdecimal()]


FRAME = """frame = pd.DataFrame({
    "number": np.arange(100.), "word": ["a", "b"] * 50, "when": pd.date_range("2020", periods=100, tz="UTC"),
    "kind": pd.Categorical(["u", "v"] * 50), "maybe": pd.array([1, None] * 50, dtype="Int64"), 5: True,
})"""


def test_a_frame_is_told_by_shape_types_memory_and_first_rows(tmp_path: Path) -> None:
    told = recorded(tmp_path, FRAME)
    frame = told.local("frame")
    assert (frame["t"], frame["shape"]) == ("DataFrame", [100, 6])
    assert frame["r"] == "DataFrame(100 rows × 6 columns)"
    labels = [label for label, _ in frame["c"]]
    assert labels[:4] == ["columns", "dtypes", "index", "memory"]
    assert labels[4:] == ["'number'", "'word'", "'when'", "'kind'", "'maybe'", "5"]
    dtypes = told.child(frame, "dtypes")
    assert "float64" in told.child(dtypes, "'number'")["r"]
    assert told.child(frame, "index")["r"] == "RangeIndex(0, 100, 1)"
    number = told.child(frame, "'number'")
    assert (number["t"], number["shape"], number["more"]) == ("Series", [100], 80)
    assert items(told, number)[:3] == ["0.0", "1.0", "2.0"]
    assert told.child(number, "max")["r"] == "99.0"
    assert items(told, told.child(frame, "'word'"))[:2] == ["'a'", "'b'"]
    assert items(told, told.child(frame, "'when'"))[0].startswith("Timestamp('2020-01-01")
    assert items(told, told.child(frame, "'maybe'"))[:2] == ["1", "<NA>"]


def test_whole_columns_of_numbers_are_kept(tmp_path: Path) -> None:
    told = recorded(tmp_path, FRAME)
    number = told.child(told.local("frame"), "'number'")
    found = numpy.load(io.BytesIO(told.member(number["val"])), allow_pickle=False)
    assert found.tolist() == [float(at) for at in range(100)]
    assert "val" not in told.child(told.local("frame"), "'word'")


def test_values_none_keeps_no_whole_arrays(tmp_path: Path) -> None:
    told = recorded(tmp_path, FRAME, values="none")
    assert not [name for name in told.members if name.startswith("values/")]


def test_a_large_array_keeps_both_its_ends(tmp_path: Path) -> None:
    told = recorded(tmp_path, "large = np.arange(10_000_000)")
    large = told.local("large")
    assert large["part"] == [20_000, 10_000_000]
    found = numpy.load(io.BytesIO(told.member(large["val"])), allow_pickle=False)
    assert (found[0], found[9_999], found[10_000], found[-1]) == (0, 9_999, 9_990_000, 9_999_999)
    assert told.document["truncated"] == ["values"]


def test_arrays_of_every_kind_are_told(tmp_path: Path) -> None:
    body = """empty = np.empty((0, 3))
scalar = np.array(5)
turned = np.arange(6.).reshape(2, 3).T
dates = np.array(["2020-01-01", "NaT"], dtype="M8[D]")
texts = np.array(["a", "b"])
record = np.zeros(2, dtype=[("a", "i4"), ("b", "f8")])
objects = np.array([None, [1]], dtype=object)
masked = np.ma.masked_array([1, 2], [True, False])
nothing = np.array([np.nan, np.nan])
one = np.float32(1.5)
kind = np.dtype("i4")
wide = np.zeros((2, 3, 4), dtype="i1")
strided = np.arange(100)[::2]"""
    told = recorded(tmp_path, body)
    shown = told.shown()
    assert shown["empty"] == "array(0 × 3, float64)"
    assert shown["turned"] == "array(3 × 2, float64)"
    assert [told.local(name)["shape"] for name in ("scalar", "wide")] == [[], [2, 3, 4]]
    assert shown["kind"] == "int32"
    assert items(told, told.local("dates")) == ["'2020-01-01'", "'NaT'"]
    assert items(told, told.local("texts")) == ["'a'", "'b'"]
    assert items(told, told.local("objects")) == ["None", "[1]"]
    strided = told.local("strided")
    assert numpy.load(io.BytesIO(told.member(strided["val"]))).tolist() == list(range(0, 100, 2))


def test_cells_and_subclasses_of_the_users_run_nothing(tmp_path: Path) -> None:
    body = """cells = pd.DataFrame({"cell": [Cell(), 1], Cell: [1, 2]})
column = pd.Series([Cell()], name="x")
objects = np.array([Cell(), Cell()], dtype=object)
own = Subclass({"a": [1]})
view = np.arange(3).view(OwnArray)
labels = pd.DataFrame([[1, 2]], columns=pd.Index([Cell, 5], dtype=object))
ARMED.append(1)"""
    told = recorded(tmp_path, body, before=RAN)
    ran = tmp_path / "ran.txt"
    assert not ran.exists(), ran.read_text("utf-8")
    cell = told.child(told.child(told.local("cells"), "'cell'"), "0")
    assert told.child(cell, "inside")["r"] == "5"
    assert "Subclass" in told.shown()["own"]


def test_columns_named_like_secrets_are_hidden(tmp_path: Path) -> None:
    told = recorded(
        tmp_path, 'users = pd.DataFrame({"user": ["u"], "password": ["Tr0ub4dor&3"], "pin_token": [1234]})'
    )
    assert "Tr0ub4dor" not in told.text
    assert told.child(told.local("users"), "'password'")["hidden"] == 1
    assert told.child(told.local("users"), "'pin_token'")["hidden"] == 1


def test_wide_frames_and_indexes_of_every_kind_are_bounded(tmp_path: Path) -> None:
    body = """wide = pd.DataFrame(np.zeros((3, 5000)))
many = pd.DataFrame({"a": [1, 2]}, index=pd.MultiIndex.from_tuples([("x", 1), ("y", 2)]))
dated = pd.Series([1.0], index=pd.date_range("2020", periods=1))
spans = pd.IntervalIndex.from_breaks([0, 1, 2])
periods = pd.period_range("2020", periods=2, freq="M")
empty = pd.DataFrame()
twice = pd.DataFrame([[1, 2]], columns=["a", "a"])"""
    told = recorded(tmp_path, body)
    wide = told.local("wide")
    assert (wide["shape"], wide["more"]) == ([3, 5000], 4950)
    assert items(told, told.child(told.local("many"), "index")) == ["('x', 1)", "('y', 2)"]
    assert told.local("empty")["shape"] == [0, 0]
    assert [label for label, _ in told.local("twice")["c"]].count("'a'") == 2
    assert len(items(told, told.local("spans"))) == 2


def test_a_frame_of_ten_million_rows_is_told_like_a_small_one(tmp_path: Path) -> None:
    told = recorded(tmp_path, 'frame = pd.DataFrame({"a": np.zeros(10_000_000), "b": np.zeros(10_000_000)})')
    assert told.local("frame")["shape"] == [10_000_000, 2]
    assert told.child(told.local("frame"), "'a'")["part"] == [20_000, 10_000_000]
    assert told.path.stat().st_size < 2_000_000
