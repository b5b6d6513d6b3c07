"""Starts the copy of Pipelens inside the extension: `python -I <extension>/bundled/start.py lsp`.

Modules come from `libs` beside this file and from Python's own library, from nowhere else: not from
a working folder, not from what happens to be installed in the Python that runs it.

Old Pythons must be able to read this file far enough to say that they are too old.
"""

# ruff: noqa: UP031, RUF005

import os
import sys

MINIMUM = (3, 10)
LIBS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "libs")


def refusal(version, program):
    """Why this Python cannot run Pipelens, in one sentence that says what to do."""
    return (
        "Pipelens needs Python %d.%d or newer, and %s is %d.%d: install a newer one, or choose it with the "
        "setting pipelens.interpreter.\n" % (MINIMUM + (program,) + tuple(version[:2]))
    )


def own_library(path, prefixes):
    """The entries of `path` that belong to Python itself. prefixes: where it is installed.

    What `site` has added is left out: packages of others, and the folders that their .pth files name.
    """
    roots = tuple(os.path.realpath(prefix).rstrip(os.sep) + os.sep for prefix in prefixes)
    packages = {"site-packages", "dist-packages"}
    return [
        entry
        for entry in path
        if os.path.isabs(entry)
        and (os.path.realpath(entry) + os.sep).startswith(roots)
        and not packages & set(entry.split(os.sep))
    ]


def forget(libs, modules):
    """Take out of `modules` what the start of this Python has loaded and `libs` holds in our version."""
    ours = {name.partition(".")[0] for name in os.listdir(libs)}
    for name in [name for name in modules if name.partition(".")[0] in ours]:
        del modules[name]


def main():
    if sys.version_info < MINIMUM:
        sys.stderr.write(refusal(sys.version_info, sys.executable))
        return 1
    sys.path[:] = [LIBS] + own_library(sys.path, (sys.base_prefix, sys.base_exec_prefix))
    # Editable installs put finders of their own here.
    sys.meta_path[:] = [
        finder for finder in sys.meta_path if finder.__module__.startswith("_frozen_importlib")
    ]
    forget(LIBS, sys.modules)
    from pipelens.cli.entry import main as entry

    return entry()


if __name__ == "__main__":
    sys.exit(main())
