"""`python -m pipelens`, the same program as the `pipelens` command."""

from __future__ import annotations

import sys

from pipelens.cli.entry import main

if __name__ == "__main__":
    sys.exit(main())
