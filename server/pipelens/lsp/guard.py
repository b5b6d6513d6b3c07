"""What stands between a bug and the editor: a handler that fails is logged with its request and
answers nothing; the server lives on, and no box opens."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException

LOG = logging.getLogger("pipelens.lsp")
_LONGEST = 2_000

Handler = Callable[..., Any]


class Refusal(JsonRpcException):
    """What the user asked for cannot be done, and the message says why: the one exception that is an
    answer (`RequestFailed`), and no bug."""

    CODE = types.LSPErrorCodes.RequestFailed.value


def guarded(name: str, handler: Handler) -> Callable[..., Any]:
    """`handler` for the message `name`, which never raises."""
    if inspect.iscoroutinefunction(handler):

        async def later(*params: Any) -> Any:
            try:
                return await handler(*params)
            except Refusal:
                raise
            except Exception:
                LOG.exception("%s failed: %s", name, described(params))
                return None

        return later

    def answer(*params: Any) -> Any:
        try:
            return handler(*params)
        except Refusal:
            raise
        except Exception:
            LOG.exception("%s failed: %s", name, described(params))
            return None

    return answer


def is_news(record: logging.LogRecord) -> bool:
    """Whether pygls has something to log: a refusal has reached the user already."""
    return not (record.exc_info and isinstance(record.exc_info[1], Refusal))


logging.getLogger("pygls.protocol.json_rpc").addFilter(is_news)


async def watched(name: str, work: Awaitable[None]) -> None:
    """Await `work`, which nobody else awaits."""
    try:
        await work
    except Exception:
        LOG.exception("%s failed", name)


def described(params: tuple[Any, ...]) -> str:
    """A request for the log, at most a page."""
    try:
        text = ", ".join(map(repr, params))
    except Exception as error:
        return f"(a request that cannot be shown: {type(error).__name__})"
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} …"
