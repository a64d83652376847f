"""How far the work is can be seen while it goes on, also where the terminal can only write lines."""

from __future__ import annotations

import datetime as dt
import io
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pubpipe.cli import progress
from pubpipe.cli.progress import editions_progress, watched
from pubpipe.pipeline import Workspace, open_workspace
from pubpipe.pipeline.workspace import utc_now
from pubpipe.store import Progress, Store
from tests.e2e.commands import done, pubpipe, workspace


class Terminal(io.StringIO):
    """Standard error that is a terminal."""

    def isatty(self) -> bool:
        return True


def shown(monkeypatch: pytest.MonkeyPatch, kind: str) -> Terminal:
    """Standard error, replaced by a terminal of this kind (in the test itself: pytest sets its own before each)."""
    monkeypatch.setenv("TERM", kind)
    made = Terminal()
    monkeypatch.setattr("sys.stderr", made)
    monkeypatch.setattr(progress, "EVERY", 0.01)
    return made


@pytest.fixture
def ws(tmp_path: Path) -> Iterator[Workspace]:
    (tmp_path / "pubpipe.toml").write_text('[project]\nlanguages = ["km", "lo"]\n', encoding="utf-8")
    with open_workspace(tmp_path, environ={}) as opened:
        yield opened


NAMES = {("rights", "km"): "rights · km", ("rights", "lo"): "rights · lo"}


def until(found: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not found() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert found()


def test_a_step_says_how_far_it_has_come() -> None:
    at = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
    assert str(Progress("translating", 12, 40, at)) == "translating, 12 of 40 (30%)"
    assert str(Progress("reading", 0, 0, at)) == "reading"
    assert Progress("translating", 41, 40, at).share == 1.0
    assert Progress("translating", 40, 40, at).under_way
    assert not Progress("review", 0, 0, at).under_way


def test_a_dumb_terminal_gets_lines_without_control_codes(ws: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = shown(monkeypatch, "dumb")
    with (
        editions_progress(list(NAMES.values())) as advance,
        watched(ws, NAMES, advance) as end,
        Store.open(f"sqlite:///{ws.database_file}") as elsewhere,
    ):
        elsewhere.progress.set("rights", "km", "translating", 1, 40, utc_now())
        until(lambda: "1 of 40" in terminal.getvalue())
        elsewhere.progress.set("rights", "km", "translating", 2, 40, utc_now())
        elsewhere.progress.set("rights", "lo", "checking", 0, 0, utc_now())
        until(lambda: "rights · lo: checking" in terminal.getvalue())
        elsewhere.progress.set("rights", "km", "translating", 20, 40, utc_now())
        until(lambda: "20 of 40 (50%)" in terminal.getvalue())
        end("rights · km")
        advance("rights · km", "waits for review", done=True)
    said = terminal.getvalue().splitlines()
    assert said[-1] == "rights · km: waits for review"
    assert not any("2 of 40 (5%)" in line for line in said), "a line for each answer would be a flood"
    assert "\x1b" not in terminal.getvalue()
    assert "\r" not in terminal.getvalue()


def test_a_terminal_shows_a_bar_for_each_edition(ws: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = shown(monkeypatch, "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    with editions_progress(list(NAMES.values())) as advance, watched(ws, NAMES, advance):
        advance("rights · lo", "[working]")
        ws.store.progress.set("rights", "km", "translating", 10, 40, ws.now())
        until(lambda: "10 of 40 (25%)" in terminal.getvalue())
        until(lambda: "[working]" in terminal.getvalue())
    assert "rights · km" in terminal.getvalue()


def test_what_was_written_before_and_what_others_publish_is_not_shown(
    ws: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = shown(monkeypatch, "dumb")
    ws.store.progress.set("rights", "km", "translating", 39, 40, ws.now() - dt.timedelta(hours=1))
    with editions_progress(list(NAMES.values())) as advance, watched(ws, NAMES, advance):
        ws.store.progress.set("another", "km", "translating", 1, 2, ws.now())
        ws.store.progress.set("rights", "lo", "reading", 0, 0, ws.now())
        until(lambda: "rights · lo: reading" in terminal.getvalue())
    assert terminal.getvalue().splitlines() == ["rights · lo: reading"]


def test_where_nobody_looks_only_the_end_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    with editions_progress(["a"]) as advance:
        advance("a", "translating, 1 of 2 (50%)", share=0.5)
        advance("a", "rendered", done=True)
    with editions_progress(["a"], quiet=True) as advance:
        advance("a", "rendered", done=True)
    assert capsys.readouterr().err == "a: rendered\n"


def test_status_shows_the_work_that_is_under_way_and_forgets_what_was_stopped(tmp_path: Path) -> None:
    folder = workspace(tmp_path / "ws")
    done(pubpipe("publish", "rights.md", "--languages", "lo", cwd=folder))
    assert "translating" not in done(pubpipe("status", cwd=folder))
    with open_workspace(folder) as ws:
        ws.store.progress.set("rights", "lo", "translating", 3, 4, ws.now())
    assert "translating, 3 of 4 (75%)" in done(pubpipe("status", cwd=folder))
    assert json.loads(done(pubpipe("status", "--json", cwd=folder)))[0]["working"] == "translating, 3 of 4 (75%)"
    with open_workspace(folder) as ws:
        ws.store.progress.set("rights", "lo", "translating", 3, 4, ws.now() - dt.timedelta(minutes=5))
    assert "translating" not in done(pubpipe("status", cwd=folder))
