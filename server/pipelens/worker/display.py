"""What a cell shows where IPython is not installed: streams, the last value, `display`."""

from __future__ import annotations

import base64
import builtins
import io
import os
import pprint
import sys
from typing import Any, Dict, List, Tuple

from .channel import Channel

_METHODS = (
    ("text/html", "_repr_html_"),
    ("text/markdown", "_repr_markdown_"),
    ("image/svg+xml", "_repr_svg_"),
    ("image/png", "_repr_png_"),
    ("image/jpeg", "_repr_jpeg_"),
    ("text/latex", "_repr_latex_"),
    ("application/json", "_repr_json_"),
    ("application/javascript", "_repr_javascript_"),
)


FIRST = 8 << 20
LAST = 1 << 20
"""Characters that a cell keeps of each stream: the first, and of what comes after them the last."""


class CellStream(io.TextIOBase):
    """`sys.stdout` or `sys.stderr` of a notebook: every line goes into the running cell."""

    encoding = "utf-8"  # type: ignore[assignment]
    errors = "backslashreplace"  # type: ignore[assignment]

    def __init__(self, name: str, fd: int, channel: Channel) -> None:
        self.name = name
        self._fd = fd
        self._channel = channel
        self._pid = os.getpid()
        self._kept = ""
        self._room = FIRST
        self._rest: List[str] = []
        self._rest_size = 0
        self._left_out = 0
        self.buffer = os.fdopen(os.dup(fd), "wb", 0)

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            msg = "write() argument must be str, not {}".format(type(text))
            raise TypeError(msg)
        if self.closed:
            msg = "I/O operation on closed file"
            raise ValueError(msg)
        if os.getpid() != self._pid:
            # A forked child: its text goes to the real stream, which the runner reads as well.
            os.write(self._fd, text.encode("utf-8", "backslashreplace"))
            return len(text)
        self._kept += text
        if "\n" in text or "\r" in text or len(self._kept) > 8192:
            self.flush()
        return len(text)

    def flush(self) -> None:
        if self._kept and os.getpid() == self._pid:
            text, self._kept = self._kept, ""
            if self._room > 0:
                self._room -= _weight(text)
                self._send(text)
            else:
                self._put_off(text)

    def _send(self, text: str) -> None:
        self._channel.output({"output_type": "stream", "name": self.name, "text": text})

    def _put_off(self, text: str) -> None:
        """Keep the last of what a cell prints beyond measure."""
        self._rest.append(text)
        self._rest_size += len(text)
        if self._rest_size > 2 * LAST:
            whole = "".join(self._rest)
            self._left_out += len(whole) - LAST
            self._rest, self._rest_size = [whole[-LAST:]], LAST

    def end_cell(self) -> None:
        """Show what was put off; the next cell has its own measure."""
        self.flush()
        if self._rest and os.getpid() == self._pid:
            whole = "".join(self._rest)
            left_out = self._left_out + max(len(whole) - LAST, 0)
            if left_out:
                self._send("\n(… {:,} characters are left out here …)\n".format(left_out))
            self._send(whole[-LAST:])
        self._room, self._rest, self._rest_size, self._left_out = FIRST, [], 0, 0

    def fileno(self) -> int:
        return self._fd

    def isatty(self) -> bool:
        return False

    def writable(self) -> bool:
        return True


def _weight(text: str) -> int:
    """What `text` takes of a cell's measure: a progress bar, which goes back over itself, little."""
    return len(text) if "\n" in text or "\r" not in text else len(text) // 8


def take_streams(channel: Channel) -> Tuple[CellStream, CellStream]:
    """From now on what is printed goes into the notebook."""
    streams = CellStream("stdout", 1, channel), CellStream("stderr", 2, channel)
    sys.stdout, sys.stderr = streams  # type: ignore[assignment]
    return streams


def bundle(value: Any) -> Tuple[Dict[str, Any], Dict[str, Any]]:
    """The forms in which a value can be shown, by media type, and their metadata."""
    data: Dict[str, Any] = {"text/plain": _text(value)}
    metadata: Dict[str, Any] = {}
    if isinstance(value, type):
        return data, metadata
    everything = _called(value, "_repr_mimebundle_")
    if everything is not None:
        if isinstance(everything, tuple):
            everything, metadata = everything
        data.update({kind: plain_data(item) for kind, item in everything.items()})
    for kind, method in _METHODS:
        if kind in data:
            continue
        shown = _called(value, method)
        if isinstance(shown, tuple):
            shown, metadata[kind] = shown
        if shown is not None:
            data[kind] = plain_data(shown)
    return data, metadata


def _called(value: Any, method: str) -> Any:
    """A broken `_repr_…_` costs its own form only."""
    try:
        function = getattr(value, method, None)
        return function() if callable(function) else None
    except Exception:
        return None


def plain_data(shown: Any) -> Any:
    """Bytes as base64, as the notebook format keeps them."""
    if isinstance(shown, bytes):
        return base64.b64encode(shown).decode("ascii")
    return shown


def _text(value: Any) -> str:
    if type(value) in (dict, list, tuple, set, frozenset):
        return pprint.pformat(value)
    return repr(value)


class PlainDisplay:
    """The display hook and `display` function of a notebook without IPython."""

    def __init__(self, channel: Channel) -> None:
        self.channel = channel
        self.count = 0

    def hook(self, value: Any) -> None:
        if value is None:
            return
        sys.stdout.flush()
        data, metadata = bundle(value)
        self.channel.output(
            {
                "output_type": "execute_result",
                "data": data,
                "metadata": metadata,
                "execution_count": self.count,
            }
        )
        builtins._ = value  # type: ignore[attr-defined]

    def display(self, *values: Any, **options: Any) -> None:
        """Show each value in the cell's output."""
        sys.stdout.flush()
        for value in values:
            raw = bool(options.get("raw")) and isinstance(value, dict)
            data, metadata = (value, {}) if raw else bundle(value)
            self.channel.output({"output_type": "display_data", "data": data, "metadata": metadata})
