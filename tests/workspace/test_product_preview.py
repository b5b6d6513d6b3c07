"""Products are looked into safely: real files in, Markdown out."""

from __future__ import annotations

import base64
import gzip
import json
import os
import struct
import threading
import time
import tracemalloc
from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent

import pytest

from pipelens.core.answers.describe_blocks import as_markdown
from pipelens.workspace.product_preview import MOST, preview


def shown(path: Path, content: bytes | str = b"", *, pictures: bool = False) -> str:
    """What is told of a file with that content."""
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return told(path, pictures=pictures)


def told(path: Path, *, pictures: bool = False) -> str:
    return as_markdown(preview(str(path)).blocks, lambda path, line: f"file://{path}", pictures=pictures)


def lines(text: str) -> str:
    return dedent(text).strip("\n")


# -- tables


def test_a_table_shows_its_head_its_first_rows_and_how_many_there_are(tmp_path: Path) -> None:
    text = "id,name\n" + "".join(f"{n},wine {n}\n" for n in range(42))
    assert shown(tmp_path / "a.csv", text) == lines("""
        42 rows, 2 columns

        | id  | name   |
        | --- | ------ |
        | 0   | wine 0 |
        | 1   | wine 1 |
        | 2   | wine 2 |
        | 3   | wine 3 |
        | 4   | wine 4 |
        | …   | …      |
    """)


def test_the_delimiter_is_the_one_that_cuts_the_rows_evenly(tmp_path: Path) -> None:
    text = 'name;price\n"a;b";1,50\n"two\nlines";2,75\n'
    assert shown(tmp_path / "a.csv", text) == lines("""
        2 rows, 2 columns, separated by ;

        | name      | price |
        | --------- | ----- |
        | a;b       | 1,50  |
        | two␊lines | 2,75  |
    """)
    assert shown(tmp_path / "a.tsv", "a\tb\n1\t2,5\n").startswith("1 row, 2 columns, separated by tabs")


@pytest.mark.parametrize(
    ("encoding", "told_as"),
    [("utf-8", ""), ("utf-8-sig", ""), ("utf-16", ", UTF-16"), ("cp1252", ", Windows-1252")],
)
def test_encodings_and_byte_order_marks_are_understood(tmp_path: Path, encoding: str, told_as: str) -> None:
    found = shown(tmp_path / "a.csv", "größe,n\nä,1\n".encode(encoding))
    assert found == f"1 row, 2 columns{told_as}\n\n| größe | n   |\n| ----- | --- |\n| ä     | 1   |"


def test_cells_and_columns_are_bounded(tmp_path: Path) -> None:
    head = ",".join(f"c{n}" for n in range(30))
    row = ",".join("x" * 100 for _ in range(30))
    found = shown(tmp_path / "a.csv", f"{head}\n{row}\n")
    assert "| c7 " in found
    assert "c8" not in found
    assert "and 22 more" in found
    assert max(map(len, found.splitlines())) < 300


def test_the_rows_of_a_large_table_are_estimated_from_what_was_read(tmp_path: Path) -> None:
    text = "a,b\n" + "1234567,1234567\n" * 100_000
    assert shown(tmp_path / "a.csv", text).startswith("about 100,000 rows, 2 columns\n")


def test_a_table_that_gzip_has_packed_is_unpacked_as_far_as_it_is_shown(tmp_path: Path) -> None:
    assert shown(tmp_path / "a.csv.gz", gzip.compress(b"a,b\n1,2\n")).startswith("1 row, 2 columns\n")
    bomb = gzip.compress(b"a,b\n" + b"1,2\n" * 10_000_000)
    tracemalloc.start()
    try:
        found = shown(tmp_path / "b.csv.gz", bomb)
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()
    assert found.startswith("more than 15,999 rows, 2 columns")
    assert shown(tmp_path / "c.csv.gz", b"a,b\n1,2\n").startswith("```text\na,b")
    assert shown(tmp_path / "d.csv.gz", bomb[:2_000]).startswith("more than ")


def test_a_cell_never_becomes_markup(tmp_path: Path) -> None:
    text = "a,b\n<img src=x>,`code`\n[x](command:y),one | two\n"
    assert shown(tmp_path / "a.csv", text) == lines(r"""
        2 rows, 2 columns

        | a                | b          |
        | ---------------- | ---------- |
        | \<img src=x\>    | \`code\`   |
        | \[x\](command:y) | one \| two |
    """)


def test_objects_line_by_line_are_a_table(tmp_path: Path) -> None:
    rows = "".join(json.dumps({"a": n, "b": [n]}) + "\n" for n in range(3))
    assert shown(tmp_path / "a.jsonl", rows) == lines(r"""
        3 rows

        | a   | b     |
        | --- | ----- |
        | 0   | \[0\] |
        | 1   | \[1\] |
        | 2   | \[2\] |
    """)


