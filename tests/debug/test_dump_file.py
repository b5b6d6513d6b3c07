"""Reading recorded failures, honest and hostile ones."""

from __future__ import annotations

import io
import json
import os
import stat
import struct
import sys
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelens.debug.dump_file import read_dump
from pipelens.debug.dump_members import DumpError
from pipelens.debug.recorded import UNREADABLE, Child, Dump, Node

from .dump_making import Making, a_failure, write_dump


def opened(path: str) -> Dump:
    dump = read_dump(path)
    assert isinstance(dump, Dump), dump
    return dump


def refusal(path: str) -> str:
    error = read_dump(path)
    assert isinstance(error, DumpError), error
    assert error.message.startswith(path), error.message
    assert error.message.endswith("."), error.message
    return error.message.removeprefix(path).strip()


def test_a_dump_gives_its_errors_frames_values_and_sources(tmp_path: Path) -> None:
    dump = opened(a_failure().write(tmp_path))
    assert (dump.task, dump.run, dump.root, dump.python) == ("clean", "r1", "/p", "3.12.1")
    assert dump.packages == {"pandas": "3.1.1"}
    (error,) = dump.errors
    assert (error.type, error.message) == ("KeyError", "'y'")
    assert [(frame.name, frame.line, frame.user) for frame in error.frames] == [
        ("<module>", 20, True),
        ("load", 8, True),
        ("get", 2, False),
    ]
    row = dump.nodes[error.frames[1].locals[0].node]
    assert (row.type, row.length) == ("dict", 3)
    assert [child.label for child in row.children] == ["'x'", "'names'", "'deep'"]
    assert dump.nodes[row.children[0].node] == Node("int", "", "1", literal=True)
    assert dump.source("tasks/clean.py") == "".join(f"line {at}\n" for at in range(1, 30))
    assert dump.source("tasks/other.py") is None


def test_a_malformed_node_is_unreadable_and_hides_no_other(tmp_path: Path) -> None:
    making = a_failure()
    odd = [
        7,
        None,
        [],
        {},
        {"t": 3},
        {"t": "int", "r": []},
        {"t": "list", "r": "", "c": [["a"]]},
        {"t": "list", "r": "", "c": [["a", True]]},
        {"t": "list", "r": "", "n": -1},
        {"t": "list", "r": "", "n": 1.5},
        {"t": "list", "r": "", "more": 10**30},
        {"t": "ndarray", "r": "", "shape": ["a"]},
        {"t": "ndarray", "r": "", "part": [1]},
        {"t": "list", "r": "", "c": {"a": 1}},
    ]
    before = len(making.nodes)
    making.nodes.extend(odd)
    dump = opened(making.write(tmp_path))
    assert [dump.nodes[before + at] for at in range(len(odd))] == [UNREADABLE] * len(odd)
    assert dump.nodes[0].literal


def test_a_number_out_of_range_is_unreadable(tmp_path: Path) -> None:
    making = a_failure()
    number = making.node(t="list", r="[…]", c=[["0", 10**15], ["1", -1]])
    dump = opened(making.write(tmp_path))
    assert dump.nodes[number].children == (Child("0", 10**15), Child("1", -1))
    assert dump.nodes[10**15] == dump.nodes[-1] == UNREADABLE


def test_a_value_member_is_named_only_when_it_is_there_and_lies_where_values_lie(tmp_path: Path) -> None:
    making = a_failure()
    making.values = {"values/0.npy": b""}
    numbers = [
        making.node(t="ndarray", r="", val=name)
        for name in ("values/0.npy", "values/1.npy", "values/../sources/0", "/dev/zero", "dump.json")
    ]
    dump = opened(making.write(tmp_path))
    assert [dump.nodes[number].value for number in numbers] == ["values/0.npy", None, None, None, None]


