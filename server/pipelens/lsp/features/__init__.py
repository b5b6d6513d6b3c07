"""One module per feature of the language server protocol. `FEATURES` names them all."""

from __future__ import annotations

from pipelens.lsp.features import (
    code_lens,
    commands,
    configuration,
    diagnostics,
    documents,
    trust,
    watched_files,
)

FEATURES = (configuration, documents, diagnostics, watched_files, code_lens, commands, trust)
"""Each has `register(server)`, called while the server answers `initialize`."""
