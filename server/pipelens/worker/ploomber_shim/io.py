"""`serializer` and `unserializer`: decorators that choose how to write and read by a product's extension.

In order: `extension_mapping` and the built-in formats named in `defaults`; the fallback (pickle,
joblib or cloudpickle); the decorated function itself. Several products are a mapping of values with
the same keys. With `unpack` a mapping that belongs to one product becomes a folder of files.
"""

import functools
import inspect
import json
import shutil
from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path


def _write_txt(value, product):
    if not isinstance(value, str):
        raise TypeError("a .txt product takes text, not {}: {}".format(type(value).__name__, product))
    Path(product).write_text(value)


def _write_json(value, product):
    try:
        text = json.dumps(value)
    except TypeError as error:
        raise TypeError("{} cannot be written as JSON: {}".format(product, error)) from None
    Path(product).write_text(text)


def _write_frame(method):
    def write(value, product):
        if not hasattr(value, method):
            raise TypeError("{} takes a data frame, not {}".format(product, type(value).__name__))
        getattr(value, method)(product)

    return write


_WRITERS = {
    ".txt": _write_txt,
    ".json": _write_json,
    ".csv": _write_frame("to_csv"),
    ".parquet": _write_frame("to_parquet"),
}
_READERS = {
    ".txt": lambda product: Path(product).read_text(),
    ".json": lambda product: json.loads(Path(product).read_text()),
    ".csv": lambda product: import_module("pandas").read_csv(product),
    ".parquet": lambda product: import_module("pandas").read_parquet(product),
}


def _formats(mapping, defaults, built_in, function):
    """The functions by extension; a wrong argument is told when the function is decorated."""
    name = function.__name__
    if mapping is not None and not isinstance(mapping, Mapping):
        raise TypeError("{}: extension_mapping is a dictionary, not {!r}".format(name, mapping))
    found = dict(mapping or {})
    wrong = [key for key in found if not str(key).startswith(".")]
    if wrong:
        raise ValueError("{}: extensions begin with a dot, unlike {!r}".format(name, wrong[0]))
    if isinstance(defaults, str):
        raise TypeError("{}: defaults is a list, not {!r}".format(name, defaults))
    for extension in defaults or ():
        if extension not in built_in:
            known = ", ".join(built_in)
            raise ValueError("{}: no default for {!r}; there are {}".format(name, extension, known))
        if extension in found:
            raise ValueError("{}: {!r} is in extension_mapping and in defaults".format(name, extension))
        found[extension] = built_in[extension]
    return found


def _fallback(wanted, function):
    """The module of the fallback, None for none."""
    if wanted is False:
        return None
    if wanted not in (True, "pickle", "joblib", "cloudpickle"):
        known = "True, 'joblib' or 'cloudpickle'"
        raise ValueError("{}: fallback is {}, not {!r}".format(function.__name__, known, wanted))
    module = "pickle" if wanted is True else wanted
    if find_spec(module) is None:
        raise ModuleNotFoundError("{}: {} is not installed".format(function.__name__, module), name=module)
    return module


def _takes(function, number):
    if len(inspect.signature(function).parameters) != number:
        raise TypeError("{} must take {} argument{}".format(function.__name__, number, "s" * (number > 1)))


def _by_key(product):
    """The products by key where there are several, else None."""
    return None if hasattr(product, "__fspath__") or isinstance(product, str) else product.products.products


def serializer(extension_mapping=None, *, fallback=False, defaults=None, unpack=False):
    """Decorate `function(obj, product)`."""

    def decorate(function):
        writers = _formats(extension_mapping, defaults, _WRITERS, function)
        module = _fallback(fallback, function)
        _takes(function, 2)

        def write_file(value, product, extension):
            if extension in writers:
                writers[extension](value, product)
            elif module is not None:
                with open(product, "wb") as file:
                    import_module(module).dump(value, file)
            else:
                function(value, product)

        def write(value, product):
            path = Path(product)
            if not (unpack and isinstance(value, Mapping)):
                write_file(value, product, path.suffix)
                return
            # What an earlier run left there must not mix with what is new.
            if path.is_dir():
                shutil.rmtree(str(path))
            elif path.exists():
                path.unlink()
            path.mkdir(parents=True)
            for name, item in value.items():
                if not isinstance(name, str):
                    raise TypeError("{!r} cannot be the name of a file in {}".format(name, product))
                write_file(item, path / name, Path(name).suffix)

        @functools.wraps(function)
        def wrapper(obj, product):
            several = _by_key(product)
            if several is None:
                write(obj, product)
                return
            if not isinstance(obj, Mapping):
                raise TypeError("several products need a dictionary of values, not {!r}".format(obj))
            if set(obj) != set(several):
                told = "the products are {}, the values returned {}".format(sorted(several), sorted(obj))
                raise ValueError(told)
            for key, value in obj.items():
                write(value, product[key])

        return wrapper

    return decorate


def unserializer(extension_mapping=None, *, fallback=False, defaults=None, unpack=False):
    """Decorate `function(product)`."""

    def decorate(function):
        readers = _formats(extension_mapping, defaults, _READERS, function)
        module = _fallback(fallback, function)
        _takes(function, 1)

        def read_file(product):
            extension = Path(product).suffix
            if extension in readers:
                return readers[extension](product)
            if module is not None:
                with open(product, "rb") as file:
                    return import_module(module).load(file)
            return function(product)

        def read(product):
            if unpack and Path(product).is_dir():
                return {path.name: read_file(path) for path in Path(product).glob("*")}
            return read_file(product)

        @functools.wraps(function)
        def wrapper(product):
            several = _by_key(product)
            if several is None:
                return read(product)
            return {key: read(item) for key, item in several.items()}

        return wrapper

    return decorate


@serializer(fallback=True)
def serializer_pickle(obj, product):
    """Write anything by pickle."""


@unserializer(fallback=True)
def unserializer_pickle(product):
    """Read what `serializer_pickle` wrote."""
