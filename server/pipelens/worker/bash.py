"""Shell tasks (section 7.7 of the format): the rendered script, run by bash."""

from __future__ import annotations

import subprocess
from typing import Any, Mapping

from .channel import Channel
from .values import decode_params, storable


class ScriptFailed(Exception):
    """The script ended with another status than 0; told already."""


def run(plan: Mapping[str, Any], channel: Channel) -> None:
    """Run the script of `plan`; what it prints goes where this process prints."""
    channel.send("params", values=storable(decode_params(plan.get("params") or {})))
    channel.enter("task")
    status = subprocess.call([plan["bash"], plan["script"]], stdin=subprocess.DEVNULL)
    if status != 0:
        channel.send("script", status=status)
        error = ScriptFailed(status)
        error._pipelens_told = True  # type: ignore[attr-defined]
        raise error


def run_values(plan: Mapping[str, Any], channel: Channel) -> None:
    """Only call the functions that give values of params: a script is made of these, and so is the
    injected cell of a notebook that a kernel runs."""
    from . import parameters, products

    channel.enter("params")
    params = decode_params(plan.get("params") or {})
    channel.send("params", values=params)
    if "cells" in plan:
        upstream = products.upstream_text(plan.get("upstream") or {})
        channel.send("injected", text=parameters.injected_text(params, upstream, plan["product"]))
