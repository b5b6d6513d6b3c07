"""`@frozen` makes what `dataclass(frozen=True, slots=True)` makes, except for the guard on assignments."""

from __future__ import annotations

import copy
import pickle
from dataclasses import dataclass, field, fields, replace

from hypothesis import given
from hypothesis import strategies as st

from pipelens.frozen import frozen


@frozen
class Place:
    path: str
    line: int = 0
    note: str = field(default="", compare=False)
    secret: str = field(default="", repr=False)
    marks: tuple[int, ...] = field(default=(), hash=False)


@dataclass(frozen=True, slots=True)
class Plain:
    path: str
    line: int = 0
    note: str = field(default="", compare=False)
    secret: str = field(default="", repr=False)
    marks: tuple[int, ...] = field(default=(), hash=False)


@frozen
class Empty:
    pass


@frozen
class Named:
    """It says itself how it compares, hashes and shows."""

    name: str
    detail: list[int]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Named) and self.name == other.name

    def __hash__(self) -> int:
        return hash(self.name)

    def __repr__(self) -> str:
        return f"<{self.name}>"


@frozen
class Link:
    others: list[Link]


_values = st.tuples(
    st.sampled_from(["a", "b"]),
    st.integers(0, 1),
    st.sampled_from(["", "n"]),
    st.sampled_from(["", "s"]),
    st.sampled_from([(), (1,)]),
)


@given(_values, _values)
def test_it_compares_hashes_and_shows_itself_as_a_frozen_dataclass(
    one: tuple[str, int, str, str, tuple[int, ...]], other: tuple[str, int, str, str, tuple[int, ...]]
) -> None:
    assert (Place(*one) == Place(*other)) is (Plain(*one) == Plain(*other))
    assert repr(Place(*one)) == repr(Plain(*one)).replace("Plain", "Place")
    if Plain(*one) == Plain(*other):
        assert hash(Place(*one)) == hash(Place(*other))
    assert hash(Place(*one)) == hash(Place(one[0], one[1], "another note", one[3], (7, 7)))


def test_objects_of_another_class_are_never_equal() -> None:
    assert Place("a") != Plain("a")
    assert Place("a").__eq__(Plain("a")) is NotImplemented
    assert Empty() == Empty()
    assert hash(Empty()) == hash(Empty())
    assert Empty() != Place("a")


def test_what_a_class_says_itself_stays() -> None:
    assert Named("a", [1]) == Named("a", [2])
    assert len({Named("a", [1]), Named("a", [2])}) == 1
    assert repr(Named("a", [])) == "<a>"


def test_the_tools_for_dataclasses_and_patterns_work_on_it() -> None:
    place = Place("a", 3)
    assert [each.name for each in fields(place)] == ["path", "line", "note", "secret", "marks"]
    assert replace(place, line=4) == Place("a", 4)
    assert copy.copy(place) == copy.deepcopy(place) == place
    assert pickle.loads(pickle.dumps(place)) == place
    match place:
        case Place("a", line):
            assert line == 3
        case _:
            raise AssertionError(place)
    assert not hasattr(place, "__dict__")


def test_one_that_holds_itself_shows_itself() -> None:
    link = Link([])
    link.others.append(link)
    assert repr(link) == "Link(others=[...])"
