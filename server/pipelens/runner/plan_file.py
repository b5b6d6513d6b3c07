"""The file that tells a worker what to run."""

from __future__ import annotations

import json
from collections.abc import Mapping

from pipelens.runner.whole_file import write_whole

PLAN_VERSION = 1


def write_plan(path: str, plan: Mapping[str, object]) -> None:
    """For the owner's eyes only: params may hold what others must not read."""
    write_whole(path, json.dumps(plan).encode("ascii"), mode=0o600)
