"""The reader of `env.yaml`: keys in their order, references between them, and what options replace.

Sections 3.1 to 3.5 of the format. Every key that cannot be read is a problem at its place and an
unknown value, so that one mistake is told once and not again wherever the key is used.
"""

from __future__ import annotations

import os.path
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import PurePath
from types import MappingProxyType
from typing import Final, cast

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from pipelens.core.env import (
    Env,
    EnvValue,
    Origin,
    OverrideError,
    ProcessVariables,
    Unknown,
    problems_of_expansion,
)
from pipelens.core.env_file import EnvFile, Written, faulty, nodes_by_key, read_env_file
from pipelens.core.env_module import Missing, module_named, version_of
from pipelens.core.expansion import expand
from pipelens.core.files import Files
from pipelens.core.problems import Problem, problem
from pipelens.core.spec import Named
from pipelens.core.suggestions import did_you_mean
from pipelens.core.values import cast as cast_text
from pipelens.core.yaml_values import Construction, Fault
from pipelens.frozen import frozen

_MAX_IMPORTS: Final = 10
_BROKEN: Final = Unknown("its value in the env file has a problem")


def read_env(
    path: str | None,
    files: Files,
    defaults: Mapping[str, object],
    overrides: Mapping[str, str],
    *,
    environ: Mapping[str, str],
    folder: str,
    library_folders: tuple[str, ...] = (),
) -> Env | OverrideError:
    """The env of a pipeline.

    path: the env file, None when there is none. defaults: the default placeholders (an `Unknown`
    where the value must not be found out yet). overrides: `--env--n--x VALUE` as `{"n--x": "VALUE"}`.
    environ: for `{{env.NAME}}` and `~`. folder: the spec's, which `meta.import_from` starts at.
    library_folders: where an installed `_module` may lie.
    """
    base = {**defaults, "env": ProcessVariables(environ)}
    values = {name: EnvValue(name, value, "default") for name, value in base.items()}
    if path is None:
        if overrides:
            name = next(iter(overrides))
            return OverrideError(
                f"--env--{name}: this pipeline has no env file, so there is nothing to replace"
            )
        return Env(values=MappingProxyType(values))
    reader = _Reader(files, environ, values, library_folders)
    raw = reader.raw(path, folder, ())
    plain = reader.evaluate(raw, {})
    if not overrides:
        return plain
    replaced = _resolve(overrides, raw)
    if isinstance(replaced, OverrideError):
        return replaced
    texts = reader.override_texts(replaced, plain)
    if isinstance(texts, OverrideError):
        return texts
    return reader.evaluate(raw, texts)


@frozen
class _Raw:
    """A file before anything is expanded, with what it imports. module: the folder of `_module`."""

    file: EnvFile
    imported: Env | None = None
    module: str | None = None
    problems: tuple[Problem, ...] = ()
    imports: tuple[Named, ...] = ()


Path = tuple[str, ...]


