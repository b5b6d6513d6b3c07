"""One module per feature of the language server protocol. `FEATURES` names them all."""

from __future__ import annotations

from pipelens.lsp.features import (
    code_action,
    code_lens,
    commands,
    completion,
    configuration,
    definition,
    diagnostics,
    documents,
    failures,
    health,
    highlight,
    hover,
    notebooks,
    pipelines,
    product_preview,
    references,
    rename,
    runnables,
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
    failures,
    health,
    pipelines,
    runnables,
    trust,
    definition,
    references,
    rename,
    highlight,
    hover,
    product_preview,
    code_action,
    scaffold,
    completion,
)
"""Each has `register(server)`, called while the server answers `initialize`."""
