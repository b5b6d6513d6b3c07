"""One module per feature of the language server protocol. `FEATURES` names them all."""

from __future__ import annotations

from pipelens.lsp.features import (
    code_action,
    code_lens,
    commands,
    configuration,
    definition,
    diagnostics,
    documents,
    highlight,
    hover,
    notebooks,
    product_preview,
    references,
    scaffold,
    trust,
    watched_files,
)

FEATURES = (
    configuration,
    documents,
    notebooks,
    diagnostics,
    watched_files,
    code_lens,
    commands,
    trust,
    definition,
    references,
    highlight,
    hover,
    product_preview,
    code_action,
    scaffold,
)
"""Each has `register(server)`, called while the server answers `initialize`."""
