"""What is known to differ from a kernel, and why; docs/notebooks.md holds the same words.

A cell of the corpus with the tag `differs-NAME` shows the difference of that name, and must show it;
with `varies-NAME` it may, since a kernel does not always do the same.
What `EVERYWHERE` lists is taken out before anything is compared.
"""

from __future__ import annotations

from collections.abc import Mapping

DIFFERENCES: Mapping[str, str] = {
    "places": "Tracebacks, warnings and `__code__` name the source file and its lines, where a kernel says "
    "`Cell In[3], line 1` or a file in /tmp, so that they can be clicked and breakpoints hold.",
    "streams": "Text of stdout and stderr keeps the order in which it was printed; a kernel sends each stream "
    "by itself, several times a second.",
    "progress": "What a carriage return goes back over is dropped, so a progress bar leaves its last state; a "
    "kernel leaves every state behind.",
    "widgets": "There are no live widgets: without the other side a kernel has none to show either. "
    "`tqdm.auto` draws its bar as text and does not warn.",
    "exit": "`sys.exit()`, `sys.exit(0)` and `exit()` end the notebook and the task is well done; any other "
    "code fails it, with the line that asked for it. A kernel stays, prints advice about leaving it, and "
    "nbclient fails the run whatever the code.",
    "exit-name": "The bare name `exit` shows what it shows in Python and does nothing; a kernel takes it for a call.",
    "input": "`input()` and `getpass()` raise EOFError, as in any program without a terminal; a kernel has an "
    "error of its own, StdinNotImplementedError.",
    "syntax": "A cell that is not Python is told before anything runs, not when its turn comes, unless it has "
    "the tag `raises-exception`.",
    "transformers": "All cells are translated to Python before the first one runs, so that an input transformer "
    "which a cell registers changes no other cell. Magics that a cell registers work.",
    "lost-text": "What was printed before the process died, or before it ended itself with `os._exit`, is in the "
    "notebook; a kernel takes the text of its last moments with it.",
    "first-stdout": "What is written to `sys.__stdout__` is in the notebook; a kernel prints it on the terminal "
    "it was started from.",
    "descriptors": "What C code and child processes print keeps its place among what Python prints, to within a "
    "millisecond; a kernel reads it when it finds the time, and may lose it.",
    "help": "`?` and `??` print their text into the cell; a kernel sends it to a pager that nobody has.",
    "groups": "An ExceptionGroup is an error output with its traceback, as any other error; a kernel prints it "
    "to stderr and leaves the output out.",
    "surrogates": "Text with half of a surrogate pair is shown; a kernel cannot send it and drops it.",
    "broken-repr": "A value or an error whose text cannot be made is shown with the error of making it, and the "
    "notebook goes on; with recent kernels the cell has failed, without the name of an error.",
    "kernel": "`get_ipython().kernel`, comms and what needs them are not there; a task that needs them can ask "
    "for a kernel.",
    "measure": "A cell keeps the first 8 million characters of each stream and the last million of what follows; "
    "a line says how many are left out. A kernel keeps all, and the notebook cannot be opened.",
}

EVERYWHERE = frozenset({"places", "streams", "kernel", "measure"})

ENDS: Mapping[str, tuple[str, str, str]] = {
    "broken_repr.py": ("broken-repr", "NoneType", "ok"),
    "exit_zero.py": ("exit", "SystemExit", "ok"),
    "refused_input.py": ("input", "StdinNotImplementedError", "EOFError"),
    "transformers.py": ("transformers", "ok", "SyntaxError"),
    "unprintable.py": ("broken-repr", "NoneType", "ok"),
}
"""Notebooks that end differently: the name of the difference, how with a kernel, how here."""
