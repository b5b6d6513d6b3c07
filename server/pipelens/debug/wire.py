"""Messages of the Debug Adapter Protocol over two file descriptors: framing, numbers, answers.

What is written is ASCII: some clients decode an adapter's output with a character set of their own.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable
from typing import Any

Message = dict[str, Any]
OnReply = Callable[[Message], None]

_MOST_HEADER = 1 << 14
_MOST_BODY = 256 << 20
_MOST_DIGITS = 20


class WireError(Exception):
    """What arrived is no message; nothing after it can be understood."""


class Connection:
    """One side that is spoken to. Messages get numbers of this connection's own, and a reply goes to
    whoever asked. `read` belongs to one thread, the others may be called from any."""

    def __init__(self, read_fd: int, write_fd: int) -> None:
        self._read_fd, self._write_fd = read_fd, write_fd
        self._rest = b""
        self._sent = 0
        self._waiting: dict[int, OnReply] = {}
        self._lock = threading.Lock()
        self.is_open = True

    def read(self) -> Message | None:
        """The next message, None when the other side is gone. Raises `WireError`."""
        while (end := self._rest.find(b"\r\n\r\n")) < 0:
            if len(self._rest) > _MOST_HEADER:
                raise WireError("a header without an end")
            if not self._more():
                return None
        head, self._rest = self._rest[:end], self._rest[end + 4 :]
        size = _size(head)
        chunks, held = [self._rest], len(self._rest)
        while held < size:
            data = self._chunk()
            if not data:
                return None
            chunks.append(data)
            held += len(data)
        whole = b"".join(chunks)
        body, self._rest = whole[:size], whole[size:]
        try:
            message = json.loads(body)
        except ValueError as error:
            raise WireError(f"a message that is not JSON: {error}") from None
        except RecursionError:
            raise WireError("a message that is nested too deeply") from None
        if not isinstance(message, dict):
            raise WireError("a message that is no object")
        return message

    def _more(self) -> bool:
        data = self._chunk()
        self._rest += data
        return bool(data)

    def _chunk(self) -> bytes:
        try:
            return os.read(self._read_fd, 1 << 16)
        except OSError:
            return b""

    def request(self, command: str, arguments: object = None, on_reply: OnReply | None = None) -> bool:
        """Ask; `on_reply` gets the response, from the thread that reads. False: nobody is there."""
        message: Message = {"type": "request", "command": command}
        if arguments is not None:
            message["arguments"] = arguments
        return self._send(message, on_reply)

    def event(self, name: str, body: object = None) -> bool:
        message: Message = {"type": "event", "event": name}
        if body is not None:
            message["body"] = body
        return self._send(message)

    def respond(self, request: Message, body: object = None) -> bool:
        return self._send(_response(request, True, body))

    def refuse(self, request: Message, text: str, *, show: bool = False) -> bool:
        """Answer that it cannot be done. show: whether the user should be told."""
        error = {"error": {"id": 1, "format": text, "showUser": show}}
        return self._send({**_response(request, False, error), "message": text})

    def pass_response(self, request: Message, response: Message) -> bool:
        """Answer `request` with what somebody else answered."""
        return self._send({**response, "request_seq": request["seq"], "command": request["command"]})

    def send(self, message: Message) -> bool:
        """A response or an event that is made already, but for its number."""
        return self._send(message)

    def take_reply(self, response: Message) -> None:
        """Hand a response that was read to whoever asked."""
        asked = response.get("request_seq")
        with self._lock:
            on_reply = self._waiting.pop(asked, None) if type(asked) is int else None
        if on_reply is not None:
            on_reply(response)

    def _send(self, message: Message, on_reply: OnReply | None = None) -> bool:
        with self._lock:
            if not self.is_open:
                return False
            self._sent += 1
            data = json.dumps({**message, "seq": self._sent}).encode("ascii")
            if on_reply is not None:
                self._waiting[self._sent] = on_reply
            try:
                _write(self._write_fd, b"Content-Length: %d\r\n\r\n%b" % (len(data), data))
            except OSError:
                self.is_open = False
            return self.is_open


def _response(request: Message, success: bool, body: object) -> Message:
    response: Message = {
        "type": "response",
        "request_seq": request.get("seq", 0),
        "command": request.get("command", ""),
        "success": success,
    }
    if body is not None:
        response["body"] = body
    return response


def _size(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length" and value.strip().isdigit():
            if len(value) > _MOST_DIGITS or (size := int(value)) > _MOST_BODY:
                raise WireError(f"a message of {value[:20].decode()} bytes")
            return size
    raise WireError("a message without Content-Length")


def _write(fd: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]
