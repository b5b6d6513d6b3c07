"""`serializer` and `unserializer`: decorators that choose by a product's extension.

In order: the mapping given, the built-in formats named in `defaults`, the fallback (pickle, joblib
or cloudpickle), the decorated function itself.
"""

import functools
import json
from importlib import import_module
from pathlib import Path

_FORMATS = (".txt", ".json", ".csv", ".parquet")


def _write_default(value, path, extension):
    if extension == ".txt":
        path.write_text(str(value))
    elif extension == ".json":
        path.write_text(json.dumps(value))
    elif extension == ".csv":
        value.to_csv(str(path), index=False)
    else:
        value.to_parquet(str(path), index=False)


def _read_default(path, extension):
    if extension == ".txt":
        return path.read_text()
    if extension == ".json":
        return json.loads(path.read_text())
    pandas = import_module("pandas")
    return pandas.read_csv(str(path)) if extension == ".csv" else pandas.read_parquet(str(path))


def _write_fallback(value, path, fallback):
    if fallback == "joblib":
        import_module("joblib").dump(value, str(path))
        return
    module = import_module("cloudpickle" if fallback == "cloudpickle" else "pickle")
    path.write_bytes(module.dumps(value))


def _read_fallback(path, fallback):
    if fallback == "joblib":
        return import_module("joblib").load(str(path))
    module = import_module("cloudpickle" if fallback == "cloudpickle" else "pickle")
    return module.loads(path.read_bytes())


def _check(mapping, fallback, defaults):
    for extension in defaults:
        if extension not in _FORMATS:
            raise ValueError(
                "no built-in format for {!r}; there are: {}".format(extension, ", ".join(_FORMATS))
            )
        if extension in mapping:
            raise ValueError("{!r} is in extension_mapping and in defaults".format(extension))
    if fallback not in (True, False, None, "joblib", "cloudpickle"):
        raise ValueError("fallback must be True, False, 'joblib' or 'cloudpickle', not {!r}".format(fallback))


def _is_many(product):
    return not hasattr(product, "__fspath__")


def serializer(extension_mapping=None, *, fallback=False, defaults=None, unpack=False):
    """Decorate `function(value, product)`; with `unpack`, a mapping of values is stored by key."""
    mapping, chosen = dict(extension_mapping or {}), tuple(defaults or ())
    _check(mapping, fallback, chosen)

    def decorate(function):
        def one(value, product):
            path = Path(str(product))
            path.parent.mkdir(parents=True, exist_ok=True)
            if path.suffix in mapping:
                mapping[path.suffix](value, product)
            elif path.suffix in chosen:
                _write_default(value, path, path.suffix)
            elif fallback:
                _write_fallback(value, path, fallback)
            else:
                function(value, product)

        @functools.wraps(function)
        def wrapper(obj, product):
            if not (unpack and _is_many(product)):
                one(obj, product)
                return
            if not isinstance(obj, dict):
                raise TypeError(
                    "several products need a mapping of values, not {}".format(type(obj).__name__)
                )
            for key, value in obj.items():
                one(value, product[key])

        return wrapper

    return decorate


def unserializer(extension_mapping=None, *, fallback=False, defaults=None, unpack=False):
    """Decorate `function(product)`; with `unpack`, several products give a mapping of values."""
    mapping, chosen = dict(extension_mapping or {}), tuple(defaults or ())
    _check(mapping, fallback, chosen)

    def decorate(function):
        def one(product):
            path = Path(str(product))
            if path.suffix in mapping:
                return mapping[path.suffix](product)
            if path.suffix in chosen:
                return _read_default(path, path.suffix)
            if fallback:
                return _read_fallback(path, fallback)
            return function(product)

        @functools.wraps(function)
        def wrapper(product):
            if unpack and _is_many(product):
                return {key: one(item) for key, item in product.to_json_serializable().items()}
            return one(product)

        return wrapper

    return decorate
