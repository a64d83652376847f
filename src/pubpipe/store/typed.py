"""What reviewers have typed on the review page and not sent yet (authored): kept at every pause, one writer a text."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from pubpipe.store.database import Database

COLUMNS = ("publication", "language", "segment", "base", "reviewer", "version", "text", "looked", "at")


class Typed(NamedTuple):
    """What one person typed for one segment, over one wording of it."""

    publication: str
    language: str
    segment: str
    """The segment's id; empty for the comment that goes with the whole answer."""
    base: str
    """Hash of the translation that it was typed over; empty where there was none. For the comment: the digest of
    the round."""
    reviewer: str
    """Empty where the workspace has no accounts, so that nobody knows who types."""
    version: int
    """Goes up by one with each save; who saves over another version than they have seen is told."""
    text: str | None
    """None: nothing was typed, the segment was only ticked off."""
    looked: bool
    """The person has ticked it off as read."""
    at: dt.datetime


class Collision(NamedTuple):
    """A save that did not happen, because somebody (the same person in another window) saved in between."""

    kept: Typed | None
    """What is stored; None where there is nothing any more."""


class TypedTexts:
    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, typed: Typed) -> Typed | Collision:
        """What is stored now. `typed.version` is the one that the writer has seen (0: none): nothing is overwritten
        that they have not seen. A save that is repeated, because its answer got lost on the way, is no collision.
        """

        def run(connection: Connection) -> Typed | Collision:
            self._database.lock(connection)
            row = connection.execute(
                sa.text(
                    "SELECT * FROM typed WHERE publication = :publication AND language = :language "
                    "AND segment = :segment AND base = :base AND reviewer = :reviewer"
                ),
                typed._asdict(),
            ).one_or_none()
            kept = from_row(row) if row is not None else None
            if kept is not None and (kept.text, kept.looked) == (typed.text, typed.looked):
                return kept
            if (kept.version if kept else 0) != typed.version:
                return Collision(kept)
            made = typed._replace(version=typed.version + 1)
            write(connection, made)
            return made

        return self._database.write(run)

    def all(self, publication: str, language: str) -> tuple[Typed, ...]:
        """Everything that anybody has typed for this edition and that was not forgotten, oldest first."""
        with self._database.read() as connection:
            rows = connection.execute(
                sa.text(
                    "SELECT * FROM typed WHERE publication = :publication AND language = :language "
                    "ORDER BY at, segment, base, reviewer"
                ),
                {"publication": publication, "language": language},
            ).all()
        return tuple(from_row(row) for row in rows)

    def count(self, publication: str, language: str, reviewer: str) -> int:
        """How many texts this person has stored for the edition, over all its wordings."""
        with self._database.read() as connection:
            found = connection.scalar(
                sa.text(
                    "SELECT count(*) FROM typed "
                    "WHERE publication = :publication AND language = :language AND reviewer = :reviewer"
                ),
                {"publication": publication, "language": language, "reviewer": reviewer},
            )
        return int(found or 0)

    def forget(self, gone: Iterable[Typed]) -> None:
        """Delete these, as far as they are still as they were read: what is typed meanwhile stays."""
        rows = [t._asdict() | {"at": t.at.isoformat()} for t in gone]
        if rows:
            statement = sa.text(
                "DELETE FROM typed WHERE publication = :publication AND language = :language AND segment = :segment "
                "AND base = :base AND reviewer = :reviewer AND version = :version"
            )
            self._database.write(lambda c: c.execute(statement, rows))


def write(connection: Connection, value: Typed) -> bool:
    """Store one inside a transaction; False where a later version of it is there."""
    result = connection.execute(
        sa.text(
            f"INSERT INTO typed ({', '.join(COLUMNS)}) "  # noqa: S608 - names from the list above
            f"VALUES ({', '.join(f':{name}' for name in COLUMNS)}) "
            "ON CONFLICT (publication, language, segment, base, reviewer) DO UPDATE SET version = excluded.version, "
            "text = excluded.text, looked = excluded.looked, at = excluded.at WHERE typed.version < excluded.version"
        ),
        value._asdict() | {"looked": int(value.looked), "at": value.at.isoformat()},
    )
    return result.rowcount == 1


def from_row(row: sa.Row[Any]) -> Typed:
    """The value of a table row."""
    return from_json(dict(row._mapping))


def from_json(value: Mapping[str, Any]) -> Typed:
    """The value of an exported record; KeyError or ValueError where it is none."""
    return Typed(
        value["publication"],
        value["language"],
        value["segment"],
        value["base"],
        value["reviewer"],
        int(value["version"]),
        None if value["text"] is None else str(value["text"]),
        bool(value["looked"]),
        dt.datetime.fromisoformat(value["at"]),
    )
