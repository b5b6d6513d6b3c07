"""The table of commands, and the texts that need no command to be imported.

Everything here is plain data and plain text: `pipelens --help` must answer at once.
"""

from __future__ import annotations

SUMMARIES: dict[str, str] = {
    "new": "make a small working project",
    "check": "say what is wrong with the pipeline, and where",
    "build": "run the tasks that are not up to date",
    "task": "run exactly one task",
    "postmortem": "look at what was recorded when a task failed",
    "failures": "list, show or remove what was recorded when tasks failed",
    "status": "say which tasks are up to date, and why the others are not",
    "nb": "write the values that a task receives into its source, or take them out",
    "clean": "remove what is kept of runs, and products when asked to",
    "graph": "show how the tasks depend on each other",
    "scaffold": "create the sources that are missing",
    "explain": "print what a problem code means and how to fix it",
    "doctor": "say what Pipelens found on this machine",
    "lsp": "run the language server, for editors",
    "dap": "run the debug adapter, for editors",
}

ALIASES: dict[str, str] = {"plot": "graph"}

# What people type when they mean one of ours; near misses of spelling are found by likeness.
MEANT: dict[str, str] = {
    "run": "build",
    "execute": "build",
    "exec": "build",
    "make": "build",
    "lint": "check",
    "validate": "check",
    "list": "status",
    "ls": "status",
    "init": "new",
    "dag": "graph",
    "server": "lsp",
    "health": "doctor",
    "debug": "postmortem",
    "pdb": "postmortem",
    "failed": "failures",
}

# Commands of Ploomber that have no counterpart by name, and what does their work.
INSTEAD: dict[str, str] = {
    "interact": "`pipelens task NAME --source` and `pipelens graph --json` tell of tasks without running anything",
    "install": "`pip install -r requirements.txt` in an environment of the project's does what is needed",
    "dltr": "`pipelens postmortem TASK` opens what a failed task recorded",
    "examples": "`pipelens new NAME` makes a small working project",
    "report": "`pipelens plot` writes the graph to a page, `pipelens status` lists the tasks",
    "cloud": "pipelines run on this machine only",
}

EXIT_CODES = """\
exit codes:
  0    fine
  1    a task failed, or check found an error (with --strict: or a warning)
  2    the command could not be understood, or no pipeline was found
  130  interrupted"""


def overall_help() -> str:
    """What `pipelens --help` prints."""
    width = max(map(len, SUMMARIES))
    listed = "\n".join(f"  {name:<{width}}  {summary}" for name, summary in SUMMARIES.items())
    return f"""\
usage: pipelens COMMAND [OPTIONS]

Understand, check and run pipelines of notebooks, scripts and functions.

commands:
{listed}

Every command prints its options with --help. Those that read a pipeline take
  -e, --entry-point FILE   which pipeline is meant (default: the nearest pipeline.yaml)
  --env--KEY VALUE         a value to use instead of the one in env.yaml

{EXIT_CODES}
"""


def suggestion(word: str) -> str | None:
    """The command that `word` was probably meant to be."""
    if word in MEANT:
        return MEANT[word]
    from difflib import get_close_matches

    near = get_close_matches(word.lower(), [*SUMMARIES, *ALIASES, *MEANT], n=1, cutoff=0.6)
    return MEANT.get(near[0], near[0]) if near else None
