"""One open document on one server: an error is typed and taken out again, and every answer is
looked at before its time counts.

Right are diagnostics that say the version of the edit (or none, as some servers do) and show what
that edit made: a message with the mistyped word, or the same problems as before all edits.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from pathlib import Path
from typing import Any

from lsp_wire import Ended, Published, Wire, now

_LETTERS = "qzxjkvwybfghmpuc"
PLACES = {
    "yaml": re.compile(r"^\s*(?:-\s+\{?|\s)\s*(?:.*\s)?upstream: \[([\w\-]+)"),
    "key": re.compile(r"^\s+(product)(?=:)|[{,] (product)(?=: )"),
    "py": re.compile(r"^upstream = \['([\w\-]+)"),
}

WHOLE = {
    "codeLens": "textDocument/codeLens",
    "documentSymbol": "textDocument/documentSymbol",
    "documentLink": "textDocument/documentLink",
    "foldingRange": "textDocument/foldingRange",
    "inlayHint": "textDocument/inlayHint",
}
POINTED = {
    "hover": "textDocument/hover",
    "definition": "textDocument/definition",
    "completion": "textDocument/completion",
    "references": "textDocument/references",
}


class Typing:
    """place: a key of `PLACES`; the match nearest to the middle of the file is typed into.

    behind: also send, behind each edit, what editors ask for the whole document.
    """

    def __init__(self, wire: Wire, path: Path, place: str, *, behind: bool = False) -> None:
        self.wire = wire
        self.uri = path.as_uri()
        self.text = path.read_text(encoding="utf-8")
        self.behind = [WHOLE[name] for name in WHOLE if behind and self.offers(name)]
        self.language = "python" if path.suffix == ".py" else "yaml"
        lines = self.text.split("\n")
        found = [
            (number, match) for number, line in enumerate(lines) if (match := PLACES[place].search(line))
        ]
        if not found:
            raise Ended(f"nothing to type into in {path}")
        self.line, match = found[len(found) // 2]
        group = next(number for number in range(1, len(match.groups()) + 1) if match[number])
        self.word = match[group]
        before = lines[self.line][: match.end(group)]
        self.column = len(before.encode("utf-16-le")) // 2
        self.version = 1
        self.typed: str | None = None
        self.wrong = 0
        self._letter = 0
        self._base: Counter[tuple[int, str]] = Counter()

    def offers(self, name: str) -> bool:
        return bool(self.wire.capabilities.get(f"{name}Provider"))

    def open(self, quiet: float = 1.0) -> float:
        """Seconds from `didOpen` to the diagnostics that stayed."""
        document = {"uri": self.uri, "languageId": self.language, "version": 1, "text": self.text}
        at = self.wire.notify("textDocument/didOpen", {"textDocument": document})
        with self.wire.news:
            if not self.wire.news.wait_for(lambda: self.wire.published[self.uri], 120):
                raise Ended(f"no diagnostics. {self.wire.said}")
        self.wire.wait_quiet(quiet)
        told = self.wire.published[self.uri]
        self._base = _kept(told[-1])
        right = next(one for one in told if _kept(one) == self._base)
        return right.at - at

    # -- edits

    def edit(self) -> float:
        """Type a letter behind the word, or take it out; when it was sent."""
        at = {"line": self.line, "character": self.column}
        if self.typed is None:
            letter = _LETTERS[self._letter % len(_LETTERS)]
            self._letter += 1
            self.typed = self.word + letter
            change = {"range": {"start": at, "end": at}, "text": letter}
        else:
            self.typed = None
            change = {"range": {"start": at, "end": {**at, "character": self.column + 1}}, "text": ""}
        self.version += 1
        document = {"uri": self.uri, "version": self.version}
        return self.wire.notify(
            "textDocument/didChange", {"textDocument": document, "contentChanges": [change]}
        )

    def until_right(self, sent: float, patience: float = 20) -> float:
        """Seconds until the diagnostics say what the last edit made."""
        end = now() + patience
        told = self.wire.published[self.uri]
        seen = len(told)
        while seen and told[seen - 1].at > sent:
            seen -= 1
        while True:
            fresh = self._later_than(seen, end)
            seen += len(fresh)
            for one in fresh:
                if one.at < sent or (one.version is not None and one.version < self.version):
                    continue
                if self._is_right(one):
                    return one.at - sent
                if one.version is not None:
                    self.wrong += 1

    def _later_than(self, seen: int, end: float) -> list[Published]:
        """What was published behind the first `seen`, once there is any."""
        told = self.wire.published[self.uri]
        with self.wire.news:
            if not self.wire.news.wait_for(lambda: len(told) > seen, max(0.0, end - now())):
                raise Ended(f"no right diagnostics in time. {self.wire.said}")
            return told[seen:]

    def latency(self, edits: int, pause: float = 0.05) -> list[float]:
        """Seconds of each of so many single edits."""
        found: list[float] = []
        for _ in range(edits):
            sent = self.edit()
            asked = [self.wire.ask(method, self._whole(method))[0] for method in self.behind]
            found.append(self.until_right(sent))
            self.wire.take(asked)
            time.sleep(pause)
        self.restore()
        return found

    def burst(self, edits: int) -> float:
        """Seconds from the first of so many edits at once to the right diagnostics of the last."""
        first = last = self.edit()
        for _ in range(edits - 1):
            last = self.edit()
        took = last - first + self.until_right(last)
        self.restore()
        self.wire.wait_quiet(0.3)
        return took

    def restore(self) -> None:
        if self.typed is not None:
            self.until_right(self.edit())

    # -- questions

    def answer(self, name: str, times: int) -> tuple[list[float], int]:
        """Seconds of each answer right behind an edit, and the most items that came."""
        method = POINTED.get(name) or WHOLE[name]
        found: list[float] = []
        most = 0
        for _ in range(times):
            sent = self.edit()
            number, asked = self.wire.ask(method, self._whole(method) if name in WHOLE else self._pointed())
            reply = self.wire.reply(number)
            if reply.error is None:
                found.append(reply.at - asked)
                most = max(most, _items(reply.result))
            self.until_right(sent)
            time.sleep(0.02)
        self.restore()
        return found, most

    def _pointed(self) -> dict[str, Any]:
        where = {"line": self.line, "character": self.column}
        return {
            "textDocument": {"uri": self.uri},
            "position": where,
            "context": {"includeDeclaration": True, "triggerKind": 1},
        }

    def _whole(self, method: str) -> dict[str, Any]:
        params: dict[str, Any] = {"textDocument": {"uri": self.uri}}
        if method == WHOLE["inlayHint"]:
            first = max(0, self.line - 30)
            params["range"] = {
                "start": {"line": first, "character": 0},
                "end": {"line": first + 60, "character": 0},
            }
        return params

    def _is_right(self, told: Published) -> bool:
        if self.typed is None:
            return _kept(told) == self._base
        word = re.compile(rf"(?<![\w\-]){re.escape(self.typed)}(?![\w\-])")
        return any(word.search(str(one.get("message"))) for one in told.diagnostics)


def _kept(told: Published) -> Counter[tuple[int, str]]:
    return Counter((one["range"]["start"]["line"], str(one.get("message"))) for one in told.diagnostics)


def _items(result: Any) -> int:
    if isinstance(result, dict) and "items" in result:
        result = result["items"]
    return len(result) if isinstance(result, list) else int(result is not None)
