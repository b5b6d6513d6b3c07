"""What stands between a bug and the editor: a handler that fails is logged with its request and
answers nothing; the server lives on, and no box opens."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any

LOG = logging.getLogger("pipelens.lsp")
_LONGEST = 2_000

Handler = Callable[..., Any]


def guarded(name: str, handler: Handler) -> Callable[..., Any]:
    """`handler` for the message `name`, which never raises."""

    def answer(*params: Any) -> Any:
        try:
            return handler(*params)
        except Exception:
            LOG.exception("%s failed: %s", name, described(params))
            return None

    return answer


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