def test_texts_cannot_carry_terminal_sequences_or_turn_the_writing(tmp_path: Path) -> None:
    making = a_failure()
    making.error("Err\x1b]0;x\x07", "one\r\ntwo\u202e \udc80", making.frame(name="\x9b31m"))
    making.errors.reverse()
    error = opened(making.write(tmp_path)).errors[0]
    assert error.type == r"Err\x1b]0;x\x07"
    assert error.message == "one\ntwo\\u202e \\udc80"
    assert error.frames[0].name == r"\x9b31m"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"version": 2}, "written by a newer Pipelens (format 2, this one reads 1): update."),
        ({"version": 0}, "format 0, which was never written"),
        ({"version": "1"}, "version is not a number"),
        ({"version": True}, "version is not a number"),
        ({"format": "zip"}, "is not a recorded failure"),
        ({"errors": []}, "`errors` is empty"),
        ({"errors": {}}, "`errors` is not a list"),
        ({"errors": [3]}, "errors[0] is not an object"),
        ({"errors": [{"type": "E", "frames": [{}] * 301}]}, "errors[0].frames has more than 300 entries"),
        ({"errors": [{"type": "E"}] * 51}, "`errors` has more than 50 entries"),
        ({"errors": [{"type": 1}]}, "errors[0].type is not a text"),
        ({"errors": [{"type": "E", "frames": [[]]}]}, "errors[0].frames[0] is not an object"),
        ({"errors": [{"type": "E", "frames": [{"name": "f"}]}]}, "errors[0].frames[0].file is not a text"),
        (
            {"errors": [{"type": "E", "frames": [{"name": "f", "file": "a", "line": -3}]}]},
            "errors[0].frames[0].line is not a whole number",
        ),
        (
            {
                "errors": [
                    {"type": "E", "frames": [{"name": "f", "file": "a", "line": 1, "locals": [["a", "b"]]}]}
                ]
            },
            "errors[0].frames[0].locals is not a list of names",
        ),
        ({"nodes": None}, "`nodes` is not a list"),
        ({"task": None}, "`task` is not a text"),
        ({"created": "now"}, "`created` is not a time"),
        ({"created": float("inf")}, "`created` is not a time"),
        ({"packages": []}, "`packages` is not an object"),
        ({"packages": {"a": 1}}, "`packages` is not a text"),
        ({"truncated": [1]}, "`truncated` is not a text"),
        ({"sources": {"a": None}}, "`sources` is not a text"),
    ],
)
def test_a_document_that_is_not_as_described_is_refused_with_the_place(
    tmp_path: Path, changes: dict[str, object], told: str
) -> None:
    assert told in refusal(a_failure().write(tmp_path, **changes))


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ("[" * 1_000_000, "nested too deeply"),
        ('{"a":' * 300_000 + "1" + "}" * 300_000, "nested too deeply"),
        ("[]", "is not a recorded failure"),
        ("{", "is not JSON"),
        ("", "is not JSON"),
        (b"\xff\xfe\x00", "is not JSON"),
        ("[" + "[]," * 3_000_001 + "[]]", "holds more values than a recorded failure can"),
    ],
)
def test_a_document_that_is_no_json_or_too_much_of_it_is_refused(
    tmp_path: Path, document: str | bytes, told: str
) -> None:
    assert told in refusal(write_dump(tmp_path, document))


def test_a_number_of_many_digits_is_refused(tmp_path: Path) -> None:
    text = json.dumps(a_failure().document()).replace("1790000000", "9" * 100_000)
    assert "is not JSON" in refusal(write_dump(tmp_path, text))


def test_a_zip_bomb_is_not_unpacked(tmp_path: Path) -> None:
    path = write_dump(tmp_path, b" " * 64_000_001)
    assert os.path.getsize(path) < 100_000
    assert "has 64,000,001 bytes; 64,000,000 are read at most" in refusal(path)


def test_a_zip_bomb_whose_header_lies_is_not_unpacked(tmp_path: Path) -> None:
    path = write_dump(tmp_path, b" " * 64_000_001)
    data = Path(path).read_bytes()
    told = struct.pack("<L", 64_000_001)
    assert data.count(told) == 2
    Path(path).write_bytes(data.replace(told, struct.pack("<L", 1000)))
    assert "is damaged" in refusal(path)


@pytest.mark.parametrize(
    "name", ["../x", "a/../../x", "/etc/passwd", "C:/x", "..\\x", "\\\\host\\share", "a\0b"]
)
def test_a_member_with_a_name_that_leads_elsewhere_refuses_the_dump(tmp_path: Path, name: str) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as written:
        written.writestr("dump.json", json.dumps(a_failure().document()))
        info = zipfile.ZipInfo("placeholder")
        info.filename = name
        written.writestr(info, b"")
    path = tmp_path / "a.plpm"
    path.write_bytes(made.getvalue())
    assert "unsafe name" in refusal(str(path))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_members_of_one_name_refuse_the_dump(tmp_path: Path) -> None:
    path = a_failure().write(tmp_path)
    with zipfile.ZipFile(path, "a") as written:
        written.writestr("dump.json", "{}")
    assert "two members named 'dump.json'" in refusal(path)


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFCHR, stat.S_IFIFO])
def test_a_member_that_is_a_link_or_a_device_refuses_the_dump(tmp_path: Path, kind: int) -> None:
    path = a_failure().write(tmp_path)
    with zipfile.ZipFile(path, "a") as written:
        info = zipfile.ZipInfo("values/9.npy")
        info.create_system = 3
        info.external_attr = (kind | 0o777) << 16
        written.writestr(info, b"/etc/passwd")
    assert "is not a plain file" in refusal(path)


@pytest.mark.parametrize("packing", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_packings_whose_memory_the_input_chooses_are_refused(tmp_path: Path, packing: int) -> None:
    path = a_failure().write(tmp_path)
    with zipfile.ZipFile(path, "a") as written:
        written.writestr("values/9.npy", b"x", compress_type=packing)
    assert "packed in a way" in refusal(path)


def test_an_encrypted_member_refuses_the_dump(tmp_path: Path) -> None:
    path = Path(a_failure().write(tmp_path))
    data = bytearray(path.read_bytes())
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.find(mark) + at] |= 1
    path.write_bytes(data)
    assert "is encrypted" in refusal(str(path))


