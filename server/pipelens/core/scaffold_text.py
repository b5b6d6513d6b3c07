"""The first text of a source that is not written yet (section 14.1 of the format)."""

from __future__ import annotations

import json
import keyword
from collections.abc import Sequence

from pipelens.frozen import frozen

KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}

# Ploomber refuses a source whose last cell with anything in it is the parameters cell (section 8.3).
_BODY = "# the code of this task"


@frozen
class Blank:
    """What a new source has to declare. upstream, product: whether it declares them itself."""

    name: str
    params: tuple[str, ...]
    upstream: bool
    product: bool


def script(blank: Blank) -> str:
    """A Python script with cells, that checks without a problem and does nothing."""
    parameters = "\n".join(_parameters(blank))
    return f"""\
# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: {KERNEL["display_name"]}
#     language: {KERNEL["language"]}
#     name: {KERNEL["name"]}
# ---

# %% [markdown]
# # {_title(blank.name)}

# %% tags=["parameters"]
{parameters}

# %%
{_BODY}
"""


def notebook(blank: Blank) -> str:
    """The same as a notebook."""
    cells = [
        _cell("markdown", "title", f"# {_title(blank.name)}"),
        _cell("code", "parameters", "\n".join(_parameters(blank)), ["parameters"]),
        _cell("code", "first", _BODY),
    ]
    document = {"cells": cells, "metadata": {"kernelspec": KERNEL}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def r_script(blank: Blank) -> str:
    parameters = "\n".join(_r_parameters(blank))
    return f'# %% [markdown]\n# # {_title(blank.name)}\n\n# %% tags=["parameters"]\n{parameters}\n\n# %%\n{_BODY}\n'


def r_markdown(blank: Blank) -> str:
    parameters = "\n".join(_r_parameters(blank))
    return (
        f"---\ntitle: {json.dumps(_title(blank.name), ensure_ascii=False)}\noutput: html_document\n---\n\n"
        f'```{{r, tags=c("parameters")}}\n{parameters}\n```\n\n```{{r}}\n{_BODY}\n```\n'
    )


def sql(blank: Blank) -> str:
    return (
        "DROP TABLE IF EXISTS {{product}};\n\n"
        "CREATE TABLE {{product}} AS\n"
        "SELECT * FROM {{upstream['some_task']}};\n"
    )


def function(blank: Blank) -> str:
    """The function `blank.name`, to be appended to its module."""
    named = [name for name in blank.params if _is_argument(name)]
    arguments = ", ".join(["product", *named, "upstream=None"])
    return (
        f"def {blank.name}({arguments}):\n"
        f'    """{_title(blank.name)}: to be written. upstream["name"] makes it depend on the task of that name."""\n'
        f'    raise NotImplementedError("{blank.name}")\n'
    )


def _parameters(blank: Blank) -> list[str]:
    lines: list[str] = []
    if blank.upstream:
        lines += ['# the tasks that this one needs: upstream = ["name", …]', "upstream = None"]
    else:
        lines += ["# the tasks that this one needs are in pipeline.yaml", "upstream = None"]
    if blank.product:
        lines += ['# what this task makes: product = {"nb": "products/name.ipynb", …}', "product = None"]
    else:
        lines += ["# what this task makes is in pipeline.yaml", "product = None"]
    return [*lines, *(f"{name} = None" for name in blank.params if _is_argument(name))]


def _r_parameters(blank: Blank) -> list[str]:
    names: Sequence[str] = ("upstream", "product", *blank.params)
    return [f"{name} = NULL" for name in names if _is_argument(name)]


def _is_argument(name: str) -> bool:
    return name.isidentifier() and not keyword.iskeyword(name) and name != "resources_"


def _title(name: str) -> str:
    return " ".join(name.split()) or "Task"


def _cell(kind: str, id: str, text: str, tags: Sequence[str] = ()) -> dict[str, object]:
    cell: dict[str, object] = {
        "cell_type": kind,
        "id": id,
        "metadata": {"tags": list(tags)} if tags else {},
        "source": text.splitlines(keepends=True),
    }
    if kind == "code":
        cell |= {"execution_count": None, "outputs": []}
    return cell
