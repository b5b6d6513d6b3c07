"""The language server: a thin translation between editors and the rooms that know the answers."""
