"""The texts of values that are one thing: numbers, texts, dates, functions, classes.

`repr` is asked only of exact types that are known to run no code of others.
"""

from __future__ import annotations

import _weakref
import collections
import functools
import gc
import os
import sys
import types
from typing import Any, Callable, Dict, List, Optional, Tuple

from . import dump_objects as objects
from .dump_objects import mro, qualname

LONGEST = 4_000
"""Characters of one text."""

Told = Tuple[str, bool, Optional[int], bool]
"""The text, whether it is a literal of the value, the value's length, whether parts follow."""

_Ref = _weakref.ref
_CELL: Any = type((lambda value: lambda: value)(0).__closure__[0])  # type: ignore[index]
_MOST_BITS = 4_000
_DICT_VIEWS = (type({}.keys()), type({}.values()), type({}.items()))
CODE_TYPES = (type, types.FunctionType, types.BuiltinFunctionType, types.MethodType, types.ModuleType)


def scalar(value: Any) -> Optional[Told]:
    """The text of a value of a builtin type that has no parts; None for all others."""
    make = _SCALARS.get(id(type(value)))
    return make(value) if make is not None else None


def brief(value: Any, levels: int = 3) -> str:
    """A key of a dict as a label: what stands between the brackets, as far as that can be told."""
    found = scalar(value)
    if found is not None:
        return found[0]
    cls = type(value)
    if (cls is tuple or cls is frozenset) and levels:
        inner = ", ".join(brief(item, levels - 1) for item in list(value)[:10]) + (
            ", …" if len(value) > 10 else ""
        )
        if cls is frozenset:
            return "frozenset({" + inner + "})"
        return "(" + inner + ("," if len(value) == 1 else "") + ")"
    if cls is list or cls is dict:
        return ("[", "{")[cls is dict] + ("…" if value else "") + ("]", "}")[cls is dict]
    told = special(value, levels - 1)
    return told[0] if told is not None else "<{} object>".format(_title(cls))


def special(value: Any, levels: int = 2) -> Optional[Told]:
    """The text of functions, classes, dates and what else shows itself in a way of its own."""
    cls = type(value)
    make = _SPECIAL.get(id(cls))
    if make is None:
        make = _late().get(id(cls))
    if make is not None:
        try:
            found = make(value)
            return None if found is None else (found[0], False, found[1], found[2])
        except Exception:
            return None
    for one in mro(cls):
        if one is type:
            return "<class {!r}>".format(_title(value)), False, None, False
        if one is types.ModuleType:
            return _module(value), False, None, False
        if one is int or one is str or one is float or one is bytes:
            return _subclass(value, one)
        if one is BaseException:
            shown = brief(arguments_of(value), levels) if levels > 0 else "(…)"
            return "{}{}".format(qualname(cls), shown.replace(",)", ")") if shown else ""), False, None, True
    if value is os.environ or value is getattr(os, "environb", None):
        return "<the environment: not recorded>", False, None, False
    return _enum(value)


def parts_of(value: Any) -> Optional[List[Tuple[str, Any]]]:
    """The parts of a value of a builtin or standard type whose attributes would not tell them."""
    cls = type(value)
    make = _PARTS.get(id(cls))
    if make is not None:
        return make(value)
    for one in mro(cls):
        if one is BaseException:
            found = [("args", arguments_of(value)), *objects.attributes(value)]
            cause = BaseException.__dict__["__cause__"].__get__(value)
            return found if cause is None else [*found, ("__cause__", cause)]
        if one is types.ModuleType:
            return []
    if _enum(value) is not None:
        return [("value", objects.attribute(value, "_value_"))]
    return None


def arguments_of(error: BaseException) -> Tuple[Any, ...]:
    """`error.args`, past whatever its class says."""
    return BaseException.__dict__["args"].__get__(error)


# -- builtin scalars


def _plain(value: Any) -> Told:
    return repr(value), True, None, False


def _int(value: int) -> Told:
    bits = value.bit_length()
    if bits <= _MOST_BITS:
        return repr(value), True, None, False
    digits, sign = int(bits * 0.30103) + 1, "-" if value < 0 else ""
    head = abs(value) >> (bits - 64)
    return "<int of about {:,} digits, {}{:#x}…>".format(digits, sign, head), False, None, False


def _float(value: float) -> Told:
    text = repr(value)
    return text, text[-1] not in "nf", None, False


def _complex(value: complex) -> Told:
    text = repr(value)
    return text, "n" not in text, None, False


