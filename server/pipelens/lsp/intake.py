"""What comes from the client, taken in together: all messages that are in the pipe are known before
the first is answered.

Messages are handled in their order, so a request sees every edit that was sent before it. But

- a request that was cancelled while it waited is answered with `RequestCancelled` and nothing is done;
- requests about a whole document (lenses, symbols, links …) wait until the problems of the edits before
  them were published and nothing else is in the pipe, and are answered one after the other; another
  edit of the document makes them void (`ContentModified`), since their client asks anew behind each
  edit. Those that took long the last time wait until the typing rests.
"""

from __future__ import annotations

import asyncio
import json
import re
import threading
import time
from collections import deque
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from lsprotocol import types

from pipelens.lsp.guard import LOG

if TYPE_CHECKING:
    from pipelens.lsp.server import Server

_LENGTH = re.compile(rb"(?i)content-length\s*:\s*(\d{1,10})\s*$")
_LONGEST_HEADER: Final = 8_192
_AT_ONCE: Final = 1 << 18
_LONG: Final = 0.02
_REST: Final = 0.2
"""Seconds: what took longer than the one waits until nothing was typed for the other."""

WHOLE_DOCUMENT: Final = frozenset(
    {
        types.TEXT_DOCUMENT_CODE_LENS,
        types.TEXT_DOCUMENT_DOCUMENT_SYMBOL,
        types.TEXT_DOCUMENT_DOCUMENT_LINK,
        types.TEXT_DOCUMENT_FOLDING_RANGE,
        types.TEXT_DOCUMENT_INLAY_HINT,
        types.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL,
        types.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL_DELTA,
        types.TEXT_DOCUMENT_SEMANTIC_TOKENS_RANGE,
    }
)
_EDITS: Final = frozenset({types.TEXT_DOCUMENT_DID_CHANGE, types.NOTEBOOK_DOCUMENT_DID_CHANGE})

Message = dict[str, Any]


class Messages:
    """Cuts bytes into messages: headers in any case and spacing, lines that are no header passed over."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._length: int | None = None

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The bodies that are complete with `data`."""
        self._bytes += data
        while True:
            if self._length is None and not self._head():
                return
            length = self._length or 0
            if len(self._bytes) < length:
                return
            body = bytes(self._bytes[:length])
            del self._bytes[:length]
            self._length = None
            yield body

    def _head(self) -> bool:
        """Read header lines up to the empty one; whether the body's length is known."""
        length: int | None = None
        begin = 0
        while (end := self._bytes.find(b"\n", begin)) >= 0:
            line = bytes(self._bytes[begin:end]).rstrip(b"\r")
            begin = end + 1
            if found := _LENGTH.search(line):
                length = int(found[1])
            elif not line and length is not None:
                self._length = length
                del self._bytes[:begin]
                return True
        if length is None and len(self._bytes) > _LONGEST_HEADER:
            del self._bytes[: max(begin, len(self._bytes) - _LONGEST_HEADER)]
        return False


