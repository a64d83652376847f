"""The people who may log in, what each may decide, and the server's secret: two files that only their owner can read.

They lie under `.pubpipe/` and not in the database, so that who can write to the database can neither add a person nor
sign in a person's name.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import os
import re
import secrets
import tempfile
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from pubpipe.errors import ConfigError, StoreError
from pubpipe.identity import digest, password_hash, password_matches, same, seal
from pubpipe.languages import fold
from pubpipe.model import Value
from pubpipe.project import is_address

FILE = "people.json"
SECRET = "server.secret"  # noqa: S105 - the name of a file
ALL = "all"
"""Stands for every language, or every stage."""
WORKSPACE = "workspace"
"""The name under which worker and command line of this workspace log in. No person can have it."""
START_DAYS = 7
"""How long a start password can be used for its one purpose: to choose another."""
SHORTEST = 10
LONGEST = 256
_TOKEN = "token$"  # noqa: S105 - a prefix
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""Letters and digits that are not taken for one another when read out on the telephone."""

Role = Literal["reviewer", "editor", "admin", "service"]


class Account(Value):
    """One person, or one program (role service)."""

    name: str
    """As it stands in the record of decisions."""
    email: str = ""
    role: Role = "reviewer"
    languages: tuple[str, ...] = ()
    """Which editions the person may decide on, and open the files of; ("all",) for every one."""
    stages: tuple[str, ...] = ()
    """At which stages; ("all",) for every one."""
    password: str
    """`identity.password_hash`; for a service, which has 256 random bits, a plain hash."""
    generation: str
    """New with each password: sessions that were begun under another are over."""
    added: dt.datetime
    start_until: dt.datetime | None = None
    """Set while the password is a start password: the end of its life."""
    revoked: dt.datetime | None = None

    @property
    def active(self) -> bool:
        return self.revoked is None

    def speaks(self, language: str) -> bool:
        """Whether the editions in this language are the person's business."""
        return self.role in ("admin", "service") or ALL in self.languages or language in self.languages

    def refusal(self, language: str, stage: str) -> str:
        """Why this account may not decide here, in words; empty where it may."""
        if not self.active:
            return f"The account of {self.name} was revoked."
        if self.role == "service":
            return f"{self.name} is a program's account, and only people decide."
        if not (ALL in self.languages or language in self.languages) or not (
            ALL in self.stages or stage in self.stages
        ):
            own = (
                f"{', '.join(self.stages)} in {', '.join(self.languages)}"
                if self.stages and self.languages
                else "nothing"
            )
            return f"{self.name} may not decide at “{stage}” in {language}; may decide: {own}."
        return ""


class People(Value):
    """All accounts, also those that were revoked: their names stand in the record."""

    format: Literal[1] = 1
    people: tuple[Account, ...] = Field(default=())

    def find(self, who: str) -> Account | None:
        """The account with this name or e-mail address; case and white space do not matter."""
        wanted = fold(who)
        for account in self.people:
            if wanted and wanted in (fold(account.name), fold(account.email)):
                return account
        return None


def load(state: Path) -> People:
    """The accounts of the workspace whose `.pubpipe` folder is `state`; none where there is no file.

    StoreError where the file cannot be read: who may decide is then unknown, and nobody may.
    """
    path = state / FILE
    try:
        return People.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return People()
    except (OSError, ValidationError) as error:
        raise StoreError(
            f"{path} cannot be read as a list of accounts.", remedy="Restore it from the last backup."
        ) from error


