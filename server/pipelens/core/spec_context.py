"""What the meaning of a piece of a pipeline file depends on besides its own text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field

from pipelens.core.env import Env
from pipelens.core.files import Files
from pipelens.core.sources import Source
from pipelens.core.spec import Meta
from pipelens.frozen import frozen


@frozen
class SpecContext:
    """What an entry's meaning depends on besides its own text.

    path: the file it is in. base: the folder its relative sources start from. pipeline_serializer:
    whether the spec has one. clients: class names with a client. import_folders, library_folders:
    where the project's and installed modules may lie.
    """

    path: str
    root: str
    folder: str
    cwd: str
    base: str
    env: Env
    files: Files = field(compare=False)
    meta: Meta = field(default_factory=Meta)
    clients: frozenset[str] = frozenset()
    imported: bool = False
    import_folders: tuple[str, ...] = ()
    library_folders: tuple[str, ...] = ()
    resolve_callable: Callable[[str], Source] | None = field(default=None, compare=False)
