"""Recorded failures as pages: what is on them, and that nothing in a recording acts or swells there."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import pytest

from pipelens.debug.dump_file import read_dump
from pipelens.debug.failure_page import failure_page
from pipelens.debug.recorded import Dump
from tests.debug.dump_making import Making, a_failure

HOSTILE = "</pre></style><script>alert(1)</script><img src=x onerror=alert(1)>\"'&\x1b[2J\u202e"


class Read(HTMLParser):
    """The elements that a browser would see, each with its attributes, and the text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.attributes: set[str] = set()
        self._texts: list[str] = []
        self.feed(page)
        self.close()
        self.text = "".join(self._texts)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self._texts.append(data)


def page_of(making: Making, folder: Path, **changes: object) -> str:
    found = read_dump(making.write(folder, **changes))
    assert isinstance(found, Dump), found
    return failure_page(found)


def test_the_frame_of_the_user_is_open_and_the_line_is_marked(tmp_path: Path):
    page = page_of(a_failure(), tmp_path)
    assert page.count('<details class="frame" open>') == 1
    assert '<span class="here">' in page
    assert "KeyError: &#x27;y&#x27;" in page
    assert not Read(page).open


def test_whatever_a_recording_says_stays_text(tmp_path: Path):
    making = Making(task=HOSTILE)
    making.sources[HOSTILE] = f"{HOSTILE}\n" * 3
    making.error(
        HOSTILE,
        HOSTILE,
        making.frame(HOSTILE, HOSTILE, 2, {HOSTILE: {HOSTILE: [HOSTILE]}}, {HOSTILE: HOSTILE}, col=0, endCol=9, endLine=2),
        notes=[HOSTILE],
    )  # fmt: skip
    page = page_of(
        making, tmp_path, packages={HOSTILE: HOSTILE}, python=HOSTILE, run=HOSTILE, truncated=[HOSTILE]
    )
    read = Read(page)
    assert not read.open
    assert not {"script", "img"} & set(read.tags)
    assert not [name for name in read.attributes if name.startswith("on") or name in ("src", "href", "style")]
    assert "<script>alert(1)</script>" in read.text
    assert not {"\x1b", "\u202e"} & set(page)


@pytest.mark.parametrize("locals_", [1, 5_000])
def test_a_page_is_bounded_whatever_the_recording_holds(tmp_path: Path, locals_: int):
    making = Making()
    wide = making.node(t="list", r="[" + "x" * 3_900, n=5_000, c=[])
    making.nodes[wide]["c"] = [[str(at), wide] for at in range(5_000)]  # pyright: ignore
    names = [[f"name{at}", wide] for at in range(locals_)]
    frames = [{**making.frame(line=at), "locals": names} for at in range(1, 20)]
    making.sources["tasks/clean.py"] = ("y" * 5_000 + "\n") * 50
    for _ in range(5):
        making.error("E" * 10_000, "m" * 100_000, *frames, notes=["n" * 10_000] * 500)
    page = page_of(making, tmp_path)
    assert len(page) < 8_000_000
    assert not Read(page).open


def test_what_is_malformed_is_shown_as_far_as_it_goes(tmp_path: Path):
    making = Making()
    making.nodes += [
        None,
        7,
        {"t": 3},
        {"t": "DataFrame", "m": "pandas", "r": "D", "shape": [3, 2], "c": [["'x'", 99]]},
    ]
    frame = {
        **making.frame(line=900_000),
        "locals": [[f"n{at}", at - 2] for at in range(9)],
        "col": 5,
        "endCol": 2,
    }
    making.error("", "", frame, missing=[0, 12])
    making.error("KeyError", "no frames", link="cause")
    read = Read(page_of(making, tmp_path))
    assert "(unreadable)" in read.text
    assert "12 frames were not recorded" in read.text
    assert "KeyError: no frames" in read.text