def _text(value: Any) -> Told:
    length = len(value)
    text = repr(value[: LONGEST + 500])
    if length <= LONGEST and len(text) <= LONGEST:
        return text, True, length, False
    return text[:LONGEST] + "…", False, length, False


def _singleton(value: Any) -> Told:
    return repr(value), False, None, False


_SCALARS: Dict[int, Callable[[Any], Told]] = {
    id(type(None)): _plain,
    id(bool): _plain,
    id(int): _int,
    id(float): _float,
    id(complex): _complex,
    id(str): _text,
    id(bytes): _text,
    id(type(Ellipsis)): _singleton,
    id(type(NotImplemented)): _singleton,
}


def _subclass(value: Any, base: Any) -> Told:
    """An instance of a subclass of int, float, str or bytes: what it is as one of those."""
    found = _enum(value)
    if found is not None:
        return found
    if base is int:
        text = _int(int.__pos__(value))[0]
    elif base is float:
        text = repr(float.__pos__(value))
    else:
        text = _text(base.__getitem__(value, slice(0, LONGEST + 1)))[0]
    length = base.__len__(value) if base in (str, bytes) else None
    return "{}({})".format(qualname(type(value)), text), False, length, True


def _enum(value: Any) -> Optional[Told]:
    """`Colour.RED`, for members of real enumerations."""
    kind = type(type(value))
    if kind is type or kind is not objects.standard("enum").get("EnumMeta"):
        return None
    name = objects.attribute(value, "_name_")
    if type(name) is not str:
        return None
    return "<{}.{}>".format(qualname(type(value)), name), False, None, True


# -- code


def _title(cls: type) -> str:
    module = objects.module_name(cls)
    return qualname(cls) if module == "builtins" else module + "." + qualname(cls)


def _place(code: types.CodeType) -> str:
    return "{}:{}".format(code.co_filename.replace("\\", "/").rpartition("/")[2], code.co_firstlineno)


def _function(value: Any) -> Any:
    return (
        "<function {} at {}>".format(str.__str__(value.__qualname__)[:200], _place(value.__code__)),
        None,
        False,
    )


def _method(value: Any) -> Any:
    inner = value.__func__
    name = str.__str__(inner.__qualname__) if type(inner) is types.FunctionType else qualname(type(inner))
    return "<bound method {}>".format(name[:200]), None, True


def _builtin(value: Any) -> Any:
    return "<built-in function {}>".format(str.__str__(value.__qualname__)[:200]), None, False


def _module(value: Any) -> str:
    name = objects.module_names(value).get("__name__")
    return "<module {!r}>".format(name[:200] if type(name) is str else "?")


def _running(kind: str, prefix: str) -> Callable[[Any], Any]:
    def told(value: Any) -> Any:
        code, frame = getattr(value, prefix + "_code"), getattr(value, prefix + "_frame")
        state = "ended" if frame is None else "at line {}".format(frame.f_lineno)
        return "<{} {}, {}>".format(kind, code.co_name, state), None, False

    return told


def _frame(value: Any) -> Any:
    return "<frame {} at {}>".format(value.f_code.co_name, _place(value.f_code)), None, False


def _code(value: Any) -> Any:
    return "<code {} at {}>".format(value.co_name, _place(value)), None, False


def _range(value: Any) -> Any:
    if not (type(value.start) is type(value.stop) is type(value.step) is int):
        return None
    ends = (value.start, value.stop, value.step)
    if max(number.bit_length() for number in ends) > _MOST_BITS:
        return "<range with very large ends>", None, False
    try:
        length: Optional[int] = len(value)
    except OverflowError:
        length = None
    return repr(value), length, False


def _weak(value: Any) -> Any:
    target = _Ref.__call__(value)
    return "<weakref, {}>".format("dead" if target is None else "to " + _title(type(target))), None, False


def _buffer(value: Any) -> Any:
    try:
        return (
            "<memoryview of {:,} bytes, format {!r}>".format(value.nbytes, value.format),
            value.nbytes,
            False,
        )
    except ValueError:
        return "<released memoryview>", None, False


def _mutable_bytes(value: Any) -> Any:
    text = _text(bytes(value[: LONGEST + 1]))[0]
    return "bytearray({})".format(text), len(value), False


def _opened(opening: str) -> Callable[[Any], Any]:
    return lambda value: (opening, None, True)


