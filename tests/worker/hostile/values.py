# ruff: noqa: F841, SIM115

"""Values that make trouble for whoever looks at them. All code of theirs counts itself once armed."""

import array
import atexit
import collections
import ctypes
import dataclasses
import datetime
import decimal
import enum
import fractions
import os
import re
import socket
import threading
import types
import uuid
import weakref

ARMED = [False]


def ran(*what):
    if ARMED[0]:
        with open("ran.txt", "a") as file:
            file.write(repr(what[0] if what else "") + "\n")


class Raises:
    def _raise(self, *args, **kwargs):
        ran("Raises")
        raise RuntimeError("no")

    __repr__ = __str__ = __reduce__ = __reduce_ex__ = __len__ = __iter__ = __bool__ = __hash__ = _raise
    __eq__ = __lt__ = __getattr__ = __getattribute__ = __dir__ = __format__ = __sizeof__ = __index__ = _raise
    __del__ = _raise


class LiesAboutClass:
    @property
    def __class__(self):
        ran("class")
        return dict

    @property
    def __dict__(self):
        ran("dict")
        return {}

    @property
    def value(self):
        ran("property")
        return 1


class Meta(type):
    def __instancecheck__(cls, other):
        ran("instancecheck")
        return True

    def __subclasscheck__(cls, other):
        ran("subclasscheck")
        return True

    def __getattribute__(cls, name):
        ran("meta", name)
        return type.__getattribute__(cls, name)

    def __repr__(cls):
        ran("meta repr")
        return "?"

    def __hash__(cls):
        ran("meta hash")
        return 1

    def __eq__(cls, other):
        ran("meta eq")
        return True

    @property
    def __name__(cls):
        ran("name")
        return 7

    @property
    def __mro__(cls):
        ran("mro")
        return ()


class OfMeta(metaclass=Meta):
    def __init__(self):
        self.inner = 5


class Slots:
    __slots__ = ("__weakref__", "a", "b")

    def __init__(self):
        self.a = "slot"


class Text(str):
    def __repr__(self):
        ran("str")
        return "text"

    __str__ = __len__ = __getitem__ = __hash__ = __repr__


class Whole(int):
    def __repr__(self):
        ran("int")
        return "whole"

    __str__ = __add__ = __pos__ = __index__ = __int__ = __format__ = bit_length = __repr__


class Items(dict):
    def __iter__(self):
        ran("iter")
        return iter(())

    keys = values = items = __len__ = __getitem__ = __iter__


class Mapping(dict):
    def items(self):
        ran("items")
        return []

    def __getitem__(self, key):
        ran("getitem")

    def __missing__(self, key):
        ran("missing")


class Members(list):
    def __getitem__(self, at):
        ran("list getitem")

    def __len__(self):
        ran("list len")
        return 0


class Key:
    def __init__(self, name):
        self.name = name

    def __hash__(self):
        ran("key hash")
        return 1

    def __eq__(self, other):
        ran("key eq")
        return self is other

    def __repr__(self):
        ran("key repr")
        return "key"


class Zone(datetime.tzinfo):
    def utcoffset(self, when):
        ran("zone")
        return datetime.timedelta(0)

    tzname = dst = __repr__ = utcoffset


class When(datetime.datetime):
    def __repr__(self):
        ran("when")
        return "when"


class Colour(enum.Enum):
    RED = 1

    def __repr__(self):
        ran("enum")
        return "red"


class Small(enum.IntEnum):
    ONE = 1


@dataclasses.dataclass
class Point:
    x: int
    y: object

    def __repr__(self):
        ran("dataclass")
        return "point"


Pair = collections.namedtuple("Pair", "left right")


class Broken(Exception):
    def __str__(self):
        ran("exception")
        raise RuntimeError("no text")

    __repr__ = __str__

    @property
    def args(self):
        ran("args")
        return ()


def deep(levels):
    found = []
    for _ in range(levels):
        found = [found]
    return found


def generator():
    yield 1


async def coroutine():
    return 1


def function_frame():
    import sys

    return sys._getframe()


def fail():
    raises, lies, of_meta, meta = Raises(), LiesAboutClass(), OfMeta(), Meta
    slots, text, whole = Slots(), Text("text"), Whole(3)
    items, mapping, members = Items(a=1), Mapping(a=1), Members([1, 2])
    keys = {Key("a"): 1, Key("b"): 2, (1, (2, Key("c"))): 3}
    keyed_set = {Key("d"), (1, 2)}
    cyclic = []
    cyclic.append(cyclic)
    circle = {}
    circle["self"] = circle
    very_deep = deep(5000)
    many = list(range(3_000_000))
    many_texts = {str(number): number for number in range(100_000)}
    lock, rlock, event = threading.Lock(), threading.RLock(), threading.Event()
    closed_socket = socket.socket()
    made, waiting = generator(), coroutine()
    started = generator()
    next(started)
    weak, dead = weakref.ref(slots), weakref.ref(Key("gone"))
    proxy = weakref.proxy(slots)
    frame, module, function = function_frame(), os, lambda: 1
    huge, negative = 10**100_000, -(10**100_000)
    huge_text, huge_bytes = "x" * 50_000_000, b"\x00" * 50_000_000
    nan, infinite, impossible = float("nan"), float("-inf"), complex("nan+1j")
    surrogates, controls = "\ud800\udfff", "\x00\x1b[31m\r\n\u202e"
    sets, frozen = {(1, 2), (3, 4)}, frozenset([frozenset([1])])
    colour, small = Colour.RED, Small.ONE
    point, pair = Point(1, raises), Pair(1, raises)
    error, own_error = ValueError("x"), Broken(1, raises)
    error.args = (error, cyclic)
    seen, hidden_mapping = types.MappingProxyType({"a": raises}), types.MappingProxyType(items)
    views = ({"a": 1}.keys(), items.values(), circle.items())
    number, pointer = ctypes.c_int(5), ctypes.pointer(ctypes.c_int(5))
    price, half, unique = decimal.Decimal("1.50"), fractions.Fraction(1, 2), uuid.UUID(int=5)
    when, own_when = datetime.datetime(2020, 1, 1), When(2020, 1, 1)
    zoned = datetime.datetime(2020, 1, 1, tzinfo=Zone())
    utc = datetime.datetime(2020, 1, 1, tzinfo=datetime.timezone.utc)
    view, released = memoryview(b"abc"), memoryview(b"abc")
    released.release()
    numbers, letters = array.array("d", range(1000)), bytearray(b"abc" * 5000)
    match, pattern = re.match("a(b)", "abc"), re.compile("x+")
    environ, copied = os.environ, dict(os.environ)
    ordered, counted = collections.OrderedDict({Key("e"): 1}), collections.Counter("aab")
    queue, chain = collections.deque([1, raises]), collections.ChainMap(items, mapping)
    default = collections.defaultdict(list, a=[1])
    bound, builtin, method = slots.__init__, len, items.get
    wide_range = range(10**100)
    not_implemented, dots, nothing = NotImplemented, ..., None
    cell = (lambda: raises).__closure__[0]
    namespace = types.SimpleNamespace(a=raises, b=1)
    file = open(__file__)
    instance_with_odd_names = types.SimpleNamespace()
    instance_with_odd_names.__dict__[5] = 1
    part_of_property = property(lambda self: ran("fget"))
    ARMED[0] = True
    raise KeyError("the end")


atexit.register(ARMED.__setitem__, 0, False)
fail()
