"""A parameters cell for a source that has none, as an edit in the file's own format (section 8.2)."""

from __future__ import annotations

import json
import re

from pipelens.core.cells import Cells
from pipelens.core.problems import Edit, Fix, Place
from pipelens.core.text import Document, Span

TITLE = "Add a cell tagged `parameters`"


def added_cell(path: str, text: str, cells: Cells, upstream: bool, product: bool) -> Fix:
    """The fix that inserts the cell in front of the others."""
    r = cells.language == "r"
    assign, nothing = ("<-", "NULL") if r else ("=", "None")
    lines: list[str] = []
    if upstream:
        lines += ["# names of the tasks that this one needs", f"upstream {assign} {nothing}"]
    if product:
        lines += ["# what this task makes", f"product {assign} {nothing}"]
    if not lines:
        lines = ["# default values of the task's params"]
    span = Span(cells.first, cells.first)
    if cells.nbformat is not None:
        new = _json_cell(text, cells, lines)
    else:
        new = _text_cell(text, cells, lines)
    edit = Edit(Place(path, span), new, raw=cells.nbformat is not None)
    return Fix(TITLE, (edit,), preferred=True)


def _text_cell(text: str, cells: Cells, lines: list[str]) -> str:
    end = "\r\n" if "\r\n" in text else "\n"
    document = Document(text)
    rest = document.lines[cells.first.line :]
    following = next((line for line in rest if line.strip()), "")
    if cells.format_name == "rmarkdown" or cells.format_name == "markdown":
        block = ['```{r tags=c("parameters")}', *lines, "```", ""]
    elif cells.format_name in ("percent", "hydrogen"):
        block = ['# %% tags=["parameters"]', *lines, ""]
        if following and not re.match(r"\s*#\s*%%", following):
            block.append("# %%")
    elif cells.format_name == "spin":
        block = ['#+ tags=c("parameters")', *lines, ""]
    elif any(re.match(r"#\s*region\b", line) for line in document.lines):
        block = ['# region tags=["parameters"]', *lines, "# endregion", ""]
    else:
        block = ['# + tags=["parameters"]', *lines, "# -", ""]
    lead = end if cells.first.character else ""
    return lead + end.join(block) + end


def _json_cell(text: str, cells: Cells, lines: list[str]) -> str:
    source = [line + "\n" for line in lines[:-1]] + lines[-1:]
    cell: dict[str, object] = {
        "cell_type": "code",
        "execution_count": None,
        "metadata": {"tags": ["parameters"]},
        "outputs": [],
        "source": source,
    }
    if cells.nbformat and cells.nbformat >= (4, 5):
        taken = {each.id for each in cells.cells}
        number = next(n for n in range(len(taken) + 1) if _id(n) not in taken)
        cell = {"cell_type": cell.pop("cell_type"), "id": _id(number), **cell}
    rest = text[Document(text).offset(cells.first) :]
    blank = re.match(r"\s*", rest)
    before = blank[0] if blank else ""
    closes = rest[len(before) :].startswith("]")
    if "\n" not in before:
        return json.dumps(cell, ensure_ascii=False) + ("" if closes else ", ")
    indent = before.rsplit("\n", 1)[1]
    step = 1 if len(indent) <= 2 else max(len(indent) // 2, 1)
    body = json.dumps(cell, indent=step, ensure_ascii=False).replace("\n", "\n" + indent)
    return "\n" + indent + body + ("" if closes else ",")


def _id(number: int) -> str:
    return "parameters" if number == 0 else f"parameters-{number}"
