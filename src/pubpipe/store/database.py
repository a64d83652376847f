"""A connection to SQLite or PostgreSQL whose every failure is a StoreError that says what to do."""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from pubpipe.errors import MissingExtra, StoreError

log = logging.getLogger(__name__)
Result = TypeVar("Result")

BUSY_MILLISECONDS = 10_000
"""How long SQLite waits for another writer before it says "locked"."""
ATTEMPTS = 6
"""How often a write is tried when another process is in the way or the connection broke."""
_WRITE_LOCK = 7_083_120
"""The PostgreSQL advisory lock that makes writers queue where their order matters (decisions, transactions)."""
_SCHEMA = "pubpipe"
"""Our own schema on PostgreSQL, so that one database can hold Prefect's tables too."""


class Database:
    """An engine, and the two ways in which aggregates use it: `read` and `write`."""

    def __init__(self, url: str, *, create: bool = True) -> None:
        self.url = _parse(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.label = _label(self.url)
        self._mine = threading.local()
        self.engine = self._sqlite(create) if self.is_sqlite else self._postgresql()

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection for queries, which see one consistent state; inside `transaction`, its own."""
        mine = self._open
        try:
            if mine is not None:
                yield mine
            else:
                with self.engine.connect() as connection:
                    yield connection
        except SQLAlchemyError as error:
            raise self.translate(error) from error

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything that this thread does with the store inside is done together or not at all.

        It takes the write lock at its start, so that what is read in it cannot change before it is written. One
        inside another joins it.
        """
        if self._open is not None:
            yield
            return
        connection = self._begin()
        self._mine.connection = connection
        try:
            yield
            connection.commit()
        except SQLAlchemyError as error:
            raise self.translate(error) from error
        finally:
            self._mine.connection = None
            connection.close()  # rolls back what was not committed

    def write(self, work: Callable[[Connection], Result]) -> Result:
        """What `work` returns, done in one transaction; tried again while other writers are in the way.

        `work` may run more than once and so must have no effect outside the database. Inside `transaction` it
        runs once, as part of that.
        """
        mine = self._open
        if mine is not None:
            try:
                return work(mine)
            except SQLAlchemyError as error:
                raise self.translate(error) from error

        def whole() -> Result:
            with (
                self.engine.connect().execution_options(pubpipe_write=True) as connection,
                connection.begin(),
            ):
                return work(connection)

        return self._patiently(whole)

    @property
    def _open(self) -> Connection | None:
        return getattr(self._mine, "connection", None)

    def _begin(self) -> Connection:
        def begin() -> Connection:
            connection = self.engine.connect().execution_options(pubpipe_write=True)
            try:
                connection.begin()
                self.lock(connection)
            except BaseException:
                connection.close()
                raise
            return connection

        return self._patiently(begin)

    def _patiently(self, attempt: Callable[[], Result]) -> Result:
        for number in range(1, ATTEMPTS + 1):
            try:
                return attempt()
            except SQLAlchemyError as error:
                failure = self.translate(error)
                if not failure.retryable or number == ATTEMPTS:
                    raise failure from error
                pause = min(2.0, 0.05 * 2**number) * random.uniform(0.5, 1.5)  # noqa: S311 - jitter
                log.debug("the database is busy; try %d follows in %.2f s", number + 1, pause)
                time.sleep(pause)
        raise AssertionError("unreachable")

    def lock(self, connection: Connection) -> None:
        """Make other writers wait until this transaction ends (SQLite's write lock does so anyway)."""
        if not self.is_sqlite:
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": _WRITE_LOCK})

    def translate(self, error: SQLAlchemyError) -> StoreError:
        """The StoreError that stands for a driver's or SQLAlchemy's error; no password, no parameters."""
        if not isinstance(error, DBAPIError):
            return StoreError(f"The database {self.label} cannot be used ({type(error).__name__}).")
        said = (str(error.orig).strip().splitlines() or [type(error.orig).__name__])[0]
        if self.url.password:
            said = said.replace(str(self.url.password), "***")
        if self.is_sqlite:
            return _from_sqlite(said, self.label)
        return _from_postgresql(error, said, self.label)

    def _sqlite(self, create: bool) -> Engine:
        path = Path(str(self.url.database))
        if not path.exists():
            if not create:
                raise StoreError(
                    f"There is no database {path} yet.",
                    remedy="`pubpipe publish FILE` makes it at the first run.",
                )
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise StoreError(
                    f"The folder of the database {path} cannot be made ({error.strerror}).",
                    remedy="Make it writable, or name another database in pubpipe.toml.",
                ) from error
        engine = sa.create_engine(self.url, hide_parameters=True, connect_args={"timeout": BUSY_MILLISECONDS / 1000})
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine

    def _postgresql(self) -> Engine:
        try:
            engine = sa.create_engine(
                self.url.set(drivername="postgresql+psycopg"),
                hide_parameters=True,
                pool_pre_ping=True,
                connect_args={"connect_timeout": 10},
            )
        except ImportError as error:
            raise MissingExtra(
                "The PostgreSQL driver is not installed.",
                remedy="Install it: pip install 'pubpipe[postgres]'.",
            ) from error
        event.listen(engine, "connect", _prepare_postgresql)
        return engine


def _parse(url: str) -> URL:
    example = 'Write "sqlite:///.pubpipe/pubpipe.db" or "postgresql://user@host/database".'
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        # the text is not shown and not chained: it may hold a password
        raise StoreError("The database URL cannot be read.", remedy=example) from None
    name = parsed.get_backend_name()
    if name == "postgres":
        parsed, name = parsed.set(drivername="postgresql"), "postgresql"
    if name not in ("sqlite", "postgresql"):
        raise StoreError(f"pubpipe has no store for {name!r} databases.", remedy=example)
    if name == "sqlite" and parsed.database in (None, "", ":memory:"):
        raise StoreError("The store needs a database file: reviews outlive a process.", remedy=example)
    return parsed


def _label(url: URL) -> str:
    if url.get_backend_name() == "sqlite":
        return str(url.database)
    return f"{url.database or ''} at {url.host or 'the local socket'}"


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # transactions begin where _begin_sqlite says, not where the driver guesses
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")  # an approval that was answered for survives a power cut
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    write = connection.get_execution_options().get("pubpipe_write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def _prepare_postgresql(connection: Any, _record: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET search_path TO {_SCHEMA}")
    connection.commit()


def _from_sqlite(said: str, label: str) -> StoreError:
    low = said.lower()
    if "locked" in low or "busy" in low:
        return StoreError(
            f"The database {label} is locked by another program.",
            remedy="Try again in a moment; a team should use PostgreSQL.",
            retryable=True,
        )
    remedies = {
        "not a database": "It is another kind of file: move it away, or name another one in pubpipe.toml.",
        "malformed": "It is damaged: restore the last backup or export.",
        "readonly": "Make the file and its folder writable.",
        "unable to open": "Make its folder readable and writable.",
        "full": "Make room on the disk; nothing that was stored is lost.",
        "disk i/o": "Check the disk; do not keep the file on a network folder.",
    }
    remedy = next((r for words, r in remedies.items() if words in low), "")
    return StoreError(f"The database {label} cannot be used: {said}.", remedy=remedy)


def _from_postgresql(error: DBAPIError, said: str, label: str) -> StoreError:
    state = str(getattr(error.orig, "sqlstate", None) or "")
    # SQL standard and PostgreSQL classes: 08 connection, 40 rollback, 53 resources, 55P03 lock, 57 shutdown
    passing = error.connection_invalidated or state[:2] in ("08", "40", "53", "57") or state == "55P03"
    unreachable = not state and ("connect" in said.lower() or "server closed" in said.lower())
    if unreachable and "authentication" in said.lower():
        return StoreError(
            f"PostgreSQL refuses the login to {label}.", remedy="Check user and password in the environment."
        )
    if passing or unreachable:
        return StoreError(
            f"PostgreSQL ({label}) does not answer or is busy: {said}.",
            remedy="Check that it runs and can be reached, then try again.",
            retryable=True,
        )
    return StoreError(f"PostgreSQL ({label}) refuses: {said}.")
