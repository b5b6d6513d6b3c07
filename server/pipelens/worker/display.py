"""What a cell shows where IPython is not installed: streams, the last value, `display`."""

from __future__ import annotations

import base64
import builtins
import io
import os
import pprint
import sys
from typing import Any, Dict, Tuple

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
        self.buffer = os.fdopen(os.dup(fd), "wb", 0)

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError("write() argument must be str, not " + type(text).__name__)
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
            self._channel.output({"output_type": "stream", "name": self.name, "text": text})

    def fileno(self) -> int:
        return self._fd

    def isatty(self) -> bool:
        return False

    def writable(self) -> bool:
        return True


def take_streams(channel: Channel) -> None:
    """From now on what is printed goes into the notebook."""
    sys.stdout = CellStream("stdout", 1, channel)  # type: ignore[assignment]
    sys.stderr = CellStream("stderr", 2, channel)  # type: ignore[assignment]


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
