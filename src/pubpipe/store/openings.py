"""When each stage of each edition opened and closed (authored: a deadline must survive a restart and a move)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from pubpipe.identity import Hash
from pubpipe.store.database import Database


class Opening(NamedTuple):
    """One time that an edition waited at one stage for people."""

    publication: str
    language: str
    number: int
    """From 1: which opening of the edition this is."""
    stage: str
    source: Hash
    """The text that was to be reviewed: another text opens the stage anew."""
    opened: dt.datetime
    closed: dt.datetime | None


class Openings:
    def __init__(self, database: Database) -> None:
        self._database = database

    def note(self, publication: str, language: str, stage: str | None, source: Hash, at: dt.datetime) -> Opening | None:
        """Say at which stage the edition waits now (None: at none); returns the opening where this is a new one.

        The one before is closed. Saying the same again changes nothing.
        """

        def run(connection: Connection) -> Opening | None:
            self._database.lock(connection)
            last = _last(connection, publication, language)
            if last is not None and last.closed is None:
                if (last.stage, last.source) == (stage, source):
                    return None
                connection.execute(
                    sa.text(
                        "UPDATE openings SET closed = :at "
                        "WHERE publication = :publication AND language = :language AND number = :number"
                    ),
                    {"at": at.isoformat(), "publication": publication, "language": language, "number": last.number},
                )
            if stage is None:
                return None
            made = Opening(publication, language, last.number + 1 if last else 1, stage, source, at, None)
            write(connection, made)
            return made

        return self._database.write(run)

    def current(self, publication: str, language: str) -> Opening | None:
        """The opening that waits for people now, if one does."""
        with self._database.read() as connection:
            last = _last(connection, publication, language)
        return last if last is not None and last.closed is None else None

    def of(self, publication: str, language: str) -> tuple[Opening, ...]:
        """Every opening of the edition, the oldest first."""
        with self._database.read() as connection:
            rows = connection.execute(
                sa.text(
                    "SELECT * FROM openings WHERE publication = :publication AND language = :language ORDER BY number"
                ),
                {"publication": publication, "language": language},
            ).all()
        return tuple(_opening(row) for row in rows)

    def waiting(self) -> tuple[Opening, ...]:
        """Every opening that waits for people now, the oldest first."""
        with self._database.read() as connection:
            rows = connection.execute(
                sa.text("SELECT * FROM openings WHERE closed IS NULL ORDER BY opened, publication, language")
            ).all()
        return tuple(_opening(row) for row in rows)


def write(connection: Connection, value: Opening) -> bool:
    """Add one opening inside a transaction; False if it is there."""
    result = connection.execute(
        sa.text(
            "INSERT INTO openings (publication, language, number, stage, source, opened, closed) "
            "VALUES (:publication, :language, :number, :stage, :source, :opened, :closed) "
            "ON CONFLICT (publication, language, number) DO NOTHING"
        ),
        value._asdict()
        | {"opened": value.opened.isoformat(), "closed": value.closed.isoformat() if value.closed else None},
    )
    return result.rowcount == 1


def from_json(value: Mapping[str, Any]) -> Opening:
    """The value of an exported record; KeyError or ValueError where it is none."""
    return Opening(
        value["publication"],
        value["language"],
        int(value["number"]),
        value["stage"],
        Hash(value["source"]),
        dt.datetime.fromisoformat(value["opened"]),
        dt.datetime.fromisoformat(value["closed"]) if value["closed"] else None,
    )


def _last(connection: Connection, publication: str, language: str) -> Opening | None:
    row = connection.execute(
        sa.text(
            "SELECT * FROM openings WHERE publication = :publication AND language = :language "
            "ORDER BY number DESC LIMIT 1"
        ),
        {"publication": publication, "language": language},
    ).first()
    return _opening(row) if row else None


def _opening(row: sa.Row[Any]) -> Opening:
    return from_json(dict(row._mapping))