def secret(state: Path) -> bytes:
    """The key that seals sessions and answers, made when it is first asked for. StoreError where it is unusable."""
    path = state / SECRET
    try:
        state.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError):
            handle, temporary = tempfile.mkstemp(dir=state, prefix=f".{SECRET}.")  # mode 0600
            try:
                with os.fdopen(handle, "w", encoding="ascii") as file:
                    file.write(secrets.token_hex(32) + "\n")
                os.link(temporary, path)  # never half a secret, and the first of two wins
            finally:
                Path(temporary).unlink()
        if path.stat().st_mode & 0o077:
            raise StoreError(
                f"{path} can be read by others, so that anybody could sign.",
                remedy=f"Delete it (everybody has to log in again) or, if nobody did read it: chmod 600 {path}",
            )
        key = bytes.fromhex(path.read_text(encoding="ascii"))
    except (OSError, ValueError) as error:
        raise StoreError(
            f"{path} cannot be used: {error}.", remedy="Delete it: a new one is made, and everybody logs in again."
        ) from error
    if len(key) < 32:
        raise StoreError(f"{path} is too short.", remedy="Delete it: a new one is made, and everybody logs in again.")
    return key


def workspace_login(state: Path) -> str:
    """ "name:token" with which worker and command line of this workspace speak to its server."""
    return f"{WORKSPACE}:{workspace_token(secret(state))}"


def workspace_token(key: bytes) -> str:
    """The password of the workspace's own account, made of the secret: who can read that needs no other."""
    return seal(key, "workspace login", 1)


def add(
    state: Path,
    name: str,
    *,
    now: dt.datetime,
    email: str = "",
    role: Role = "reviewer",
    languages: Iterable[str] = (),
    stages: Iterable[str] = (),
    password: str | None = None,
) -> str | None:
    """Make an account; returns the start password (or a service's token), None where a password was given.

    ConfigError where the name or address is taken or unusable.
    """
    name = _name(name)
    email = _email(email)
    with _changing(state) as changed:
        for one in (name, email):
            if one and (other := changed.people.find(one)) is not None:
                what = "was revoked, and the record names it" if other.revoked else "is there already"
                raise ConfigError(
                    f"the account of {other.name} {what}.",
                    remedy="'pubpipe people list' shows all; 'people grant' and 'people password' change one.",
                )
        account = Account(
            name=name,
            email=email,
            role=role,
            languages=tuple(dict.fromkeys(languages)),
            stages=tuple(dict.fromkeys(stages)),
            password="",
            generation="",
            added=now,
        )
        account, told = _with_password(account, password, now)
        changed.people = People(people=(*changed.people.people, account))
    return told


def grant(
    state: Path,
    name: str,
    *,
    role: Role | None = None,
    languages: Iterable[str] | None = None,
    stages: Iterable[str] | None = None,
) -> Account:
    """The account with other rights, in force at once; what is None stays as it was."""
    with _changing(state) as changed:
        account = known(changed.people, name)
        if "service" in (role, account.role) and role not in (None, account.role):
            raise ConfigError("a program's account cannot become a person's, nor the other way.")
        values = {"role": role, "languages": languages, "stages": stages}
        update = {k: v if k == "role" else tuple(dict.fromkeys(v)) for k, v in values.items() if v is not None}
        account = account.model_copy(update=update)
        changed.replace(account)
    return account


def set_email(state: Path, name: str, email: str) -> Account:
    """The account with another e-mail address (empty: none), where it is told and under which it can log in."""
    email = _email(email)
    with _changing(state) as changed:
        account = known(changed.people, name)
        other = changed.people.find(email) if email else None
        if other is not None and other.name != account.name:
            raise ConfigError(f"{email} belongs to the account of {other.name}.", remedy="Each has its own.")
        account = account.model_copy(update={"email": email})
        changed.replace(account)
    return account


def revoke(state: Path, name: str, *, now: dt.datetime) -> Account:
    """End an account: its password, sessions and open connections are over at once; its name stays in the record."""
    with _changing(state) as changed:
        account = known(changed.people, name)
        if account.active:
            account = account.model_copy(update={"revoked": now, "generation": secrets.token_hex(8)})
            changed.replace(account)
    return account


def renew(state: Path, name: str, *, now: dt.datetime, password: str | None = None) -> str | None:
    """Give an account another password (its sessions end); returns what `add` returns. A revoked one stays revoked."""
    with _changing(state) as changed:
        account = known(changed.people, name)
        if not account.active:
            raise ConfigError(f"the account of {account.name} was revoked.", remedy="Add one under another name.")
        account, told = _with_password(account, password, now)
        changed.replace(account)
    return told


