"""`python -m pipelens`, the same program as the `pipelens` command."""

from __future__ import annotations

import sys

try:
    from pipelens.cli.entry import main
except KeyboardInterrupt:
    # Before anything of ours can heed it.
    sys.exit(130)

if __name__ == "__main__":
    sys.exit(main())
