"""What was found on this machine, where, in which version, and what failed last: `pipelens doctor`.

Everything is a list of `Finding`s, so that the command line, a report and an editor show the same.
Nothing here imports or runs the user's code.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Literal

from pipelens.frozen import frozen

if TYPE_CHECKING:
    from pipelens.core.project import Project
    from pipelens.runner.interpreter import Interpreter
    from pipelens.workspace.keeper import ProjectKeeper

Mood = Literal["ok", "note", "bad"]


@frozen
class Finding:
    """One line of the report. `remedy`: what to do about it, where something is to be done."""

    topic: str
    text: str
    mood: Mood = "ok"
    remedy: str = ""


@frozen
class Health:
    """All findings. `private`: env values of the pipeline, which no report may hold."""

    findings: tuple[Finding, ...]
    private: tuple[str, ...] = ()


def examine(
    entry_point: str | None,
    *,
    cwd: str,
    environ: Mapping[str, str],
    interpreter: str | None = None,
    overrides: Mapping[str, str] | None = None,
    trusted: bool = True,
) -> Health:
    """Look at everything that a command of Pipelens depends on. Never raises: what cannot be looked
    at is a finding, too. trusted: before that, no interpreter is looked for or started."""
    found = [_version(), _own_python(), *_dependencies()]
    root: str | None = None
    private: list[str] = list((overrides or {}).values())
    keeper: ProjectKeeper | str = "it could not be looked at"
    try:
        keeper = _open(entry_point, cwd, environ, overrides or {})
        if isinstance(keeper, str):
            found.append(_no_pipeline(keeper))
        else:
            project = keeper.now()
            root = project.root
            found += _pipeline(project)
            private += _texts(
                value.value for value in project.env.values.values() if value.origin != "default"
            )
    except Exception as error:
        found.append(Finding("pipeline", f"could not be looked at: {type(error).__name__}: {error}", "bad"))
    try:
        if trusted:
            found += _interpreter(keeper, interpreter, cwd, environ)
        else:
            told = "not looked for: this workspace is not trusted"
            found.append(Finding("interpreter", told, "note", "trust the workspace in the editor"))
    except Exception as error:
        found.append(
            Finding("interpreter", f"could not be found out: {type(error).__name__}: {error}", "bad")
        )
    found += _folders(root)
    found += _last_failure(root)
    return Health(tuple(found), tuple(private))


def _version() -> Finding:
    from pipelens import __version__

    return Finding("pipelens", f"{__version__} in {os.path.dirname(os.path.abspath(__file__))}")


def _own_python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    return Finding("own Python", f"{version} ({sys.executable}) on {sys.platform}")


def _dependencies() -> list[Finding]:
    from importlib.metadata import PackageNotFoundError, version

    from pipelens.runner.interpreter import is_bundled

    told: list[str] = []
    missing: list[str] = []
    for name in ("pyyaml", "jinja2", "jupytext", "nbformat", "nbconvert", "pyflakes", "rich", "pygls"):
        try:
            told.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            missing.append(name)
    found = [Finding("packages", ", ".join(told))]
    if is_bundled():
        missing = [name for name in missing if name != "nbconvert"]
        what = "bundled server: pure Python, slower; no kernel, no html export"
        found.append(
            Finding("packages", what, "note", "install pipelens into the environment of your project")
        )
    if missing:
        remedy = f"{sys.executable} -m pip install {' '.join(missing)}"
        found.append(Finding("packages", f"missing: {', '.join(missing)}", "bad", remedy))
    return found


def interpreter_of(keeper: ProjectKeeper, flag: str | None, environ: Mapping[str, str]) -> Interpreter:
    """See `pipelens.runner.interpreter.interpreter_of`, which this hands on."""
    from pipelens.runner import interpreter

    return interpreter.interpreter_of(keeper, flag, environ)


def _open(
    entry_point: str | None, cwd: str, environ: Mapping[str, str], overrides: Mapping[str, str]
) -> ProjectKeeper | str:
    """The pipeline, or why there is none."""
    from pipelens.workspace.opening import NotFound, open_pipeline

    opened = open_pipeline(entry_point, cwd=cwd, environ=environ, overrides=overrides)
    return opened.message if isinstance(opened, NotFound) else opened


def _no_pipeline(why: str) -> Finding:
    remedy = "change to a folder of a pipeline, name one with --entry-point, or make one: pipelens new NAME"
    return Finding("pipeline", why, "note", remedy)


def _pipeline(project: Project) -> list[Finding]:
    found = [
        Finding("pipeline", f"{project.path} ({len(project.tasks)} tasks)"),
        Finding("root", project.root),
    ]
    if project.env.path:
        names = ", ".join(name for name, value in project.env.values.items() if value.origin != "default")
        found.append(Finding("env", f"{project.env.path} (keys: {names or 'none'})"))
    errors = [problem for problem in project.problems if problem.severity == "error"]
    if errors:
        codes = ", ".join(sorted({problem.code for problem in errors}))
        told = f"{len(errors)} of severity error: {codes}"
        found.append(Finding("problems", told, "bad", "pipelens check"))
    return found


def _texts(values: Iterable[object]) -> list[str]:
    """The texts anywhere in `values`."""
    found: list[str] = []
    waiting = list(values)
    while waiting:
        match waiting.pop():
            case str() as text:
                found.append(text)
            case Mapping() as inner:
                waiting.extend(inner.values())
            case list() | tuple() as items:
                waiting.extend(items)
            case _:
                pass
    return found


def _interpreter(
    keeper: ProjectKeeper | str, flag: str | None, cwd: str, environ: Mapping[str, str]
) -> list[Finding]:
    from pipelens.runner.interpreter import HOW_TO_CHANGE, choose_interpreter, probe

    if isinstance(keeper, str):
        chosen = choose_interpreter(flag, environ, cwd, cwd)
    else:
        chosen = interpreter_of(keeper, flag, environ)
    found = [Finding("interpreter", f"{chosen.path}, because {chosen.why}")]
    told = probe(chosen.path)
    if told.problem:
        return [*found, Finding("interpreter", told.problem, "bad", HOW_TO_CHANGE)]
    found.append(Finding("its Python", told.version))
    if "IPython" in (told.packages or {}):
        found.append(Finding("its IPython", "there"))
    else:
        remedy = f"{chosen.path} -m pip install ipython"
        missing = "not there: plain cells run, cells with magics (%, !) do not"
        found.append(Finding("its IPython", missing, "note", remedy))
    return found


def _folders(root: str | None) -> list[Finding]:
    found: list[Finding] = []
    if root is not None:
        state = os.path.join(root, ".pipelens")
        there = os.path.isdir(state)
        told = state if there else f"{state} (not there yet: the first build makes it)"
        writable = os.access(state if there else root, os.W_OK)
        found.append(
            Finding("state folder", told)
            if writable
            else Finding("state folder", f"{told} cannot be written", "bad", "change its permissions")
        )
    for topic, folder in (("cache folder", cache_folder()), ("log folder", logs_folder())):
        found.append(Finding(topic, folder if os.path.isdir(folder) else f"{folder} (not there yet)"))
    return found


def cache_folder() -> str:
    """Where caches of what was read are kept, for the current user."""
    import platformdirs

    return platformdirs.user_cache_dir("pipelens", appauthor=False)


def logs_folder() -> str:
    """Where tracebacks of bugs in Pipelens are kept, for the current user."""
    import platformdirs

    return platformdirs.user_log_dir("pipelens", appauthor=False)


def _last_failure(root: str | None) -> list[Finding]:
    found: list[Finding] = []
    newest = _newest(logs_folder(), "failure-", ".txt")
    if newest:
        last = _last_line(newest)
        found.append(Finding("last bug", f"{newest}: {last}", "note", "please report it"))
    if root is not None:
        found += _last_failed_run(os.path.join(root, ".pipelens", "runs"))
    return found


def _last_failed_run(folder: str) -> list[Finding]:
    """What the newest event file says went wrong; nothing when the newest run went well."""
    import json

    newest = _newest(folder, "", ".jsonl")
    if newest is None:
        return [Finding("last run", "none")]
    problems: list[str] = []
    ended = "has not ended, or was killed"
    for line in _lines(newest):
        try:
            event = json.loads(line)
        except ValueError:
            continue
        if not isinstance(event, dict):
            continue
        if event.get("kind") == "problem" and event.get("severity") == "error":
            first = str(event.get("message")).strip().split("\n", 1)[0]
            problems.append(f"{event.get('task')}: {first}")
        if event.get("kind") == "end":
            ended = str(event.get("state"))
    mood: Mood = "ok" if ended == "ok" else "note"
    told = f"{os.path.basename(newest)}: {ended}"
    return [
        Finding("last run", told, mood),
        *(Finding("last failure", text, "note") for text in problems[:5]),
    ]


def last_traceback() -> str:
    """The newest traceback of a bug in Pipelens, empty when there is none."""
    newest = _newest(logs_folder(), "failure-", ".txt")
    return "\n".join(_lines(newest)) if newest else ""


def _newest(folder: str, prefix: str, suffix: str) -> str | None:
    try:
        names = [name for name in os.listdir(folder) if name.startswith(prefix) and name.endswith(suffix)]
    except OSError:
        return None
    return os.path.join(folder, max(names)) if names else None


def _lines(path: str) -> Sequence[str]:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read(5_000_000).splitlines()
    except OSError:
        return ()


def _last_line(path: str) -> str:
    lines = [line for line in _lines(path) if line.strip()]
    return lines[-1].strip()[:200] if lines else ""


_SECRET_NAME = re.compile(r"(?i)token|secret|passw|api_?key|credential|auth|private")
_SECRETS = re.compile(
    r"""(?ix)
    (?: (?P<name> [\w-]* (?: token|secret|passw(?:or)?d|api[_-]?key|credential|authorization ) [\w-]* )
        (?P<sep> \s* [:=] \s* ) (?: "[^"\n]*" | '[^'\n]*' | \S+ ) )
    | (?P<url> \b [a-z][a-z0-9+.-]* :// ) [^\s/@:]+ (?: : [^\s/@]* )? @
    | (?P<known> \b (?: gh[pousr]_ | github_pat_ | glpat- | xox[abprs]- | sk- | AKIA | eyJ ) [\w.-]{8,} )
    | (?P<long> \b (?= [A-Za-z_-]*\d ) (?= [\d_-]*[A-Za-z] ) [A-Za-z0-9_-]{32,} \b )
    """
)


def redacted(text: str, *, environ: Mapping[str, str], values: Iterable[str] = ()) -> str:
    """`text` without what tells who and where the user is, or what they keep secret.

    Removed: the home folder, the user's and the machine's name, tokens, passwords in URLs, the texts
    in `values` (env values) and those of environment variables whose names speak of secrets. Paths outside the home folder stay: they say what was found.
    """
    hidden = {*values, *(v for name, v in environ.items() if _SECRET_NAME.search(name))}
    for value in sorted((v for v in hidden if len(v) > 3), key=len, reverse=True):
        text = text.replace(value, "<value>")
    homes = {os.path.expanduser("~"), environ.get("HOME", ""), environ.get("USERPROFILE", "")}
    homes |= {os.path.realpath(home) for home in homes if home}
    for home in sorted((h for h in homes if len(h) > 1), key=len, reverse=True):
        text = re.sub(re.escape(home) + r"(?![\w.-])", "~", text)
    names = {environ.get(name, "") for name in ("USER", "LOGNAME", "USERNAME", "HOSTNAME", "COMPUTERNAME")}
    names |= {os.path.basename(home) for home in homes}
    for name in sorted((n for n in names if len(n) > 2), key=len, reverse=True):
        text = re.sub(rf"(?<![\w]){re.escape(name)}(?![\w])", "<user>", text)
    return _SECRETS.sub(_hidden, text)


def _hidden(match: re.Match[str]) -> str:
    if match["name"]:
        return f"{match['name']}{match['sep']}<removed>"
    if match["url"]:
        return f"{match['url']}<removed>@"
    return "<removed>"
