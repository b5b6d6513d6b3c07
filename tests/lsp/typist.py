"""Someone who types: changes documents key by key, as editors report it.

Keys come with slips that are corrected at once, as fingers make them. Everything that was done can
be undone in the steps in which it was done. Places are offsets into the text that the editor shows.
"""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass

from lsprotocol import types

from tests.lsp.editor import Editor

_SLIPS = "asdfgjkl;'[]{}:,\"- #&*"


@dataclass(frozen=True)
class Step:
    """Replace the text between two offsets; `text` takes its place."""

    start: int
    end: int
    text: str


class Typist:
    """texts: what the editor shows, by the name of the file. keys: how many changes were told so far.
    each: called after every one of them with the name and the caret, which may ask the server."""

    def __init__(
        self,
        editor: Editor,
        each: Callable[[str, int], Awaitable[None]],
        *,
        seed: int = 0,
        slips: float = 0.03,
    ) -> None:
        self.editor = editor
        self.texts: dict[str, str] = {}
        self.keys = 0
        self._each = each
        self._random = random.Random(seed)
        self._slips = slips
        self._done: list[tuple[str, list[Step]]] = []

    def open(self, name: str) -> None:
        self.texts[name] = (self.editor.root / name).read_text(encoding="utf-8")
        self.editor.open(name)

    # -- places

    def before(self, name: str, mark: str) -> int:
        """Where `mark` begins; it stands exactly once in the text."""
        text = self.texts[name]
        assert text.count(mark) == 1, f"{mark!r} stands {text.count(mark)} times in {name}:\n{text}"
        return text.index(mark)

    def after(self, name: str, mark: str) -> int:
        return self.before(name, mark) + len(mark)

    # -- what hands do

    async def type(self, name: str, at: int, text: str) -> int:
        """Key by key; the caret behind it."""
        for key in text:
            if self._random.random() < self._slips:
                slip = self._random.choice(_SLIPS)
                await self._change(name, [Step(at, at, slip)])
                await self._change(name, [Step(at, at + len(slip), "")])
            await self._change(name, [Step(at, at, key)])
            at += len(key)
        return at

    async def erase(self, name: str, text: str) -> int:
        """Backspace by backspace, from the end of `text`, which stands once; where it stood."""
        begin = self.before(name, text)
        for at in range(begin + len(text), begin, -1):
            await self._change(name, [Step(at - 1, at, "")])
        return begin

    async def retype(self, name: str, old: str, new: str, *, inside: str | None = None) -> None:
        """Erase `old` (in the only `inside`, where given) and type `new` in its place."""
        at = self.before(name, inside if inside is not None else old)
        if inside is not None:
            at += inside.index(old)
        for end in range(at + len(old), at, -1):
            await self._change(name, [Step(end - 1, end, "")])
        await self.type(name, at, new)

    async def paste(self, name: str, at: int, text: str, *, over: int = 0) -> None:
        """All at once, over so many characters that were selected."""
        await self._change(name, [Step(at, at + over, text)])

    async def cut(self, name: str, text: str) -> int:
        """Select and delete."""
        at = self.before(name, text)
        await self._change(name, [Step(at, at + len(text), "")])
        return at

    async def everywhere(self, name: str, places: Iterable[int], text: str) -> None:
        """Several cursors type the same."""
        carets = sorted(places)
        for key in text:
            await self._change(name, [Step(at, at, key) for at in carets])
            carets = [at + len(key) * (number + 1) for number, at in enumerate(carets)]

    async def indent(self, name: str, block: str, by: int) -> None:
        """Every line of `block` moved, in one change with one edit per line, as Tab on a selection does."""
        at = self.before(name, block)
        steps: list[Step] = []
        for line in block.splitlines(keepends=True):
            steps.append(Step(at, at, " " * by) if by > 0 else Step(at, at - by, ""))
            at += len(line)
        await self._change(name, steps)

    async def comment(self, name: str, block: str) -> None:
        """Every line of `block` commented out, in one change."""
        at = self.before(name, block)
        steps: list[Step] = []
        for line in block.splitlines(keepends=True):
            steps.append(Step(at, at, "# "))
            at += len(line)
        await self._change(name, steps)

    async def format(self, name: str, made: str) -> None:
        """A formatter hands over the whole text, and the file is saved."""
        await self._change(name, [Step(0, len(self.texts[name]), made)])
        self.save(name)

    def save(self, name: str) -> None:
        self.editor.save(name, self.texts[name])

    async def undo(self, steps: int) -> None:
        """Take the last changes back, one by one."""
        for _ in range(steps):
            name, back = self._done.pop()
            await self._change(name, back, remember=False)

    @property
    def moment(self) -> int:
        """How many changes can be undone."""
        return len(self._done)

    # -- inside

    async def _change(self, name: str, steps: Sequence[Step], *, remember: bool = True) -> None:
        text = self.texts[name]
        ordered = sorted(steps, key=lambda step: step.start)
        # From the end, so that each range counts in the document as it still is there.
        told = [
            types.TextDocumentContentChangePartial(
                types.Range(_position(text, step.start), _position(text, step.end)), step.text
            )
            for step in reversed(ordered)
        ]
        back: list[Step] = []
        moved = 0
        for step in ordered:
            start = step.start + moved
            back.append(Step(start, start + len(step.text), text[step.start : step.end]))
            moved += len(step.text) - (step.end - step.start)
        for step in reversed(ordered):
            text = text[: step.start] + step.text + text[step.end :]
        self.texts[name] = text
        if remember:
            self._done.append((name, back))
        self.editor.change(name, *told)
        self.keys += 1
        last = ordered[-1]
        await self._each(name, min(len(text), last.start + moved + (last.end - last.start)))


def position(text: str, offset: int) -> types.Position:
    """Where an offset is, as editors count: in UTF-16 units."""
    return _position(text, offset)


def _position(text: str, offset: int) -> types.Position:
    line = text.count("\n", 0, offset)
    begin = text.rfind("\n", 0, offset) + 1
    return types.Position(line, len(text[begin:offset].encode("utf-16-le")) // 2)
