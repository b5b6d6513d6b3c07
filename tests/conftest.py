"""What all tests share: the header that names the interpreters, and hypothesis' profiles."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from pathlib import Path

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
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "default"))


# A shell starts what it runs in the background with Ctrl-C ignored, and what tests start would inherit that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# What tests make pipelens remember must not meet what its user's own pipelens remembers; pip keeps its own.
os.environ.setdefault("PIP_CACHE_DIR", str(Path.home() / ".cache" / "pip"))
_HOME = tempfile.mkdtemp(prefix="pipelens-tests-")
for _kind in ("CACHE", "STATE", "CONFIG", "DATA"):
    os.environ[f"XDG_{_kind}_HOME"] = os.path.join(_HOME, _kind.lower())


def pytest_report_header(config: pytest.Config) -> str | None:
    """Names the interpreters that the worker is tried under, and those the machine lacks."""
    if hasattr(config, "workerinput"):
        return None
    return pythons.report()


def pytest_unconfigure(config: pytest.Config) -> None:
    shutil.rmtree(_HOME, ignore_errors=True)


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """A developer's shell must not choose the pipeline, the env file or the interpreter of a test."""
    for name in ("ENTRY_POINT", "PLOOMBER_ENV_FILENAME", "PLOOMBER_DEBUG", "CONDA_PREFIX", "VIRTUAL_ENV"):
        monkeypatch.delenv(name, raising=False)