# -- JSON and notebooks


def test_json_shows_its_keys_and_what_they_hold(tmp_path: Path) -> None:
    value = {"accuracy": 0.93, "history": [{"a": 1}] * 10, "model": {"kind": "tree"}, "note": "it's"}
    assert shown(tmp_path / "a.json", json.dumps(value)) == lines("""
        JSON object with 4 keys

        - accuracy: `0.93`
        - history: list of 10 objects
        - model: object (kind)
        - note: `"it's"`
    """)


def test_a_list_of_objects_shows_the_first(tmp_path: Path) -> None:
    assert shown(tmp_path / "a.json", '[{"a": 1}, {"a": 2}]') == lines("""
        JSON list of 2 objects; the first:

        - a: `1`
    """)
    assert shown(tmp_path / "b.json", "[1, 2]") == "JSON list of 2 items (number)\n\n`1`, `2`"


def test_of_large_json_the_beginning_is_told(tmp_path: Path) -> None:
    text = json.dumps({"first": 1, "many": list(range(100_000)), "last": 2})
    assert shown(tmp_path / "a.json", text) == lines(f"""
        JSON object with 2 keys in its first {MOST:,} characters

        - first: `1`
        - many: list
    """)


@pytest.mark.parametrize(
    "text", ["[" * 100_000, '{"a":' * 20_000 + "1" + "}" * 20_000, "[" * 5_000 + "]" * 5_000]
)
def test_json_that_is_nested_without_end_is_given_up(tmp_path: Path, text: str) -> None:
    assert len(shown(tmp_path / "a.json", text)) < 1_000


def test_text_that_is_called_json_is_shown_as_text(tmp_path: Path) -> None:
    assert shown(tmp_path / "a.json", '{"a": 1,, }') == lines("""
        It is called JSON, but its text is not.

        ```text
        {"a": 1,, }
        ```
    """)


