"""Function tasks (section 7.3): call the function, hand its value on, run its hooks."""

from __future__ import annotations

from typing import Any, Mapping

from . import products
from .channel import Channel
from .values import Callable, decode_params, locate, storable


def run(plan: Mapping[str, Any], channel: Channel) -> None:
    """Run the function of `plan`; whatever it raises leaves here."""
    channel.enter("import")
    function = locate(plan["callable"])
    if plan.get("code") is None:
        _tell_code(function, channel)
    serializer = Callable(plan["serializer"]) if plan.get("serializer") else None
    unserializer = Callable(plan["unserializer"]) if plan.get("unserializer") else None
    params = decode_params(plan.get("params") or {})
    channel.send("params", values=storable(params))
    product = products.product_of(plan["product"])
    arguments = dict(params)
    if plan.get("upstream"):
        arguments["upstream"] = products.upstream_of(plan["upstream"], unserializer)
    if serializer is None:
        arguments["product"] = product
    channel.enter("task")
    result = function(**arguments)
    if type(result).__name__ == "coroutine":
        result.close()
        raise TypeError(
            "{} is an async function: nothing awaits it, so it did nothing".format(plan["callable"])
        )
    if serializer is not None:
        if result is None:
            raise ValueError(
                "{} returned None: with a serializer it must return the value to store".format(
                    plan["callable"]
                )
            )
        serializer(result, product)
    finish = (plan.get("hooks") or {}).get("on_finish")
    if finish:
        from . import hooks

        channel.enter("on_finish")
        hooks.call_task_hook(finish, plan)


def _tell_code(function: Any, channel: Channel) -> None:
    """The source of a function that only importing could find."""
    import inspect

    try:
        channel.send("code", code=inspect.getsource(inspect.unwrap(function)))
    except (OSError, TypeError):
        return
