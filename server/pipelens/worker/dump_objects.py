"""Looking at objects without running anything of their classes.

Python's own operators ask the object: `len(x)`, `x.name`, `isinstance(x, C)`, even `type(x) == C` may run
code of its class or metaclass. Here types are told by identity, and parts are read with the C functions
of the builtin types, past whatever a class defines.
"""

from __future__ import annotations

import os
import sys
import types
from typing import Any, Dict, Iterator, List, Optional, Tuple

_MRO = type.__dict__["__mro__"]
_NAMESPACE = type.__dict__["__dict__"]
_QUALNAME = type.__dict__["__qualname__"]
_MODULE = type.__dict__["__module__"]
_MODULE_NAMES: Any = vars(types.ModuleType)["__dict__"]
_SLOT = list.__iter__
_MEMBER = types.MemberDescriptorType
_GETSET = types.GetSetDescriptorType
_STANDARD = tuple(
    os.path.normcase(folder) + os.sep
    for folder in {
        os.path.dirname(os.path.abspath(os.__file__)),
        os.path.join(sys.base_prefix, "DLLs"),
        os.path.join(sys.base_exec_prefix, "lib-dynload"),
    }
)


def mro(cls: type) -> Tuple[type, ...]:
    return _MRO.__get__(cls)


def namespace(cls: type) -> Any:
    """The attributes of a class itself: a read-only view of a real dict."""
    return _NAMESPACE.__get__(cls)


def qualname(cls: type) -> str:
    return str.__str__(_QUALNAME.__get__(cls))[:200]


def module_name(cls: type) -> str:
    found = _MODULE.__get__(cls)
    return found[:200] if type(found) is str else "?"


def base_of(cls: type, bases: Tuple[type, ...]) -> Optional[type]:
    """The first of `bases` that `cls` inherits from."""
    for one in mro(cls):
        for base in bases:
            if one is base:
                return base
    return None


def overrides(cls: type, base: type, name: str) -> bool:
    """Whether a class between `cls` and its base `base` defines `name` in Python."""
    for one in mro(cls):
        if one is base:
            return False
        if type(namespace(one).get(name, _SLOT)) is not type(_SLOT):
            return True
    return True


def attributes(value: Any) -> Iterator[Tuple[str, Any]]:
    """The instance's own attributes: of its `__dict__`, then of slots. No properties."""
    found = instance_dict(value)
    if found is not None:
        for name, item in dict_items(found, len(found)):
            if type(name) is str:
                yield name, item
    for cls in mro(type(value)):
        for name, member in list(namespace(cls).items()):
            if type(member) is _MEMBER and type(name) is str and not name.startswith("__"):
                try:
                    yield name, member.__get__(value)
                except (AttributeError, TypeError):
                    continue


def instance_dict(value: Any) -> Optional[Dict[Any, Any]]:
    """What `value.__dict__` is in truth; None where it has none, or where its class hides it."""
    for cls in mro(type(value)):
        getter = namespace(cls).get("__dict__")
        if type(getter) is _GETSET:
            try:
                found = getter.__get__(value)
            except (AttributeError, TypeError):
                return None
            return found if base_of(type(found), (dict,)) is dict else None
    return None


def attribute(value: Any, name: str) -> Any:
    """One attribute out of the instance's own dict or a slot; None where there is none."""
    for found, item in attributes(value):
        if found == name:
            return item
    return None


def dict_items(found: Dict[Any, Any], most: int) -> List[Tuple[Any, Any]]:
    """The first items of a dict or of an instance of a subclass, as the dict itself has them."""
    items: List[Tuple[Any, Any]] = []
    for _ in range(3):
        items = []
        try:
            for item in dict.items(found):
                if len(items) >= most:
                    break
                items.append(item)
            return items
        except RuntimeError:
            # Another thread of the task changed it meanwhile.
            continue
    return items


def names_of(found: Any) -> List[Tuple[str, Any]]:
    """The names of a frame: a dict, or what stands for one since Python 3.13. Nothing of mappings of the
    user's own (bodies of classes may have any)."""
    if type(found) is type(_own_locals()):
        return [(name, item) for name, item in found.items() if type(name) is str]
    if base_of(type(found), (dict,)) is dict:
        return [(name, item) for name, item in dict_items(found, dict.__len__(found)) if type(name) is str]
    return []


def _own_locals() -> Any:
    return sys._getframe().f_locals


def standard(name: str) -> Dict[str, Any]:
    """The names of a module of the standard library that was imported, empty for a file of the user's
    that has the same name."""
    found = module(name)
    if name in sys.builtin_module_names:
        return found
    file = found.get("__file__")
    if type(file) is not str or not os.path.normcase(os.path.abspath(file)).startswith(_STANDARD):
        return {}
    return found if "site-packages" not in file else {}


def installed(name: str) -> Dict[str, Any]:
    """The names of an installed package that was imported."""
    found = module(name)
    file = found.get("__file__")
    if type(file) is not str:
        return {}
    parts = file.replace("\\", "/").split("/")
    return found if "site-packages" in parts or "dist-packages" in parts else {}


def module_names(value: types.ModuleType) -> Dict[str, Any]:
    return _MODULE_NAMES.__get__(value)


def module(name: str) -> Dict[str, Any]:
    found = sys.modules.get(name)
    return module_names(found) if type(found) is types.ModuleType else {}
