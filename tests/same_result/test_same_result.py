"""Projects in the style of the public examples: both tools make the same of them.

The example is the machine learning project; the others lie in `projects`. What may differ: see `comparing`.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.same_result.building import EXAMPLES, PLOOMBER, PROJECTS, build_both
from tests.same_result.comparing import differences

pytestmark = pytest.mark.skipif(
    not (PLOOMBER / "ploomber-installed").is_file(),
    reason="Ploomber is not installed in build/ploomber-venv (`.ci/ploomber build/ploomber-venv` does it)",
)

BUILDS = {
    "machine learning": ("ml-basic",),
    "exploratory": ("exploratory",),
    "grid": ("grid",),
    "hooks": ("hooks",),
    "parametrised": ("parametrised",),
    "parametrised, values from the command line": (
        "parametrised",
        "--env--sample",
        "true",
        "--env--threshold",
        "44",
    ),
    "parametrised, another entry point": ("parametrised", "--entry-point", "pipeline.archive.yaml"),
    "shell": ("shell",),
    "serializers": ("serializers",),
    "resources": ("resources",),
    "one task and what it needs": ("exploratory", "--partially", "weather"),
}

FAILING = {
    "a check of a task that others need": ("hooks", "--env--rows", "1000"),
    "a check of a task that nobody needs": ("hooks", "--env--at_least", "100000"),
}


def test_every_project_is_built() -> None:
    assert {path.name for path in PROJECTS.iterdir()} <= {build[0] for build in BUILDS.values()}
    assert (EXAMPLES / "ml-basic").is_dir()


@pytest.mark.parametrize("build", BUILDS.values(), ids=BUILDS.keys())
def test_the_products_are_the_same(build: tuple[str, ...], tmp_path: Path) -> None:
    theirs, ours = build_both(build[0], tmp_path, build[1:])
    assert theirs.exit_code == 0, theirs.told
    assert ours.exit_code == 0, ours.told
    assert differences(theirs.folder, ours.folder) == []


@pytest.mark.parametrize("build", FAILING.values(), ids=FAILING.keys())
def test_a_failure_leaves_the_same(build: tuple[str, ...], tmp_path: Path) -> None:
    theirs, ours = build_both(build[0], tmp_path, build[1:])
    assert theirs.exit_code == ours.exit_code == 1, theirs.told + ours.told
    assert differences(theirs.folder, ours.folder) == []
