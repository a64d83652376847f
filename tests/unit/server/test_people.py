"""Accounts and the server's secret: what lies on the disk, and what each account may decide."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from pubpipe import identity
from pubpipe.errors import ConfigError, ReviewError, StoreError
from pubpipe.server import people, runs

NOW = dt.datetime(2026, 3, 9, tzinfo=dt.UTC)
KM = {"languages": ("km",), "stages": ("language review",)}


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_a_password_is_stored_as_a_slow_hash_with_its_own_salt() -> None:
    assert identity.SCRYPT == (15, 8, 3)
    one, two = (identity.password_hash("correct horse", salt, (4, 8, 1)) for salt in (b"1" * 16, b"2" * 16))
    assert one.startswith("scrypt$4$8$1$")
    assert one.rpartition("$")[2] != two.rpartition("$")[2]
    assert identity.password_matches("correct horse", one)
    assert not identity.password_matches("correct horsE", one)
    for broken in ("", "scrypt$x", one.replace("scrypt", "plain"), one[:-1], "scrypt$0$0$0$00$00"):
        assert not identity.password_matches("correct horse", broken)


def test_it_does_not_matter_which_keyboard_typed_an_accent() -> None:
    assert identity.password_matches("mật khẩu", identity.password_hash("mật khẩu", b"1" * 16, (4, 8, 1)))


def test_the_seal_of_known_values_is_pinned() -> None:
    assert identity.seal(b"k" * 32, "answer", 1, {"b": "ក", "a": "x"})[:12] == "a0bde11068f7"


def test_the_start_password_is_told_once_and_stored_nowhere(tmp_path: Path) -> None:
    told = people.add(tmp_path, "  Sokha   Chan ", now=NOW, email="sokha@example.org", **KM)
    assert told is not None
    assert told not in (tmp_path / people.FILE).read_text()
    account = people.load(tmp_path).find("SOKHA@example.org")
    assert account is not None
    assert account.name == "Sokha Chan"
    assert people.password_fits(account, told, NOW)
    assert not people.password_fits(account, told, NOW + dt.timedelta(days=8))
    assert people.renew(tmp_path, "sokha chan", now=NOW, password="a good long one") is None
    account = people.known(people.load(tmp_path), "Sokha Chan")
    assert account.start_until is None
    assert people.password_fits(account, "a good long one", NOW + dt.timedelta(days=800))


def test_accounts_and_secret_are_readable_by_their_owner_only(tmp_path: Path) -> None:
    people.add(tmp_path, "Bot", now=NOW, role="service")
    key = people.secret(tmp_path)
    assert (mode(tmp_path / people.FILE), mode(tmp_path / people.SECRET)) == (0o600, 0o600)
    assert people.secret(tmp_path) == key
    assert len(key) == 32
    (tmp_path / people.SECRET).chmod(0o644)
    with pytest.raises(StoreError, match="read by others"):
        people.secret(tmp_path)


def test_a_damaged_secret_is_refused_with_the_cure(tmp_path: Path) -> None:
    path = tmp_path / people.SECRET
    path.touch(0o600)
    for content in ("", "zz", "00ff"):
        path.write_text(content)
        with pytest.raises(StoreError, match="Delete it"):
            people.secret(tmp_path)


def test_a_program_has_a_token_that_is_no_password_of_a_person(tmp_path: Path) -> None:
    token = people.add(tmp_path, "Bot", now=NOW, role="service")
    bot = people.known(people.load(tmp_path), "bot")
    assert token
    assert people.password_fits(bot, token, NOW)
    assert not people.password_fits(bot, token + "x", NOW)
    assert "only people decide" in bot.refusal("km", "language review")
    with pytest.raises(ConfigError, match="cannot become"):
        people.grant(tmp_path, "Bot", role="admin")


@pytest.mark.parametrize("name", ["", "x", "a:b", "Workspace", "x\u202ey", "n" * 81])
def test_a_name_that_cannot_stand_in_the_record_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError):
        people.add(tmp_path, name, now=NOW)
    assert people.load(tmp_path).people == ()


@pytest.mark.parametrize("password", ["", "short", "aaaaaaaaaaaaaaaa", "sokha chan", "x" * 300])
def test_a_password_that_is_easy_to_guess_is_refused(tmp_path: Path, password: str) -> None:
    with pytest.raises(ConfigError):
        people.add(tmp_path, "Sokha Chan", now=NOW, password=password)


def test_a_name_belongs_to_one_person_also_after_it_was_revoked(tmp_path: Path) -> None:
    people.add(tmp_path, "Bot", now=NOW, role="service")
    with pytest.raises(ConfigError, match="is there already"):
        people.add(tmp_path, "BOT", now=NOW, role="service")
    people.revoke(tmp_path, "bot", now=NOW)
    with pytest.raises(ConfigError, match="the record names it"):
        people.add(tmp_path, "Bot", now=NOW, role="service")
    with pytest.raises(ConfigError, match="was revoked"):
        people.renew(tmp_path, "Bot", now=NOW)
    assert "revoked" in people.known(people.load(tmp_path), "Bot").refusal("km", "x")


def test_an_account_decides_where_both_language_and_stage_are_granted() -> None:
    def refusal(languages: tuple[str, ...], stages: tuple[str, ...]) -> str:
        account = people.Account(name="A", languages=languages, stages=stages, password="", generation="", added=NOW)
        return account.refusal("km", "sign-off")

    assert refusal(("km",), ("sign-off",)) == refusal(("all",), ("all",)) == ""
    assert refusal(("th",), ("sign-off",))
    assert refusal(("km",), ("language review",))
    assert refusal((), ("all",))
    assert refusal(("all",), ())


def test_accounts_that_cannot_be_read_are_an_error_and_not_an_empty_list(tmp_path: Path) -> None:
    (tmp_path / people.FILE).write_text('{"format": 2, "people": []}')
    with pytest.raises(StoreError, match="list of accounts"):
        people.load(tmp_path)


def test_the_terminal_answers_in_nobody_elses_name(tmp_path: Path) -> None:
    def vouch(name: str, password: str = "a good long one", language: str = "km") -> str:
        return runs.vouch(tmp_path, name, lambda _: password, language=language, stage="language review", now=NOW)

    assert vouch("anybody") == "anybody"  # no accounts: a claim
    people.add(tmp_path, "Sokha Chan", now=NOW, password="a good long one", **KM)
    people.add(tmp_path, "New", now=NOW, **KM)
    assert vouch("sokha  CHAN") == "Sokha Chan"
    for name, password, language, words in (
        ("anybody", "a good long one", "km", "has no account"),
        ("Sokha Chan", "another long one", "km", "password is wrong"),
        ("Sokha Chan", "a good long one", "th", "may not decide"),
        ("New", "a good long one", "km", "start password"),
    ):
        with pytest.raises(ReviewError, match=words):
            vouch(name, password, language)
    people.revoke(tmp_path, "Sokha Chan", now=NOW)
    with pytest.raises(ReviewError, match="has no account"):
        vouch("Sokha Chan")
