"""Files as the workspace sees them: editors over the disk, only what is safe to read, read once."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pipelens.core.files import Unreadable
from pipelens.workspace.disk import WorkspaceFiles
from tests.workspace.keeping import write


def test_an_open_editor_hides_the_disk_even_where_there_is_no_file(tmp_path: Path) -> None:
    files, path = WorkspaceFiles(), str(tmp_path / "a.py")
    assert files.kind(path) == "missing"
    files.open(path, "x")
    assert (files.read(path), files.kind(path), files.is_open(path)) == ("x", "file", True)
    files.close(path)
    answer = files.read(path)
    assert isinstance(answer, Unreadable)
    assert answer.missing


def test_texts_come_with_their_line_ends_and_their_mark(tmp_path: Path) -> None:
    write(tmp_path, {"a": b"\xef\xbb\xbfa\r\nb\rc"})
    assert WorkspaceFiles().read(str(tmp_path / "a")) == "\ufeffa\r\nb\rc"


def test_a_file_is_read_once_until_it_changes(tmp_path: Path) -> None:
    write(tmp_path, {"a": "1"})
    files, path = WorkspaceFiles(), str(tmp_path / "a")
    assert [files.read(path) for _ in range(3)] == ["1", "1", "1"]
    assert files.reads == 1
    files.begin_round()
    assert files.read(path) == "1"
    assert files.reads == 1
    write(tmp_path, {"a": "22"})
    assert files.read(path) == "1"
    files.begin_round()
    assert files.read(path) == "22"
    write(tmp_path, {"a": "333"})
    files.forget(path)
    assert files.read(path) == "333"


@pytest.mark.parametrize(
    ("data", "reason"), [(b"a\n\xff", "is not UTF-8 (line 2, byte 0xff)"), (b"\xed\xa0\x80", "is not UTF-8")]
)
def test_bytes_that_are_not_utf_8_are_named_with_their_line(data: bytes, reason: str, tmp_path: Path) -> None:
    write(tmp_path, {"a": data})
    answer = WorkspaceFiles().read(str(tmp_path / "a"))
    assert isinstance(answer, Unreadable)
    assert reason in answer.reason


def test_a_folder_is_listed_and_not_read(tmp_path: Path) -> None:
    write(tmp_path, {"b": "", "a": ""})
    files = WorkspaceFiles()
    assert files.names(str(tmp_path)) == ("a", "b")
    assert files.kind(str(tmp_path)) == "folder"
    assert isinstance(files.read(str(tmp_path)), Unreadable)
    assert files.names(str(tmp_path / "nowhere")) == ()


@pytest.mark.parametrize("path", ["a\0b", "\ud800", "x" * 5000, "\\\\server\\share\\x", "//server/share/x"])
def test_impossible_and_remote_paths_are_missing(path: str) -> None:
    files = WorkspaceFiles()
    assert files.kind(path) == "missing"
    assert isinstance(files.read(path), Unreadable)
    assert files.names(path) == ()


def test_pipes_and_devices_are_not_opened(tmp_path: Path) -> None:
    if os.name != "posix":
        pytest.skip("this system has no named pipes in folders")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to("loop")
    files = WorkspaceFiles()
    for path, kind in [
        (str(tmp_path / "pipe"), "other"),
        ("/dev/zero", "other"),
        (str(tmp_path / "loop"), "missing"),
    ]:
        assert files.kind(path) == kind
        assert isinstance(files.read(path), Unreadable)


def test_before_trust_only_what_lies_inside_is_touched(tmp_path: Path) -> None:
    write(tmp_path, {"in/a": "1", "out/b": "2", "inside/c": "3"})
    (tmp_path / "in" / "link").symlink_to(tmp_path / "out")
    files = WorkspaceFiles((os.path.realpath(tmp_path / "in"),))
    assert files.read(str(tmp_path / "in" / "a")) == "1"
    for path in ("out/b", "inside/c", "in/../out/b", "in/link/b"):
        assert files.kind(str(tmp_path / path)) == "missing", path
        assert isinstance(files.read(str(tmp_path / path)), Unreadable), path
    assert files.names(str(tmp_path / "in" / "link")) == ()


def test_what_is_asked_is_noted_inside_and_outside(tmp_path: Path) -> None:
    files = WorkspaceFiles()
    one, two = str(tmp_path / "1"), str(tmp_path / "2")
    with files.asking() as outer:
        files.kind(one)
        with files.asking() as inner:
            files.read(two)
            files.names(str(tmp_path))
    files.read(str(tmp_path / "3"))
    assert inner == {two, str(tmp_path)}
    assert outer == {one, two, str(tmp_path)}


def test_a_signature_changes_with_the_text_and_the_file(tmp_path: Path) -> None:
    write(tmp_path, {"a": "1"})
    files, path = WorkspaceFiles(), str(tmp_path / "a")
    seen = [files.signature(path)]
    files.open(path, "1")
    seen.append(files.signature(path))
    files.open(path, "2")
    seen.append(files.signature(path))
    files.close(path)
    assert files.signature(path) == seen[0]
    (tmp_path / "a").unlink()
    files.begin_round()
    seen.append(files.signature(path))
    assert len(set(map(repr, seen))) == len(seen)
