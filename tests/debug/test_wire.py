"""Messages on the wire: framing, numbers, and what is no message."""

from __future__ import annotations

import json
import os
import threading

import pytest

from pipelens.debug.wire import Connection, WireError


def read(*chunks: bytes) -> list[dict[str, object]]:
    """What is read when these arrive, and then nothing more."""
    read_end, write_end = os.pipe()

    def write() -> None:
        with os.fdopen(write_end, "wb", 0) as file:
            for chunk in chunks:
                while chunk:
                    chunk = chunk[file.write(chunk) or 0 :]

    # A pipe holds some 64 KB: more waits for whoever reads.
    writer = threading.Thread(target=write, daemon=True)
    writer.start()
    connection, found = Connection(read_end, -1), []
    while (message := connection.read()) is not None:
        found.append(message)
    writer.join()
    os.close(read_end)
    return found


def framed(text: str, header: str = "Content-Length") -> bytes:
    body = text.encode()
    return f"{header}: {len(body)}\r\n\r\n".encode() + body


def test_messages_may_arrive_together_and_have_other_headers() -> None:
    more = b"X-Kind: dap\r\n" + framed('{"seq": 2, "text": "gr\u00f6\u00dfe"}', "content-length")
    assert read(framed('{"seq": 1}') + more) == [{"seq": 1}, {"seq": 2, "text": "gr\u00f6\u00dfe"}]


def test_half_a_message_is_the_end() -> None:
    assert read(framed('{"seq": 1}')[:-3]) == []
    assert read(b"Content-Le") == []


@pytest.mark.parametrize(
    "data",
    [
        framed("nonsense"),
        framed("[1, 2]"),
        b"Content-Length: much\r\n\r\n",
        b"Content-Length: 99999999999\r\n\r\n",
        b"\r\n\r\n",
        b"x" * 20_000,
        framed("[" * 100_000 + "]" * 100_000),
        b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n{}",
    ],
)
def test_what_is_no_message_is_told(data: bytes) -> None:
    with pytest.raises(WireError):
        read(data)


def test_replies_reach_who_asked_and_all_is_ascii() -> None:
    read_end, write_end = os.pipe()
    connection = Connection(read_end, write_end)
    heard: list[dict[str, object]] = []
    connection.request("one", {"text": "größe"}, heard.append)
    connection.event("two")
    connection.take_reply({"request_seq": 1, "success": True})
    connection.take_reply({"request_seq": 1, "success": False})
    connection.take_reply({"request_seq": 77, "success": True})
    sent = os.read(read_end, 4096)
    assert heard == [{"request_seq": 1, "success": True}]
    assert sent.isascii()
    bodies = [json.loads(part.split(b"\r\n\r\n", 1)[1]) for part in sent.split(b"Content-Length")[1:]]
    assert [body["seq"] for body in bodies] == [1, 2]
    os.close(read_end)
    assert connection.event("three") is False, "nobody is there"
    os.close(write_end)


def test_replies_that_answer_nothing_are_passed_over() -> None:
    connection = Connection(-1, -1)
    for number in ([1], {}, None, "1", 7):
        connection.take_reply({"type": "response", "request_seq": number})
