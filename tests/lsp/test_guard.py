"""A bug in a handler is logged with its request, and the server goes on."""

from __future__ import annotations

import asyncio
import logging

import pytest

from pipelens.lsp.guard import described, guarded, watched


def test_a_handler_that_fails_answers_nothing_and_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    def broken(request: object) -> None:
        raise ZeroDivisionError("a bug")

    with caplog.at_level(logging.ERROR):
        assert guarded("textDocument/hover", broken)({"line": 3}) is None
    assert "textDocument/hover failed: {'line': 3}" in caplog.text
    assert "ZeroDivisionError" in caplog.text


def test_work_beside_messages_that_fails_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    async def broken() -> None:
        raise KeyError("a bug")

    with caplog.at_level(logging.ERROR):
        asyncio.run(watched("run", broken()))
    assert "run failed" in caplog.text


def test_a_long_request_is_cut_in_the_log() -> None:
    assert len(described(("x" * 100_000,))) < 3_000


def test_an_answer_goes_through() -> None:
    assert guarded("m", lambda a, b: a + b)(1, 2) == 3
