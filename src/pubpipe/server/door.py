"""Who is at the door: sessions, passwords, a program's token; and a limit on how often one may guess."""

from __future__ import annotations

import asyncio
import base64
import binascii
import datetime as dt
import http.cookies
import json
import logging
import secrets
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pubpipe.errors import StoreError
from pubpipe.identity import same, seal
from pubpipe.languages import fold
from pubpipe.server import people
from pubpipe.server.people import Account, People

log = logging.getLogger(__name__)

Clock = Callable[[], dt.datetime]

HOURS = 12
"""How long a login lasts: a working day."""
WINDOW = dt.timedelta(minutes=15)
LIMITS = {"pair": 5, "account": 20, "address": 30}
"""Failures in WINDOW after which nobody may try: for one account from one address, one account, one address.
A stranger elsewhere can close an account for logins only with four times the effort, and never ends a session."""
_REMEMBERED = dt.timedelta(minutes=5)


def utc_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@dataclass(frozen=True)
class Visitor:
    """Somebody who was let in."""

    account: Account
    session: str = ""
    """The id of the session; empty for who sends name and password with each request."""

    @property
    def must_choose(self) -> bool:
        """The password is a start password: the only thing to do with it is to choose another."""
        return self.account.start_until is not None


class Refused(Exception):
    """The login fails; `wait` is the number of seconds to wait where there were too many."""

    def __init__(self, words: str, wait: int = 0) -> None:
        super().__init__(words)
        self.words = words
        self.wait = wait


