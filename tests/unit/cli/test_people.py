"""pubpipe people: what it asks for, what it shows and what it keeps to itself."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pubpipe.cli.app import app
from pubpipe.errors import ConfigError


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "pubpipe.toml").write_text("[project]\n", encoding="utf-8")
    return tmp_path


def people(root: Path, *arguments: str, typed: str = "") -> str:
    result = CliRunner().invoke(app, ["people", *arguments, "--workspace", str(root)], input=typed)
    if isinstance(result.exception, ConfigError):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.output


def test_the_start_password_is_printed_once_and_the_list_shows_rights_only(root: Path) -> None:
    told = people(root, "add", "Sokha Chan", "-l", "km", "-s", "language review")
    password = told.partition("start password: ")[2].split()[0]
    assert len(password) == 17
    shown = people(root, "list") + people(root, "list", "--json")
    assert "language review" in shown
    assert "start password" in shown
    assert password not in shown
    assert "scrypt" not in shown


def test_a_password_from_standard_input_is_not_shown(root: Path) -> None:
    assert "start password" not in people(
        root, "add", "Root", "--role", "admin", "--password-stdin", typed="a good one!\n"
    )
    (account,) = json.loads(people(root, "list", "--json"))
    assert (account["role"], account["start_until"], account["languages"]) == ("admin", None, [])


def test_an_editor_signs_off_in_every_language_unless_told_otherwise(root: Path) -> None:
    assert "editor; all; sign-off" in people(root, "add", "Chief", "--role", "editor")
    assert "editor; km; sign-off" in people(root, "grant", "chief", "-l", "km")


def test_who_is_given_a_right_where_the_project_lists_others_is_told_what_to_write(root: Path) -> None:
    (root / "pubpipe.toml").write_text(
        """
        [review.delegates]
        "Dara Kim" = "Vanna Kim"
        [[review.stages]]
        name = "language review"
        people = { km = ["Dara Kim"], lo = ["Bounmy", 'A "Lao" Reader'], th = [] }
        [[review.stages]]
        name = "sign-off"
        decides = "edition"
        people = { km = ["SOKHA  chan"] }
        """,
        encoding="utf-8",
    )
    told = people(root, "add", "Sokha Chan", "-l", "all", "-s", "all")
    assert "! Sokha Chan cannot decide at “language review” in km: pubpipe.toml lists Dara Kim there." in told
    assert 'people` of that stage: lo = ["Bounmy", "A \\"Lao\\" Reader", "Sokha Chan"]' in told
    assert told.count("cannot decide") == 2  # th lists nobody: open to all; sign-off lists her, spelled otherwise
    for listed_or_standing_in in ("Dara Kim", "Vanna Kim"):
        assert "cannot" not in people(root, "add", listed_or_standing_in, "-l", "km,th", "-s", "language review")
    assert "“language review” in lo" in people(root, "grant", "dara kim", "-l", "km,lo")
    assert people(root, "list").count("cannot decide") == 3
    people(root, "revoke", "Sokha Chan")
    assert people(root, "list").count("cannot decide") == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["add", "A Person"], "needs a language and a stage"),
        (["add", "A Person", "-l", "km", "-s", "no such"], "no stage"),
        (["add", "A Person", "-l", "xx", "-s", "sign-off"], "xx"),
        (["add", "A Person", "--role", "king"], "no role"),
        (["add", "Bot", "--role", "service", "-l", "km"], "decides nothing"),
        (["revoke", "Nobody"], "no account"),
        (["password", "Nobody"], "no account"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(root: Path, arguments: list[str], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        people(root, *arguments)
    assert not json.loads(people(root, "list", "--json"))