class Intake:
    """Reads `stream` in a thread of its own; everything else happens in the event loop."""

    def __init__(self, server: Server, stream: BinaryIO) -> None:
        self._server = server
        self._stream = stream
        self._come: deque[bytes | None] = deque()
        self._todo: deque[Message] = deque()
        self._waiting: deque[Message] = deque()
        self._is_woken = False
        self._edited = 0.0
        self._dear: set[str] = set()
        self._answering: Message | None = None
        self._ended = asyncio.Event()

    async def run(self) -> None:
        """Serve until the client goes."""
        loop = asyncio.get_running_loop()
        threading.Thread(target=self._read, args=(loop,), name="intake", daemon=True).start()
        await self._ended.wait()

    def _read(self, loop: asyncio.AbstractEventLoop) -> None:
        messages = Messages()
        read = getattr(self._stream, "read1", self._stream.read)
        try:
            while data := read(_AT_ONCE):
                bodies = list(messages.feed(data))
                if bodies:
                    self._come.extend(bodies)
                    loop.call_soon_threadsafe(self._take)
            self._come.append(None)
            loop.call_soon_threadsafe(self._take)
        except (OSError, ValueError, RuntimeError):
            LOG.info("the client's pipe was closed")  # or the loop, because the server ends

    # -- in the event loop

    def _take(self) -> None:
        """Take in what has come, and handle all of it but what can wait."""
        ended = False
        while self._come:
            body = self._come.popleft()
            if body is None:
                ended = True
                continue
            message = _parsed(body)
            if message is not None:
                self._put(message)
        while self._todo:
            message = self._todo.popleft()
            if message.get("method") in WHOLE_DOCUMENT and "id" in message:
                self._waiting.append(message)
            else:
                self._handle(message)
        self._server.schedule.settle()
        if ended:
            self._ended.set()
        elif self._waiting:
            self._wake()

    def _put(self, message: Message) -> None:
        method = message.get("method")
        if method == types.CANCEL_REQUEST:
            id = _value(message, "id")
            if not self._drop(id, types.LSPErrorCodes.RequestCancelled, "The client cancelled the request"):
                self._server.protocol.cancel(id)
            return
        if method in _EDITS:
            self._edited = time.monotonic()
            uri = _document(message)
            for old in [one for one in (*self._waiting, *self._todo) if _is_void(one, uri)]:
                self._drop(old["id"], types.LSPErrorCodes.ContentModified, "The document has changed")
            if self._answering is not None and _is_void(self._answering, uri):
                self._server.protocol.void(self._answering["id"])
        self._todo.append(message)

    def _drop(self, id: object, code: types.LSPErrorCodes, why: str) -> bool:
        """Answer a request that waits with an error; whether there is one with this id."""
        for queue in (self._todo, self._waiting):
            for message in queue:
                if id is not None and "method" in message and message.get("id") == id:
                    queue.remove(message)
                    self._server.refuse(message["id"], code, why)
                    return True
        return False

    def _wake(self) -> None:
        if not self._is_woken and self._answering is None and not self._server.schedule.is_pending:
            self._is_woken = True
            rest = self._edited + _REST - time.monotonic() if self._next()["method"] in self._dear else 0.0
            asyncio.get_running_loop().call_later(max(rest, 0.0), self._answer_one)

    def _next(self) -> Message:
        """Which of those that wait is the next."""
        return next((one for one in self._waiting if one["method"] not in self._dear), self._waiting[0])

    def _answer_one(self) -> None:
        """Answer one of the requests that can wait, unless something came in meanwhile."""
        self._is_woken = False
        if self._come or self._server.schedule.is_pending or not self._waiting or self._answering:
            return  # what comes, the end of the quiet period and of that answer wake us again
        message = self._next()
        began = time.monotonic()
        if message["method"] not in self._dear or began >= self._edited + _REST:
            self._waiting.remove(message)
            self._handle(message)
            future = self._server.protocol.answering(message["id"])
            if future is not None:
                self._answering = message
                future.add_done_callback(lambda future: self._answered(message, began, future.cancelled()))
                return
            self._judge(message, began)
        self._wake_if_waiting()

    def _answered(self, message: Message, began: float, was_void: bool) -> None:
        self._answering = None
        if not was_void:
            self._judge(message, began)
        self._wake_if_waiting()

    def _judge(self, message: Message, began: float) -> None:
        """Note whether an answer took long."""
        took_long = time.monotonic() - began > _LONG
        (self._dear.add if took_long else self._dear.discard)(message["method"])

    def _wake_if_waiting(self) -> None:
        if self._waiting:
            self._wake()

    def quiet(self) -> None:
        """The problems of all edits were published."""
        self._wake_if_waiting()

    def _handle(self, message: Message) -> None:
        protocol = self._server.protocol
        try:
            protocol.handle_message(protocol.structure_message(message))
        except Exception:
            LOG.exception("a message could not be handled: %s", str(message)[:500])


def _parsed(body: bytes) -> Message | None:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        LOG.error("a message is no JSON: %s", error)
        return None
    return found if isinstance(found, dict) else None


def _value(message: Message, name: str) -> object:
    params = message.get("params")
    return params.get(name) if isinstance(params, dict) else None


def _document(message: Message) -> object:
    for name in ("textDocument", "notebookDocument"):
        document = _value(message, name)
        if isinstance(document, dict):
            return document.get("uri")
    return None


def _is_void(message: Message, uri: object) -> bool:
    """Whether an edit of the document makes a request void."""
    return message.get("method") in WHOLE_DOCUMENT and "id" in message and _document(message) == uri
