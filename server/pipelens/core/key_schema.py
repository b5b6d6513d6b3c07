"""JSON schemas of the pipeline and its env file for YAML servers that complete and explain by schema.

They say which keys there are and what they are for, and nothing that a validator could find wrong:
no types, no required keys, no patterns, nothing closed. What is wrong in a pipeline is told by the
checks, once and with better words. Values are not listed either: the language server completes
them whether or not another server completes keys, and would offer each word a second time.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from typing import Any, Final

from pipelens.core.keys import (
    CALLABLE_KEYS,
    CLASS_KEYS,
    CLIENT_KEYS,
    CONFIG_KEYS,
    DOTTED_PATH_KEYS,
    ENV_KEYS,
    ENV_META_KEYS,
    EXECUTORS,
    META_KEYS,
    PRODUCT_CLASS_KEYS,
    SOURCE_LOADER_KEYS,
    TASK_KEYS,
    TOP_KEYS,
    Key,
)

_DRAFT: Final = "http://json-schema.org/draft-07/schema#"
_MADE: Final = (
    "Generated from the table of keys by `make protocol`. It completes and explains; it marks nothing."
)
_TAKES: Final[Mapping[str, str]] = {
    "text": "a text",
    "boolean": "`true` or `false`",
    "number": "a number",
    "mapping": "a mapping",
    "list": "a list",
    "dotted path": "a dotted path, or a mapping with `dotted_path` and arguments",
    "names": "names of tasks",
}


def pipeline_schema() -> dict[str, Any]:
    """The schema of `pipeline.yaml`: its sections, or a bare list of tasks."""
    task = _task()
    return {
        "$schema": _DRAFT,
        "$comment": _MADE,
        "title": "Pipeline",
        "properties": _properties(
            TOP_KEYS,
            tasks={"items": task},
            meta=_mapping(
                META_KEYS,
                product_default_class=_mapping(PRODUCT_CLASS_KEYS),
                source_loader=_mapping(SOURCE_LOADER_KEYS),
            ),
            config=_mapping(CONFIG_KEYS),
            clients=_mapping(CLIENT_KEYS, **dict.fromkeys(CLIENT_KEYS, _text_or(_properties(CALLABLE_KEYS)))),
            executor=_text_or(_properties(CALLABLE_KEYS) | _of_classes(EXECUTORS, "Argument of")),
        ),
        "items": task,
    }


def env_schema() -> dict[str, Any]:
    """The schema of `env.yaml`: the few keys that are no parameters."""
    return {
        "$schema": _DRAFT,
        "$comment": _MADE,
        "title": "Values of a pipeline",
        "properties": _properties(ENV_KEYS, meta=_mapping(ENV_META_KEYS)),
    }


def _task() -> dict[str, Any]:
    """A task's class often cannot be told from its text, so the keys of every class are there."""
    found = _properties(TASK_KEYS)
    for name, told in _with_callables(_of_classes(CLASS_KEYS, "Only in tasks of class")).items():
        found.setdefault(name, told)
    return {"properties": found}


def _of_classes(tables: Mapping[str, Mapping[str, Key]], where: str) -> dict[str, Any]:
    """The keys of several tables at once, each saying which of them have it."""
    found: dict[str, Any] = {}
    for table in tables.values():
        for name, key in table.items():
            having = [f"`{one}`" for one, keys in tables.items() if name in keys]
            found.setdefault(name, _described(key, f"{where} {_listed(having)}."))
    return found


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def _mapping(keys: Mapping[str, Key], **deeper: dict[str, Any]) -> dict[str, Any]:
    return {"properties": _properties(keys, **deeper)}


def _properties(keys: Mapping[str, Key], **deeper: dict[str, Any]) -> dict[str, Any]:
    """One property for each key; deeper: what is known of the values of some."""
    found = {name: _described(key) | deeper.get(name, {}) for name, key in keys.items()}
    return _with_callables(found)


def _with_callables(properties: dict[str, Any]) -> dict[str, Any]:
    callable_ = {name: _described(key) for name, key in CALLABLE_KEYS.items()}
    return {
        name: told | _text_or(callable_) if name in DOTTED_PATH_KEYS else told
        for name, told in properties.items()
    }


def _text_or(properties: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [{}, {"properties": properties}]}


def _described(key: Key, *more: str) -> dict[str, Any]:
    """description is for readers that know no Markdown."""
    if key.choices:
        takes = f"One of {', '.join(f'`{choice}`' for choice in key.choices)}."
    elif key.type in _TAKES:
        takes = f"Takes {_TAKES[key.type]}."
    else:
        takes = ""
    text = "\n\n".join(_told((key.doc, " ".join(_told((takes, *more))))))
    form: dict[str, Any] = {"properties": {}} if key.type == "mapping" else {"anyOf": [{}]}
    return {"description": text.replace("`", "").replace("\n\n", " "), "markdownDescription": text, **form}


def _told(parts: Iterable[str]) -> Iterable[str]:
    return (part for part in parts if part)


SCHEMAS: Final = {"pipeline": pipeline_schema, "env": env_schema}


def schema_text(name: str) -> str:
    """A schema as its file has it."""
    return json.dumps(SCHEMAS[name](), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(schema_text(sys.argv[1]))