class _Reader:
    def __init__(
        self,
        files: Files,
        environ: Mapping[str, str],
        defaults: Mapping[str, EnvValue],
        libraries: tuple[str, ...] = (),
    ) -> None:
        self.libraries = libraries
        self.files = files
        self.environ = environ
        self.defaults = defaults

    # -- the file -------------------------------------------------------------------------------

    def raw(self, path: str, folder: str, chain: tuple[str, ...]) -> _Raw:
        """The file at `path` with what it imports; `folder`: where its `import_from` starts."""
        file = read_env_file(path, self.files)
        found = list(file.problems)
        if file.written is None:
            return _Raw(file, problems=tuple(found))
        imports: list[Named] = []
        imported = self._imported(file.meta, file.written, folder, chain, found, imports)
        module = self._module(file, found)
        return _Raw(file, imported, module, tuple(found), tuple(imports))

    def _imported(
        self,
        meta: tuple[Node, Node] | None,
        written: Written,
        folder: str,
        chain: tuple[str, ...],
        found: list[Problem],
        imports: list[Named],
    ) -> Env | None:
        """The env that `meta.import_from` names (3.2), read as an env of its own."""
        if meta is None:
            return None
        key, node = meta
        if not isinstance(node, MappingNode):
            message = "`meta` in an env file is reserved: it may only hold `import_from: FILE`"
            found.append(problem("env-meta", message, written.place(node if node.start_mark else key)))
            return None
        made: Env | None = None
        for inner, value in cast("list[tuple[Node, Node]]", node.value):
            name = inner.value if isinstance(inner, ScalarNode) else "?"
            if name != "import_from":
                message = f"`meta` in an env file knows only `import_from`, not '{name}'"
                message += did_you_mean(str(name), ["import_from"])
                found.append(problem("env-meta", message, written.place(inner)))
            elif not isinstance(value, ScalarNode) or not value.tag.endswith(":str"):
                found.append(
                    problem("env-meta", "`import_from` must be the path of one file", written.place(value))
                )
            else:
                made = self._import(value, written, folder, chain, found, imports)
        return made

    def _import(
        self,
        node: ScalarNode,
        written: Written,
        folder: str,
        chain: tuple[str, ...],
        found: list[Problem],
        imports: list[Named],
    ) -> Env | None:
        path = os.path.normpath(os.path.join(folder, node.value))
        place = written.place(node)
        if self.files.kind(path) != "file":
            message = f"'{node.value}' does not exist; `import_from` starts at the pipeline's folder"
            found.append(problem("env-import-missing", message, place))
            return None
        if path == written.path or path in chain or len(chain) >= _MAX_IMPORTS:
            message = f"'{node.value}' is imported by itself, or through too many files"
            found.append(problem("env-import-missing", message, place))
            return None
        imports.append(Named(path, place))
        below = os.path.dirname(path)
        here = {"here": EnvValue("here", below, "default")} if "here" in self.defaults else {}
        reader = _Reader(self.files, self.environ, {**self.defaults, **here}, self.libraries)
        env = reader.evaluate(reader.raw(path, below, (*chain, written.path)), {})
        found.extend(env.problems)
        return env

    def _module(self, file: EnvFile, found: list[Problem]) -> str | None:
        pair = file.keys.get("_module")
        if pair is None or file.written is None:
            return None
        node = pair[1]
        text = node.value if isinstance(node, ScalarNode) else ""
        bases = [str(self.defaults[name].value) for name in ("cwd", "here") if name in self.defaults]
        named = module_named(text, os.path.dirname(file.written.path), bases, self.libraries, self.files)
        if isinstance(named, Missing):
            found.append(problem("env-module", named.message, file.written.place(node)))
            return None
        return named

    # -- the values -----------------------------------------------------------------------------

    def evaluate(self, raw: _Raw, texts: Mapping[Path, str]) -> Env:
        """The env of a file's keys. texts: those that the command line replaces, by path of keys."""
        return _Evaluation(self, raw, texts).env()

    def override_texts(self, replaced: Mapping[Path, str], plain: Env) -> Mapping[Path, str] | OverrideError:
        """The options' values, expanded over the env as it is without them."""
        made: dict[Path, str] = {}
        for path, text in replaced.items():
            expansion = expand(text, plain.values, strict=False)
            if expansion.error is not None:
                return OverrideError(f"--env--{'--'.join(path)}: {expansion.error.message}")
            made[path] = expansion.text
        return made


