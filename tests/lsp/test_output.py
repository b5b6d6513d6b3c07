"""Messages leave in their order, and nobody waits for a client that reads slowly."""

from __future__ import annotations

import os

import pytest

from pipelens.lsp.output import Output


def test_a_large_answer_is_not_waited_for_and_what_follows_comes_behind_it() -> None:
    reading, writing = os.pipe()
    output = Output(os.fdopen(writing, "wb"))
    messages = [b"small", b"x" * 3_000_000, b"small again", b"y" * 200_000, b"last"]
    for message in messages:
        output.write(message)  # nobody has read a byte
    output.write(b"!")
    got = b""
    while not got.endswith(b"!"):
        got += os.read(reading, 1 << 20)
    assert got == b"".join(messages) + b"!"
    output.drain(10)
    output.close()
    os.close(reading)


def test_small_messages_are_written_at_once() -> None:
    reading, writing = os.pipe()
    output = Output(os.fdopen(writing, "wb"))
    output.write(b"small")
    assert os.read(reading, 100) == b"small"
    output.close()
    os.close(reading)


def test_a_client_that_is_gone_is_an_error_of_the_next_message() -> None:
    reading, writing = os.pipe()
    output = Output(os.fdopen(writing, "wb", buffering=0))
    output.write(b"x" * 3_000_000)
    os.close(reading)
    output.drain(10)
    with pytest.raises(OSError):
        output.write(b"small")
