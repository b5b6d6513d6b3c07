"""Answers that are JSON text already: long lists whose parts are kept from answer to answer."""

from __future__ import annotations

import json

from pipelens.frozen import frozen


@frozen
class WireText:
    """The result of a request as JSON, ASCII only."""

    text: str

    def response(self, id: int | str) -> str:
        """The whole answer to the request `id`."""
        return f'{{"jsonrpc":"2.0","id":{json.dumps(id)},"result":{self.text}}}'