class _Evaluation:
    """One pass over the keys of a file, top to bottom."""

    def __init__(self, reader: _Reader, raw: _Raw, texts: Mapping[Path, str]) -> None:
        self.reader = reader
        self.raw = raw
        self.texts = texts
        self.problems = list(raw.problems)
        self.folders: list[str] = []
        self.used: set[str] = set()
        self.references: list[Named] = []
        self.values: dict[str, EnvValue] = {}
        # What a value may refer to: the defaults, and plain values further up.
        self.names: dict[str, EnvValue] = dict(reader.defaults)
        version = version_of(raw.module, reader.files)
        if version is not None:
            self.names["version"] = EnvValue("version", version, "default")

    def env(self) -> Env:
        imported = self.raw.imported
        if imported is not None:
            self.used |= imported.used
            self.references.extend(imported.references)
            self.folders.extend(imported.folders)
            for name, held in imported.values.items():
                if held.origin != "default":
                    if (name,) in self.texts:
                        text = self.texts[name,]
                        held = replace(held, value=cast_text(text), origin="command line")
                    else:
                        held = replace(held, origin="imported")
                    self.values[name] = held
                    if not isinstance(held.value, dict | list):
                        self.names[name] = self.values[name]
        if self.raw.file.written is not None:
            for name in self._order():
                self._key(name, self.raw.file.written)
        defaults = self.reader.defaults
        files = (*imported.imported, imported.path or "") if imported is not None else ()
        return Env(
            self.raw.file.path,
            MappingProxyType({**{n: v for n, v in defaults.items() if n not in self.values}, **self.values}),
            frozenset(self.used),
            tuple(dict.fromkeys(self.folders)),
            tuple(name for name in files if name),
            tuple(self.problems),
            broken=self.raw.file.written is None or (imported is not None and imported.broken),
            references=tuple(self.references),
            imports=(*self.raw.imports, *(imported.imports if imported is not None else ())),
        )

    def _order(self) -> list[str]:
        """Keys that replace a default placeholder come first, as they do in Ploomber."""
        keys = self.raw.file.keys
        return [
            *(n for n in self.reader.defaults if n in keys),
            *(n for n in keys if n not in self.reader.defaults),
        ]

    def _key(self, name: str, written: Written) -> None:
        key, node = self.raw.file.keys[name]
        made = Construction().value(node)
        if isinstance(made, Fault):
            self.problems.append(faulty(made, written))
            made = _BROKEN
        else:
            made = self._value(made, node, (name,), written)
        replaced = any(path[0] == name for path in self.texts)
        origin: Origin = "command line" if replaced else "file"
        before: object = self.values[name].value if name in self.values else None
        if isinstance(before, dict) and isinstance(made, dict):
            made = _merged(cast("dict[object, object]", before), cast("dict[object, object]", made))
        held = EnvValue(name, made, origin, written.place(key))
        self.values[name] = held
        if not isinstance(made, dict | list):
            self.names[name] = held

    def _value(self, value: object, node: Node, path: Path, written: Written) -> object:
        """`value`, expanded and cast; its strings are those of the scalars below `node`."""
        if path in self.texts and not isinstance(value, dict):
            text = self.texts[path]
            return self._as_path(text) if path[0] == "path" else cast_text(text)
        if isinstance(value, str):
            return self._text(value, node, path, written)
        if isinstance(value, dict) and isinstance(node, MappingNode):
            nodes = nodes_by_key(node)
            return {
                key: self._value(inner, nodes.get(key, node), (*path, str(key)), written)
                for key, inner in cast("dict[object, object]", value).items()
            }
        if isinstance(value, list) and isinstance(node, SequenceNode):
            items = zip(cast("list[object]", value), cast("list[Node]", node.value), strict=False)
            return [self._value(inner, n, (*path, str(i)), written) for i, (inner, n) in enumerate(items)]
        if path[0] == "path":
            message = f"Values under `path` are paths, and this is {value!r}; put it in quotes"
            self.problems.append(problem("env-path-not-text", message, written.place(node)))
            return _BROKEN
        return cast(object, value)

    def _text(self, text: str, node: Node, path: Path, written: Written) -> object:
        expansion = expand(text, self.names, strict=False)
        place_at = written.inside(node, text)
        for used in expansion.names:
            self.used.add(used.name)
            self.references.append(Named(used.name, place_at(used.start, used.end)))
        if expansion.errors:
            for error in expansion.errors:
                order = self._out_of_order(error.name) if error.kind == "undefined" else None
                if order is None:
                    one = replace(expansion, errors=(error,))
                    self.problems.extend(problems_of_expansion(one, place_at))
                else:
                    place = place_at(error.start, error.end)
                    self.problems.append(problem("env-reference-order", order, place))
            return _BROKEN
        if expansion.unknown:
            return Unknown(f"it is made of {text}")
        return self._as_path(expansion.text) if path[0] == "path" else cast_text(expansion.text)

    def _out_of_order(self, name: str) -> str | None:
        """Why a key that exists cannot be referred to here; None when there is no such key."""
        if name in self.values:
            return f"'{name}' is a mapping or a list: values of the env can only refer to plain values"
        if name in self.raw.file.keys:
            return f"'{name}' is defined further down (or here): a value can only refer to keys above it"
        return None

    def _as_path(self, text: str) -> PurePath:
        home = self.reader.environ.get("HOME") or self.reader.environ.get("USERPROFILE")
        path = text
        if home and (text == "~" or text.startswith(("~/", "~\\"))):
            path = home + text[1:]
        if text.endswith("/"):
            self.folders.append(path)
        return PurePath(path)


def _resolve(overrides: Mapping[str, str], raw: _Raw) -> Mapping[Path, str] | OverrideError:
    """Options to paths of keys. A beginning that fits one option only is taken for it (3.5)."""
    leaves = {"--".join(path): path for path in _leaves(raw)}
    made: dict[Path, str] = {}
    for name, text in overrides.items():
        fitting = [name] if name in leaves else [leaf for leaf in leaves if leaf.startswith(name)]
        match fitting:
            case [leaf]:
                made[leaves[leaf]] = text
            case []:
                hint = did_you_mean(name, leaves)
                known = ", ".join(f"--env--{leaf}" for leaf in list(leaves)[:8]) or "none"
                return OverrideError(f"--env--{name}: the env has no such key{hint}. It has {known}")
            case _:
                fits = ", ".join(f"--env--{leaf}" for leaf in fitting[:5])
                return OverrideError(f"--env--{name} is ambiguous: it could be {fits}")
    return made


def _leaves(raw: _Raw) -> Iterator[Path]:
    """Paths of the values that options replace: everything but mappings; lists count as one."""
    for name, (_, node) in raw.file.keys.items():
        yield from _leaves_below((name,), node, 0)
    if raw.imported is not None:
        for name, held in raw.imported.values.items():
            if held.origin != "default" and name not in raw.file.keys and not isinstance(held.value, dict):
                yield (name,)


def _leaves_below(path: Path, node: Node, depth: int) -> Iterator[Path]:
    if isinstance(node, MappingNode) and depth < 50:
        for key, inner in nodes_by_key(node).items():
            yield from _leaves_below((*path, str(key)), inner, depth + 1)
    else:
        yield path


def _merged(below: Mapping[object, object], above: Mapping[object, object]) -> dict[object, object]:
    made = dict(below)
    for key, value in above.items():
        before = made.get(key)
        if isinstance(before, dict) and isinstance(value, dict):
            made[key] = _merged(cast("dict[object, object]", before), cast("dict[object, object]", value))
        else:
            made[key] = value
    return made
