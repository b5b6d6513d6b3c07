"""`attach` to a recorded failure: served by the adapter itself, debugpy is not asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipelens.debug.launch import LaunchError
from pipelens.debug.wire import Message

if TYPE_CHECKING:
    from pipelens.debug.adapter import Adapter


def open_failure(adapter: Adapter, request: Message) -> Any:
    """The session of the failure that `request` names. Raises `LaunchError`."""
    raise LaunchError("attaching is not possible: tasks are debugged by `launch`, with their name as `task`")
