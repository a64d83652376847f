"""How a command ends that did not go well."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import typer

from pubpipe import cli
from pubpipe.cli import app


def ended(monkeypatch: pytest.MonkeyPatch, work: Callable[[], None]) -> object:
    """The exit code of a program with this one command."""

    def command_line(_: str) -> typer.Typer:
        made = typer.Typer()
        made.command()(work)
        return made

    monkeypatch.setattr(app, "command_line", command_line)
    monkeypatch.setattr("sys.argv", ["pubpipe"])
    monkeypatch.delenv("PUBPIPE_DEBUG", raising=False)
    with pytest.raises(SystemExit) as end:
        cli.main()
    return end.value.code


def test_ctrl_c_says_that_what_was_done_is_kept(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def work() -> None:
        raise KeyboardInterrupt

    assert ended(monkeypatch, work) == 130
    assert capsys.readouterr().err == "stopped; what was done is kept, start again to go on.\n"


def test_a_fault_is_one_clear_line_and_where_to_look(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def work() -> None:
        raise KeyError("nobody thought of this")

    assert ended(monkeypatch, work) == 1
    said = capsys.readouterr().err
    assert said.startswith("error: a fault in pubpipe itself: KeyError: 'nobody thought of this'\n")
    assert "PUBPIPE_DEBUG" in said
    assert "Traceback" not in said


def test_another_exit_code_stays_what_it_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def work() -> None:
        raise typer.Exit(4)

    assert ended(monkeypatch, work) == 4
    assert capsys.readouterr().err == ""
