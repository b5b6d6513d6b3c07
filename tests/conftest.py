"""What all tests share: the header that names the interpreters, and hypothesis' profiles."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

from tests import pythons

# Nothing here asserts on time: a slow machine must not turn a sound test red.
_SLOW_IS_FINE = {
    "deadline": None,
    "suppress_health_check": [HealthCheck.too_slow, HealthCheck.data_too_large],
}
settings.register_profile("default", max_examples=60, **_SLOW_IS_FINE)
settings.register_profile("ci", max_examples=60, print_blob=True, **_SLOW_IS_FINE)
settings.register_profile("soak", max_examples=3000, print_blob=True, **_SLOW_IS_FINE)
settings.load_profile(
    os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "default")
)


def pytest_report_header(config: pytest.Config) -> str | None:
    """Names the interpreters that the worker is tried under, and those the machine lacks."""
    if hasattr(config, "workerinput"):
        return None
    return pythons.report()


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """A developer's shell must not choose the pipeline, the env file or the interpreter of a test."""
    for name in ("ENTRY_POINT", "PLOOMBER_ENV_FILENAME", "PLOOMBER_DEBUG", "CONDA_PREFIX", "VIRTUAL_ENV"):
        monkeypatch.delenv(name, raising=False)
