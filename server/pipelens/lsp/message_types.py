"""lsprotocol's types, each completed when it is first used.

The protocol has some five hundred classes of messages, and `attrs.define` writes and compiles the
methods of each: more than half of a start, for the hundred that a session ever uses. `prepare` imports
them with that work put off until a class is called or its fields are asked for.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

Class = TypeVar("Class", bound=type)

_lock = threading.RLock()
_put_off: dict[type, _Fields] = {}
_names: dict[str, object] = {}


class _Fields:
    """In the place of a class's fields until they are asked for."""

    def __init__(self, of: type) -> None:
        self._of = of

    def __get__(self, instance: object, owner: type | None = None) -> Any:
        if not _complete(self._of):
            raise AttributeError("__attrs_attrs__")  # it is being completed right now
        return self._of.__attrs_attrs__  # pyright: ignore


def converter() -> Any:
    """pygls' converter, without the detailed account of what is wrong with a message: nobody is told
    it, and it makes the functions that read messages twice as long."""
    from pygls.protocol import default_converter

    made = default_converter()
    made.detailed_validation = False
    return made


def reads(made: Any, of: type) -> None:
    """Have the function that reads messages of this class written, and kept: the converter forgets those
    it wrote at first use whenever it meets a further list type."""
    made.register_structure_hook(of, made.get_structure_hook(of))


def writes(made: Any, of: type) -> None:
    """As `reads`, for what is sent."""
    made.register_unstructure_hook(of, made.get_unstructure_hook(of))


def prepare() -> None:
    """Import `lsprotocol.types`, lazily completed. Does nothing where they are imported already."""
    if "lsprotocol.types" in sys.modules:
        return
    import attrs

    define: Callable[..., Any] = attrs.define

    def put_off(of: Any = None, **how: Any) -> Any:
        return _later(of) if isinstance(of, type) and not how else define(of, **how)

    attrs.define = put_off  # pyright: ignore
    try:
        from lsprotocol import types
    finally:
        attrs.define = define
    _names.update(types.ALL_TYPES_MAP)
    # The converter would complete all of them to resolve the types of their fields, which `_complete`
    # does. Where lsprotocol knows no such mark the converter does it: slower, with the same outcome.
    with suppress(ImportError):
        from lsprotocol import _hooks

        _hooks._resolved_forward_references = True  # pyright: ignore


def _later(of: Class) -> Class:
    def complete_and_make(self: object, *given: Any, **named: Any) -> None:
        _complete(of)
        of.__init__(self, *given, **named)

    of.__init__ = complete_and_make
    of.__attrs_attrs__ = _put_off[of] = _Fields(of)  # pyright: ignore
    return of


def _complete(of: type) -> bool:
    """Make it what `attrs.define` would have made of it, in its place; False if that is being done."""
    import attrs

    with _lock:
        if _put_off.pop(of, None) is None:
            return not isinstance(vars(of).get("__attrs_attrs__"), _Fields)
        attrs.define(of, slots=False, init=True)
        if _names:
            attrs.resolve_types(of, _names, {})
        return True