def known(people: People, name: str) -> Account:
    """The account; ConfigError where there is none."""
    account = people.find(name)
    if account is None:
        names = ", ".join(a.name for a in people.people) or "nobody"
        raise ConfigError(f"there is no account {name!r}.", remedy=f"Accounts: {names}.")
    return account


@functools.cache
def _nobody() -> str:
    """Compared with when the name is unknown, so that the time does not tell which names exist."""
    return password_hash("", bytes(16))


def password_fits(account: Account | None, password: str, now: dt.datetime) -> bool:
    """Whether this is the account's password now. Takes a third of a second for a person, also for an unknown one."""
    if account is not None and account.role == "service":
        return account.active and same(account.password, _TOKEN + digest("token", 1, password))
    fits = password_matches(password[:LONGEST], account.password if account is not None else _nobody())
    if account is None or not account.active:
        return False
    return fits and (account.start_until is None or now < account.start_until)


def password_problem(password: str, account_name: str = "") -> str:
    """What is wrong with a new password, in words. Length is what counts (NIST SP 800-63B, 5.1.1.2)."""
    if len(password) < SHORTEST:
        return f"The password needs {SHORTEST} characters at least."
    if len(password) > LONGEST:
        return f"The password may have {LONGEST} characters at most."
    if len(set(password)) < 4 or (account_name and fold(password) == fold(account_name)):
        return "The password is too easy to guess."
    return ""


def _with_password(account: Account, password: str | None, now: dt.datetime) -> tuple[Account, str | None]:
    told: str | None = None
    start: dt.datetime | None = None
    if account.role == "service":
        told = secrets.token_urlsafe(32)
        stored = _TOKEN + digest("token", 1, told)
    else:
        if password is None:
            groups = ("".join(secrets.choice(_ALPHABET) for _ in range(5)) for _ in range(3))
            password = told = "-".join(groups)  # 74 bits
            start = now + dt.timedelta(days=START_DAYS)
        elif problem := password_problem(password, account.name):
            raise ConfigError(problem)
        stored = password_hash(password, secrets.token_bytes(16))
    update = {"password": stored, "start_until": start, "generation": secrets.token_hex(8)}
    return account.model_copy(update=update), told


def _name(name: str) -> str:
    name = " ".join(unicodedata.normalize("NFC", name).split())
    if not 2 <= len(name) <= 80 or re.search(r"[:\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]", name):
        raise ConfigError(f"{name!r} cannot be a name.", remedy="2 to 80 characters, no colon.")
    if fold(name) == WORKSPACE:
        raise ConfigError(f"{name!r} is the name of the workspace's own account.", remedy="Choose another.")
    return name


def _email(text: str) -> str:
    text = text.strip()
    if text and not is_address(text):
        raise ConfigError(f"{text!r} is no e-mail address.", remedy="Such as sokha@example.org, without a name.")
    return text


class _Change:
    def __init__(self, people: People) -> None:
        self.people = people

    def replace(self, account: Account) -> None:
        kept = tuple(account if a.name == account.name else a for a in self.people.people)
        self.people = People(people=kept)


@contextlib.contextmanager
def _changing(state: Path) -> Iterator[_Change]:
    """The accounts to change; written whole, or not at all where the block raises. One at a time."""
    import fcntl

    try:
        state.mkdir(parents=True, exist_ok=True)
        with (state / f"{FILE}.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            changed = _Change(load(state))
            yield changed
            handle, temporary = tempfile.mkstemp(dir=state, prefix=f".{FILE}.")  # mode 0600
            try:
                with os.fdopen(handle, "w", encoding="utf-8") as file:
                    file.write(changed.people.model_dump_json(indent=1) + "\n")
                    file.flush()
                    os.fsync(file.fileno())
                Path(temporary).replace(state / FILE)
            except BaseException:
                Path(temporary).unlink(missing_ok=True)
                raise
    except OSError as error:
        raise StoreError(
            f"{state / FILE} cannot be written: {error.strerror or error}.", remedy="Mend the rights of its folder."
        ) from error
