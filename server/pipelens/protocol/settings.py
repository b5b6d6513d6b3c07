"""The one table of all settings that a client's user may make.

What reads them (the server), what documents them (`docs/settings.md`) and what offers them in an
editor's own form (VS Code's `contributes.configuration`) is made from this table.
"""

from __future__ import annotations

from typing import Final, Literal

from pipelens.frozen import frozen

SECTION: Final = "pipelens"

Kind = Literal["milliseconds", "choice", "switch", "text", "severities", "words", "texts"]
Scope = Literal["window", "resource"]
"""As editors call them: one value for all, or one for each workspace folder."""


@frozen
class Setting:
    """One setting, `pipelens.NAME` in editors.

    kind: `words` is a list of texts, `texts` an object of them or null. default: what holds without it, None
    for nothing. choices: the words that it may be (of kind `severities`: that each value may be).
    largest: of milliseconds. is_program: it names a program, or what that program is given, so
    nothing inside a workspace may make it before the workspace is trusted.
    """

    name: str
    kind: Kind
    default: int | str | None
    documentation: str
    choices: tuple[str, ...] = ()
    choice_texts: tuple[str, ...] = ()
    largest: int | None = None
    scope: Scope = "window"
    is_program: bool = False

    @property
    def full_name(self) -> str:
        return f"{SECTION}.{self.name}"


SETTINGS: Final = (
    Setting(
        "quietPeriod",
        "milliseconds",
        20,
        "How long nothing must have been typed before problems are shown anew. "
        "0 shows them at every keystroke; more than 50 is felt as slow.",
        largest=10_000,
    ),
    Setting(
        "typingPause",
        "milliseconds",
        500,
        "How long nothing must have been typed before a missing value or an unknown word is told in the "
        "line that is being edited. What was corrected vanishes at once.",
        largest=60_000,
    ),
    Setting(
        "keyCompletion",
        "choice",
        "auto",
        "Whether keys of `pipeline.yaml` are completed and explained.",
        choices=("auto", "on", "off"),
        choice_texts=(
            "Unless the editor says that another YAML server does it.",
            "Always.",
            "Never: task names, paths and values are still completed.",
        ),
    ),
    Setting(
        "interpreter",
        "text",
        None,
        "The Python that runs the tasks: a path, an environment's folder, or a name on `PATH`. Without it: "
        "the one that the project's files name, that of an active environment, of a `.venv`, of the server. "
        "Ignored in a workspace that is not trusted.",
        scope="resource",
        is_program=True,
    ),
    Setting(
        "codeLens",
        "switch",
        True,
        "Whether `Run`, the freshness and the neighbours of a task stand above it.",
    ),
    Setting(
        "inlayHints",
        "switch",
        True,
        "Whether values of placeholders and names that the pipeline leaves unsaid stand behind the text.",
    ),
    Setting(
        "severity",
        "severities",
        None,
        'How severe problems are, by their code, for example `{"unused-param": "off"}`. '
        "Counts before the project's own settings, and only in this editor.",
        choices=("error", "warning", "info", "hint", "off"),
        scope="resource",
    ),
)

CLIENT_SETTINGS: Final = (
    Setting(
        "server.command",
        "words",
        None,
        'The program that is started as the server, for example `["/path/to/pipelens"]`, with arguments '
        "that come before `lsp`. Without it, it is found: in the chosen Python, on `PATH`, "
        "else the copy that came with the extension. Ignored in a workspace that is not trusted.",
        is_program=True,
    ),
    Setting(
        "server.env",
        "texts",
        None,
        "Environment variables for the server, added to the editor's own; null takes one away. "
        "Ignored in a workspace that is not trusted.",
        is_program=True,
    ),
    Setting(
        "run.save",
        "choice",
        "all",
        "What becomes of unsaved files of the pipeline when a task is run. A task reads what is on the disk.",
        choices=("all", "ask", "never"),
        choice_texts=("They are saved.", "You are asked.", "They are left as they are."),
        scope="resource",
    ),
    Setting(
        "debug.upstream",
        "choice",
        "ask",
        "What happens before a task is debugged when what it needs is out of date.",
        choices=("ask", "build", "ignore"),
        choice_texts=(
            "You are asked.",
            "It is built first, without the debugger.",
            "The task runs with what is there.",
        ),
        scope="resource",
    ),
    Setting(
        "trace.server",
        "choice",
        "messages",
        "How much of each message between editor and server is logged while the level of the log "
        "*Pipelens* is *Trace* (command *Developer: Set Log Level…*).",
        choices=("messages", "verbose"),
        choice_texts=("Its name and how long it took.", "All that it says, too."),
    ),
)
"""What the client for VS Code itself reads: the server does not ask for these."""