def _notebook(*outputs: Mapping[str, object]) -> str:
    cells = [
        {"cell_type": "markdown", "source": "# T"},
        {"cell_type": "code", "source": "1", "outputs": outputs},
    ]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    return json.dumps({"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5})


def test_a_notebook_tells_its_cells_outputs_and_kernel(tmp_path: Path) -> None:
    picture = {"output_type": "display_data", "data": {"image/png": "x"}}
    text = {"output_type": "stream", "text": "hello"}
    assert shown(tmp_path / "a.ipynb", _notebook(picture, text)) == (
        "Notebook: 1 code cell, 1 Markdown, 2 outputs (1 picture), kernel python3"
    )
    error = {"output_type": "error", "ename": "ValueError", "evalue": "no rows\nat all"}
    assert shown(tmp_path / "b.ipynb", _notebook(error)).endswith("It ended with `ValueError: no rows`")


def test_of_a_huge_notebook_only_the_kernel_is_told(tmp_path: Path) -> None:
    output = {"output_type": "stream", "text": "x" * 2_000_000}
    told = shown(tmp_path / "a.ipynb", _notebook(output))
    assert told == "Notebook, too large to count its cells; kernel python3"


# -- Parquet

PARQUET = base64.b64decode(
    "UEFSMRUEGbw1ABgGc2NoZW1hFQwAFQQlAhgCaWQAFQwlAhgHZ3LDtsOfZSUATBwAAAAVBCUCGAR3aGVuJRRMjBIcLAAAAAAANQIY"
    "BHRhZ3MVAhUGTDwAAAA1BBgEbGlzdBUCABUMJQIYB2VsZW1lbnQlAEwcAAAANQIYBXBvaW50FQQAFQolAhgBeAAVCiUCGAF5ABUC"
    "JQIYAnU4JRZMrBMIEgAAABYEGRwZfCYAHBUEGSUGABkYAmlkFQAWBBZSFlImCEkcFQAVABUCADwpBhkmAAQAAAAmABwVDBklBgAZ"
    "GAdncsO2w59lFQAWBBZGFkYmWkkcFQAVABUCADwWBBkGGSYABAAAACYAHBUEGSUGABkYBHdoZW4VABYEFlIWUiagAUkcFQAVABUC"
    "ADwpBhkmAAQAAAAmABwVDBklBgAZOAR0YWdzBGxpc3QHZWxlbWVudBUAFgQWShZKJvIBSRwVABUAFQIAPBYCGSYEABlGAgAAAgAA"
    "ACYAHBUKGSUGABkoBXBvaW50AXgVABYEFlIWUia8AkkcFQAVABUCADwpBhk2AAAEAAAAJgAcFQoZJQYAGSgFcG9pbnQBeRUAFgQW"
    "UhZSJo4DSRwVABUAFQIAPCkGGTYAAAQAAAAmABwVAhklBgAZGAJ1OBUAFgQWQhZCJuADSRwVABUAFQIAPCkGGSYABAAAABaaBBYE"
    "JggWmgQAKCBwYXJxdWV0LWNwcC1hcnJvdyB2ZXJzaW9uIDI2LjAuMRl8HAAAHAAAHAAAHAAAHAAAHAAAHAAAAEkCAABQQVIx"
)
"""The start and the footer of a table of two rows that Arrow 26 wrote."""


def test_parquet_shows_its_columns_and_row_count(tmp_path: Path) -> None:
    assert shown(tmp_path / "a.parquet", PARQUET) == lines("""
        2 rows, 6 columns

        ```text
        id     int64
        größe  string
        when   timestamp
        tags   list
        point  struct
        u8     uint8
        ```
    """)


@pytest.mark.parametrize("cut", [0, 1, 4, 11, 12, 100, len(PARQUET) - 9, len(PARQUET) - 1])
def test_parquet_that_is_cut_short_is_no_trouble(tmp_path: Path, cut: int) -> None:
    found = shown(tmp_path / "a.parquet", PARQUET[:cut])
    assert found in ("", "It is called Parquet, but is cut short, or something else.")


def test_a_footer_of_nonsense_is_given_up(tmp_path: Path) -> None:
    for number in range(256):
        for length in (0, 5, 2**31):
            footer = bytes([number]) * 50_000
            data = b"PAR1" + footer + struct.pack("<I", length) + b"PAR1"
            found = shown(tmp_path / "a.parquet", data)
            assert found == "Parquet, but its footer cannot be read."


# -- pictures


def _png(width: int, height: int) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", width, height) + b"\x08\x06\0\0\0"


_JPEG = (
    b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
    b"\xff\xe1"
    + struct.pack(">H", 60_002)
    + b"\0" * 60_000
    + b"\xff\xe1"
    + struct.pack(">H", 60_002)
    + b"\0" * 60_000
)


@pytest.mark.parametrize(
    ("name", "content", "size"),
    [
        ("a.png", _png(640, 480), "PNG picture, 640 × 480 pixels"),
        ("a.gif", b"GIF89a" + struct.pack("<HH", 12, 34), "GIF picture, 12 × 34 pixels"),
        ("a.jpg", _JPEG + b"\xff\xc0\x00\x11\x08" + struct.pack(">HH", 30, 40) + b"\x03", "JPEG picture, 40 × 30 pixels"),
        ("a.webp", b"RIFF\0\0\0\0WEBPVP8X" + b"\0" * 8 + b"\x3f\x01\0\x1f\0\0", "WebP picture, 320 × 32 pixels"),
        ("a.webp", b"RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2f" + struct.pack("<I", 9 | 19 << 14) + b"\0" * 9, "WebP picture, 10 × 20 pixels"),
        ("a.svg", '<?xml version="1.0"?><svg width="72pt" height="1in" viewBox="0 0 1 1">', "SVG picture, 96 × 96 pixels"),
        ("a.svg", "<svg viewBox='0 0 300 150'></svg>", "SVG picture, 300 × 150 pixels"),
    ],
)  # fmt: skip
def test_pictures_tell_their_size(tmp_path: Path, name: str, content: bytes | str, size: str) -> None:
    assert shown(tmp_path / name, content) == size


def test_a_picture_is_linked_for_clients_that_show_it(tmp_path: Path) -> None:
    found = shown(tmp_path / "a.png", _png(1000, 10), pictures=True)
    assert found.endswith(f"![PNG picture](file://{tmp_path}/a.png|width=320)".replace("\\", "%5C"))


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.gif", "a.webp", "a.svg"])
@pytest.mark.parametrize(
    "content", [b"\x89PNG\r\n\x1a\n\0\0", b"\xff\xd8\xff", b"GIF8", b"RIFF\0\0\0\0WEBP", b"<svg", b"\0"]
)
def test_a_picture_that_is_cut_short_is_binary_or_text(tmp_path: Path, name: str, content: bytes) -> None:
    assert "pixels" not in shown(tmp_path / name, content)


def test_a_jpeg_of_endless_segments_is_given_up(tmp_path: Path) -> None:
    assert "pixels" not in shown(tmp_path / "a.jpg", b"\xff\xd8" + b"\xff\xe0\0\2" * 100_000)


# -- everything else


def test_text_shows_its_first_lines(tmp_path: Path) -> None:
    assert shown(tmp_path / "a.txt", "one\n```\n\x1b[31mred\n") == "````text\none\n```\n␛[31mred\n````"
    many = shown(tmp_path / "b.txt", "".join(f"line {n}\n" for n in range(30)))
    assert many.splitlines()[-3:] == ["line 9", "…", "```"]


def test_a_page_shows_its_title(tmp_path: Path) -> None:
    page = "<html><head><title>Report &amp; <b>more</b></title>"
    assert shown(tmp_path / "a.html", page) == r"HTML page **Report \&**"


@pytest.mark.parametrize("name", ["a.pickle", "a.pkl", "a.joblib", "a.pt"])
def test_a_pickle_is_never_opened(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"cos\nsystem\n(S'touch /tmp/x'\ntR.")
    before = path.stat().st_atime_ns
    assert told(path) == "Not opened: loading such a file runs whatever it says."
    assert path.stat().st_atime_ns == before


def test_formats_that_are_not_shown_are_named(tmp_path: Path) -> None:
    assert shown(tmp_path / "a.db", b"SQLite format 3\0" + b"\0" * 100).startswith("An SQLite database")
    assert shown(tmp_path / "a.tar.gz", gzip.compress(b"a,b\n")).startswith("Compressed with gzip")
    assert shown(tmp_path / "a.bin", bytes(range(256))) == "Binary: what is in it is not shown."


def test_binary_data_that_is_called_a_table_is_binary(tmp_path: Path) -> None:
    assert shown(tmp_path / "a.csv", b"a,b\n\0\0,1\n") == "Binary: what is in it is not shown."
    assert (
        shown(tmp_path / "b.csv", os.urandom(5_000).replace(b"\0", b"\1"))
        == "Binary: what is in it is not shown."
    )


def test_what_is_missing_empty_or_a_folder_is_told_so(tmp_path: Path) -> None:
    assert preview(str(tmp_path / "no.csv")).state == "missing"
    assert preview(str(tmp_path / "no" / "no.csv")).state == "missing"
    assert shown(tmp_path / "empty.csv", b"") == ""
    assert preview(str(tmp_path / "empty.csv")).size == 0
    assert told(tmp_path) == "A folder with 1 entry."
    assert preview("/\0").state == "refused"


def test_a_huge_file_costs_what_a_small_one_costs(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"a,b\n" + b"1,2\n" * 100)
    with path.open("r+b") as file:
        file.truncate(1 << 30)
    tracemalloc.start()
    try:
        assert told(path) == "Binary: what is in it is not shown."
        assert preview(str(path)).size == 1 << 30
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()


def test_a_line_without_end_is_bounded(tmp_path: Path) -> None:
    assert len(shown(tmp_path / "a.csv", "x" * 10_000_000)) < 500
    assert len(shown(tmp_path / "b.csv", ("," * 1_000 + "\n") * 1_000)) < 1_000
    assert len(shown(tmp_path / "c.csv", '"' * 1_000_000)) < 500
    assert len(shown(tmp_path / "d.txt", "é" * 1_000_000)) < 500


@pytest.mark.skipif(os.name == "nt", reason="Windows has no pipes in folders")
@pytest.mark.parametrize("name", ["a.csv", "a.png", "a.parquet", "a.txt"])
def test_a_pipe_is_not_opened(tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / name)
    assert told(tmp_path / name) == "It is no regular file, so it is not opened."


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such device")
def test_a_device_is_not_opened(tmp_path: Path) -> None:
    (tmp_path / "a.csv").symlink_to("/dev/zero")
    assert told(tmp_path / "a.csv") == "It is no regular file, so it is not opened."


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege on Windows")
def test_before_trust_no_link_leads_out_of_the_workspace(tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    (tmp_path / "secret.csv").write_text("user,password\nme,hidden\n")
    (inside / "a.csv").symlink_to(tmp_path / "secret.csv")
    roots = (str(inside.resolve()),)
    for path in (inside / "a.csv", inside / ".." / "secret.csv", tmp_path / "secret.csv"):
        found = preview(str(path), roots)
        assert (found.state, found.size) == ("refused", None)
        assert "hidden" not in repr(found)
    (inside / "b.csv").write_text("a\n1\n")
    assert preview(str(inside / "b.csv"), roots).state == "file"


def test_a_share_of_another_machine_is_never_asked() -> None:
    assert preview("\\\\host\\share\\a.csv").state == "refused"
    assert preview("//host/share/a.csv").state == "refused"


@pytest.mark.skipif(os.name == "nt", reason="Windows has no pipes in folders")
def test_a_pipe_that_takes_the_place_of_a_file_does_not_block(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    stop = threading.Event()

    def swap() -> None:
        while not stop.is_set():
            path.unlink(missing_ok=True)
            os.mkfifo(path)
            time.sleep(0)
            path.unlink()
            path.write_text("a\n1\n")

    thread = threading.Thread(target=swap)
    thread.start()
    try:
        for _ in range(300):
            assert preview(str(path)).state in ("file", "refused", "missing")
    finally:
        stop.set()
        thread.join()