_SPECIAL: Dict[int, Callable[[Any], Any]] = {
    id(types.FunctionType): _function,
    id(types.MethodType): _method,
    id(types.BuiltinFunctionType): _builtin,
    id(types.GeneratorType): _running("generator", "gi"),
    id(types.CoroutineType): _running("coroutine", "cr"),
    id(types.AsyncGeneratorType): _running("async generator", "ag"),
    id(types.FrameType): _frame,
    id(types.CodeType): _code,
    id(types.TracebackType): _opened("<traceback>"),
    id(range): _range,
    id(slice): _opened("<slice>"),
    id(_Ref): _weak,
    id(memoryview): _buffer,
    id(bytearray): _mutable_bytes,
    id(types.MappingProxyType): _opened("<mappingproxy>"),
    id(_CELL): _opened("<cell>"),
    id(collections.deque): lambda value: ("<deque of {:,}>".format(len(value)), len(value), True),
    **{id(view): _opened("<{}>".format(view.__name__)) for view in _DICT_VIEWS},
}


def _cell_parts(value: Any) -> List[Tuple[str, Any]]:
    try:
        return [("cell_contents", value.cell_contents)]
    except ValueError:
        return []


_PARTS: Dict[int, Callable[[Any], List[Tuple[str, Any]]]] = {
    id(types.MethodType): lambda value: [("__self__", value.__self__)],
    id(types.TracebackType): lambda value: [],
    id(slice): lambda value: [("start", value.start), ("stop", value.stop), ("step", value.step)],
    id(types.MappingProxyType): lambda value: [("mapping", one) for one in gc.get_referents(value)],
    id(_CELL): _cell_parts,
    id(collections.deque): lambda value: [(str(at), one) for at, one in zip(range(200), value)],
    id(functools.partial): lambda value: [
        ("func", value.func),
        ("args", value.args),
        ("keywords", value.keywords),
    ],
    **{id(view): lambda value: [("mapping", one) for one in gc.get_referents(value)] for view in _DICT_VIEWS},
}


# -- the standard library, as far as the task has imported it

_LATE: Dict[int, Callable[[Any], Any]] = {}
_LATE_SEEN: List[int] = []


def _late() -> Dict[int, Callable[[Any], Any]]:
    """By the identity of the type; made anew when modules were imported since."""
    if [len(sys.modules)] != _LATE_SEEN:
        _LATE_SEEN[:] = [len(sys.modules)]
        own = sys.modules.get("{}.products".format(__package__))
        if own is not None:
            _LATE[id(own.Product)] = _product
        for name, kinds in _STANDARD_TYPES.items():
            found = objects.standard(name)
            for kind, make in kinds.items():
                cls = found.get(kind)
                if type(cls) is type or (cls is not None and kind == "Fraction"):
                    _LATE[id(cls)] = make
    return _LATE


def _shown(value: Any) -> Any:
    text = repr(value)
    return (text if len(text) <= LONGEST else text[:LONGEST] + "…"), None, False


def _with_zone(name: str) -> Callable[[Any], Any]:
    def told(value: Any) -> Any:
        zone = objects.standard("datetime")[name].__dict__["tzinfo"].__get__(value)
        if zone is None or type(zone) is objects.standard("datetime")["timezone"]:
            return _shown(value)
        text = repr(value.replace(tzinfo=None))
        return "{}, tzinfo=<{}>)".format(text[:-1], _title(type(zone))), None, False

    return told


def _product(value: Any) -> Any:
    """What a function task gets as `product`: a class of the worker's own."""
    return "File({})".format(_text(str(value))[0]), None, False


def _uuid(value: Any) -> Any:
    return _shown(value) if type(objects.attribute(value, "int")) is int else None


def _match(value: Any) -> Any:
    return "<re.Match object, span={}>".format(value.span()), None, False


def _pattern(value: Any) -> Any:
    if type(value.pattern) not in (str, bytes):
        return None
    return "re.compile({})".format(_text(value.pattern)[0]), None, False


def _array(value: Any) -> Any:
    some = ", ".join(repr(one) for one in value[:20])
    text = "array({!r}, [{}{}])".format(value.typecode, some, ", …" if len(value) > 20 else "")
    return text, len(value), False


_STANDARD_TYPES: Dict[str, Dict[str, Callable[[Any], Any]]] = {
    "datetime": {
        "date": _shown,
        "datetime": _with_zone("datetime"),
        "time": _with_zone("time"),
        "timedelta": _shown,
        "timezone": _shown,
    },
    "decimal": {"Decimal": _shown},
    "fractions": {"Fraction": _shown},
    "uuid": {"UUID": _uuid},
    "pathlib": dict.fromkeys(("PosixPath", "WindowsPath", "PurePosixPath", "PureWindowsPath"), _shown),
    "re": {"Match": _match, "Pattern": _pattern},
    "array": {"array": _array},
}
