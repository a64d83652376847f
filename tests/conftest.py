"""What every test shares: which system programs are here, and what was not run for want of one."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

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

_not_run: dict[str, int] = {}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for marker in item.iter_markers("needs"):
            for name in marker.args:
                find, command = PROGRAMS[name]
                if find() is None:
                    _not_run[name] = _not_run.get(name, 0) + 1
                    item.add_marker(pytest.mark.skip(reason=f"{name} is not installed: {command}"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = terminalreporter.stats.get("skipped", [])
    reasons = [str(r.longrepr[2]) if isinstance(r.longrepr, tuple) else "" for r in skipped]
    for name, (_, command) in PROGRAMS.items():
        count = sum(f"{name} is not installed" in reason for reason in reasons)
        if count:
            terminalreporter.write_line(
                f"NOT RUN: {count} tests that need {name}. To run them: {command}", yellow=True
            )


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    if os.environ.get(REQUIRE_ALL) and _not_run and exitstatus == 0:
        session.exitstatus = 1
        print(f"{REQUIRE_ALL} is set and these programs are missing: {', '.join(sorted(_not_run))}")


@pytest.fixture(scope="session")
def real_data() -> Path:
    """A folder of other people's documents and texts, where PUBPIPE_REAL_DATA names one."""
    folder = os.environ.get("PUBPIPE_REAL_DATA")
    if not folder or not Path(folder).is_dir():
        pytest.skip("PUBPIPE_REAL_DATA names no folder: an extra, not part of the suite")
    return Path(folder)