@dataclass
class Door:
    """The accounts of one workspace as the server sees them at this moment."""

    state: Path
    cookie: str = "pubpipe_session"
    """Name of the session's cookie; with the port in it, because browsers send a host's cookies to all its ports."""
    now: Clock = utc_now
    seen: bool = False
    """There were accounts once in the life of this process: a list that vanishes opens nothing."""
    failures: dict[tuple[str, ...], deque[dt.datetime]] = field(default_factory=dict)
    ended: dict[str, dt.datetime] = field(default_factory=dict)
    """Sessions that were logged out, until they would have ended anyway."""
    proved: dict[str, tuple[str, dt.datetime]] = field(default_factory=dict)
    """Seals of names and passwords that were right, so that each request of a program need not take a third of a
    second."""
    _stamp: tuple[int, ...] = ()
    _people: People = field(default_factory=People)
    _work: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(2))
    _secret: bytes = b""

    @property
    def secret(self) -> bytes:
        if not self._secret:
            self._secret = people.secret(self.state)
        return self._secret

    def people(self) -> People:
        """The accounts, read again when the file has changed. StoreError where it cannot be read or is gone."""
        try:
            found = (self.state / people.FILE).stat()
            stamp: tuple[int, ...] = (found.st_ino, found.st_mtime_ns, found.st_size)
        except FileNotFoundError:
            stamp = ()
        except OSError as error:
            raise StoreError(f"the accounts cannot be read: {error.strerror}.") from error
        if stamp != self._stamp:
            self._people = people.load(self.state)
            self._stamp = stamp
        if self._people.people:
            self.seen = True
        elif self.seen:
            raise StoreError("the accounts are gone.", remedy="Restore them, or start the server again.")
        return self._people

    def still(self, visitor: Visitor) -> bool:
        """Whether who was let in may still be here."""
        if visitor.account.name == people.WORKSPACE:
            return True
        try:
            account = self.people().find(visitor.account.name)
        except StoreError:
            return False
        return account is not None and account.active and account.generation == visitor.account.generation

    # ---- sessions

    def begin(self, account: Account) -> str:
        """The value of the cookie for a person who has just logged in."""
        end = self.now() + dt.timedelta(hours=HOURS)
        said = [account.name, account.generation, secrets.token_hex(8), int(end.timestamp())]
        packed = base64.urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=")
        return f"{packed}.{seal(self.secret, 'session', 1, packed)}"

    def end(self, session: str) -> None:
        """Log out: the cookie is worth nothing any more, also to who copied it."""
        now = self.now()
        self.ended = {k: end for k, end in self.ended.items() if end > now}
        self.ended[session] = now + dt.timedelta(hours=HOURS)

    def by_cookie(self, header: str) -> Visitor | None:
        """Whose session this Cookie header carries, if it still counts."""
        try:
            cookie = http.cookies.SimpleCookie(header).get(self.cookie)
        except http.cookies.CookieError:
            return None
        if cookie is None:
            return None
        packed, _, found = cookie.value.partition(".")
        if not same(found, seal(self.secret, "session", 1, packed)):
            return None
        name, generation, session, end = json.loads(base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4)))
        account = self.people().find(name)
        if account is None or not account.active or account.generation != generation or session in self.ended:
            return None
        if end <= self.now().timestamp() or (account.start_until and account.start_until <= self.now()):
            return None
        return Visitor(account, session)

    # ---- names and passwords

    async def by_header(self, header: str, address: str) -> Visitor | None:
        """Who sends this Authorization header; None for another scheme. Refused where it is wrong."""
        scheme, _, packed = header.partition(" ")
        if scheme.lower() != "basic":
            return None
        try:
            login = base64.b64decode(packed.strip(), validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            return None
        return await self.by_login(login, address)

    async def by_login(self, login: str, address: str) -> Visitor:
        """Who says "name:password"; Refused where it is wrong."""
        name, _, password = login.partition(":")
        if name == people.WORKSPACE:
            if same(password, people.workspace_token(self.secret)):
                return Visitor(_workspace_account(self.now()))
            self._failed(name, address)
            raise Refused("Name or password is wrong.")
        account = self.people().find(name)
        proof = seal(self.secret, "proved", 1, name, password)
        now = self.now()
        if account is not None and account.active and (was := self.proved.get(proof)) is not None:
            generation, until = was
            if generation == account.generation and until > now:
                return Visitor(account)
        account = await self.check(name, password, address)
        self.proved = {k: v for k, v in self.proved.items() if v[1] > now}
        self.proved[proof] = (account.generation, now + _REMEMBERED)
        return Visitor(account)

    async def check(self, name: str, password: str, address: str) -> Account:
        """The account whose password this is; Refused where it is wrong, or was wrong too often."""
        if wait := self._wait(name, address):
            raise Refused(f"Too many wrong attempts. Try again in {wait // 60 + 1} minutes.", wait)
        account = self.people().find(name)
        async with self._work:  # a flood of guesses may not take all memory and every core
            fits = await asyncio.to_thread(people.password_fits, account, password, self.now())
        if account is None or not fits:
            self._failed(name, address)
            raise Refused("Name or password is wrong.")
        self.failures.pop(("pair", fold(name), address), None)
        return account

    def _keys(self, name: str, address: str) -> tuple[tuple[str, ...], ...]:
        who = fold(name)[:100]
        return (("pair", who, address), ("account", who), ("address", address))

    def _wait(self, name: str, address: str) -> int:
        now = self.now()
        wait = 0
        for key in self._keys(name, address):
            times = self.failures.get(key)
            while times and times[0] <= now - WINDOW:
                times.popleft()
            if times and len(times) >= LIMITS[key[0]]:
                wait = max(wait, int((times[0] + WINDOW - now).total_seconds()) + 1)
        return wait

    def _failed(self, name: str, address: str) -> None:
        now = self.now()
        if len(self.failures) > 10_000:  # names that were made up
            recent = ((k, v) for k, v in self.failures.items() if v and v[-1] > now - WINDOW)
            self.failures = dict(list(recent)[-5_000:])
        for key in self._keys(name, address):
            self.failures.setdefault(key, deque(maxlen=LIMITS[key[0]])).append(now)
        log.warning("wrong name or password from %s", address)


def _workspace_account(now: dt.datetime) -> Account:
    return Account(name=people.WORKSPACE, role="service", password="", generation="", added=now)


def client_address(scope: Mapping[str, Any], headers: Mapping[str, str], *, trusted_proxy: bool) -> str:
    """Where a request comes from: the last hop that our own proxy saw, else the other end of the connection."""
    if trusted_proxy and (chain := headers.get("x-forwarded-for", "")):
        return chain.rsplit(",", 1)[-1].strip()
    return str((scope.get("client") or ("", 0))[0])
