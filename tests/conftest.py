"""What every test shares: which system programs are here, and what was not run for want of one."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Time limits inside a test would fail on a busy machine for no fault of ours; speed is measured in benchmarks/.
settings.register_profile("pubpipe", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("pubpipe")

REQUIRE_ALL = "PUBPIPE_REQUIRE_ALL"


def _postgres() -> str | None:
    found = shutil.which("initdb")
    if found:
        return found
    clusters = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return str(clusters[-1]) if clusters else None


PROGRAMS: dict[str, tuple[Callable[[], str | None], str]] = {
    "libreoffice": (lambda: shutil.which("soffice"), "apt-get install libreoffice-writer-nogui"),
    "chromium": (lambda: shutil.which("chromium"), "apt-get install chromium"),
    "postgresql": (_postgres, "apt-get install postgresql"),
    "poppler": (lambda: shutil.which("pdftotext"), "apt-get install poppler-utils"),
}
"""Marker name to: how to find the program, and the command that installs it."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    missing = {name for name, (find, _) in PROGRAMS.items() if find() is None}
    for item in items:
        wanted = {str(name) for marker in item.iter_markers("needs") for name in marker.args}
        if unknown := wanted - PROGRAMS.keys():
            raise pytest.UsageError(f"{item.nodeid}: needs{sorted(unknown)} is not in tests/conftest.py")
        for name in sorted(wanted & missing):
            command = PROGRAMS[name][1]
            if os.environ.get(REQUIRE_ALL):
                raise pytest.UsageError(f"{REQUIRE_ALL} is set and {name} is not installed: {command}")
            item.add_marker(pytest.mark.skip(reason=f"{name} is not installed: {command}"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = terminalreporter.stats.get("skipped", [])
    reasons = [str(r.longrepr[2]) if isinstance(r.longrepr, tuple) else "" for r in skipped]
    for name, (_, command) in PROGRAMS.items():
        count = sum(f"{name} is not installed" in reason for reason in reasons)
        if count:
            terminalreporter.write_line(f"NOT RUN: {count} tests that need {name}. To run them: {command}", yellow=True)


@pytest.fixture(scope="session")
def real_data() -> Path:
    """A folder of other people's documents and texts, where PUBPIPE_REAL_DATA names one."""
    folder = os.environ.get("PUBPIPE_REAL_DATA")
    if not folder or not Path(folder).is_dir():
        pytest.skip("PUBPIPE_REAL_DATA names no folder: an extra, not part of the suite")
    return Path(folder)