def test_a_zip_that_claims_very_many_members_is_refused_unread(tmp_path: Path) -> None:
    path = Path(a_failure().write(tmp_path))
    data = bytearray(path.read_bytes())
    end = data.rfind(b"PK\x05\x06")
    data[end + 8 : end + 12] = struct.pack("<HH", 60_000, 60_000)
    path.write_bytes(data)
    assert "claims to have 60000 members" in refusal(str(path))


def test_a_file_that_is_no_zip_or_has_lost_its_end_is_refused(tmp_path: Path) -> None:
    path = Path(a_failure().write(tmp_path))
    data = path.read_bytes()
    for content in (b"", b"not a zip", data[: len(data) // 2], data[:-1]):
        path.write_bytes(content)
        assert "it is not a zip file" in refusal(str(path)), content


def test_a_zip_without_a_document_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.plpm"
    with zipfile.ZipFile(path, "w") as written:
        written.writestr("other", "")
    assert "has no dump.json" in refusal(str(path))


def test_a_missing_file_a_folder_and_a_name_that_no_file_can_have_are_refused(tmp_path: Path) -> None:
    assert "does not exist" in refusal(str(tmp_path / "none.plpm"))
    assert "is not a file" in refusal(str(tmp_path))
    assert "cannot be read" in refusal(str(tmp_path / "a\0b"))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no named pipes and devices among files")
def test_a_pipe_or_a_device_is_never_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert "is not a file" in refusal(str(tmp_path / "pipe"))
    assert "is not a file" in refusal("/dev/zero")


def test_a_dump_that_is_replaced_while_it_is_open_gives_nothing_of_the_other(tmp_path: Path) -> None:
    dump = opened(a_failure().write(tmp_path))
    other = Making()
    other.sources["tasks/clean.py"] = "other"
    other.error("E", "")
    other.write(tmp_path)
    assert dump.source("tasks/clean.py") is None
    error = dump.members.read("dump.json", 10_000)
    assert isinstance(error, DumpError)
    assert "has been replaced" in error.message


def test_sources_that_were_read_stay_when_the_dump_is_removed(tmp_path: Path) -> None:
    dump = opened(a_failure().write(tmp_path))
    text = dump.source("tasks/clean.py")
    os.remove(dump.path)
    assert text is not None
    assert dump.source("tasks/clean.py") == text
    error = dump.members.read("dump.json", 10_000)
    assert isinstance(error, DumpError)
    assert "does not exist" in error.message


def test_sources_that_unpack_to_very_much_are_left_out(tmp_path: Path) -> None:
    making = Making()
    making.sources = {f"{at}.py": " " * 4_900_000 for at in range(12)}
    making.sources["large.py"] = " " * 5_000_001
    making.sources["small.py"] = "a"
    making.error("E", "")
    dump = opened(making.write(tmp_path))
    found = [file for file in making.sources if dump.source(file) is not None]
    assert found == [*(f"{at}.py" for at in range(10)), "small.py"]


def test_a_value_of_very_many_parts_is_unreadable(tmp_path: Path) -> None:
    making = Making()
    number = making.node(t="list", r="", c=[["0", 0]] * 5_001)
    making.error("E", "")
    assert opened(making.write(tmp_path)).nodes[number] == UNREADABLE


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 40) | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(
        ["t", "r", "c", "v", "val", "part", "shape", "n", "type", "frames", "file", "line", "name", "locals"]
    ) | st.text(max_size=3), inner, max_size=5),
    max_leaves=15,
)  # fmt: skip


@settings(deadline=None, max_examples=80)
@given(st.dictionaries(st.sampled_from(sorted(Making().document())), _JSON, max_size=4))
def test_any_document_opens_to_a_dump_or_to_a_sentence(
    tmp_path_factory: pytest.TempPathFactory, changes: dict[str, object]
) -> None:
    path = a_failure().write(tmp_path_factory.mktemp("any"), **changes)
    dump = read_dump(path)
    if isinstance(dump, Dump):
        assert all(isinstance(node, Node) for node in dump.nodes)
    else:
        assert dump.message.startswith(path)


@settings(deadline=None, max_examples=80)
@given(st.data())
def test_any_damage_to_the_file_gives_a_dump_or_a_sentence(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = Path(a_failure().write(tmp_path_factory.mktemp("damage")))
    content = bytearray(path.read_bytes())
    for at in data.draw(st.lists(st.integers(0, len(content) - 1), max_size=6)):
        content[at] = data.draw(st.integers(0, 255))
    path.write_bytes(content)
    dump = read_dump(str(path))
    if isinstance(dump, Dump):
        dump.source("tasks/clean.py")
        list(dump.nodes)
    else:
        assert dump.message.startswith(str(path))
