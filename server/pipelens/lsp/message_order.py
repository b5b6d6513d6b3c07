"""Which message may come when, and what becomes of one that makes no sense: a request is always answered."""

from __future__ import annotations

from typing import Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.protocol import LanguageServerProtocol


class _Answered:
    """In the place of a message that has had its answer."""

    jsonrpc = ""


class OrderedProtocol(LanguageServerProtocol):
    """Before `initialize` and after `shutdown` requests are refused and notifications dropped. A request
    whose parameters are not of its type is refused; pygls alone would leave its sender waiting."""

    has_met = False

    def handle_message(self, message: Any) -> None:
        if isinstance(message, _Answered):
            return
        method, id = getattr(message, "method", None), getattr(message, "id", None)
        refusal = self._refusal(method) if method is not None else None
        if refusal is None:
            if method == types.INITIALIZE:
                self.has_met = True
            super().handle_message(message)
        elif id is not None:
            self._send_response(id, None, refusal)

    def structure_message(self, data: dict[str, Any]) -> Any:
        try:
            return super().structure_message(data)
        except JsonRpcException:
            id, method = data.get("id"), data.get("method")
            if id is None or not isinstance(method, str):
                raise
            text = f"The parameters of {method} are not what the protocol says"
            self._send_response(id, None, types.ResponseError(types.ErrorCodes.InvalidParams, text))
            return _Answered()

    def _refusal(self, method: str) -> types.ResponseError | None:
        if method == types.EXIT:
            return None
        if self._shutdown:
            return types.ResponseError(types.ErrorCodes.InvalidRequest, "The server was shut down")
        if not self.has_met and method != types.INITIALIZE:
            code = types.ErrorCodes.ServerNotInitialized
            return types.ResponseError(code, "The server waits for `initialize`")
        if self.has_met and method == types.INITIALIZE:
            return types.ResponseError(types.ErrorCodes.InvalidRequest, "The server is initialized")
        return None
