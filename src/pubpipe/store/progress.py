"""How far the work on an edition has come (derived), for whoever watches from another process."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

import sqlalchemy as sa

from pubpipe.store.database import Database


class Progress(NamedTuple):
    """`done` of `total` units of the present step; `total` 0 where the step cannot be counted."""

    step: str
    done: int
    total: int
    at: dt.datetime


class ProgressRecord:
    def __init__(self, database: Database) -> None:
        self._database = database

    def set(self, publication: str, language: str, step: str, done: int, total: int, at: dt.datetime) -> None:
        """Say where the work on an edition is now."""
        statement = sa.text(
            "INSERT INTO progress (publication, language, step, done, total, at) "
            "VALUES (:publication, :language, :step, :done, :total, :at) "
            "ON CONFLICT (publication, language) DO UPDATE SET step = excluded.step, done = excluded.done, "
            "total = excluded.total, at = excluded.at"
        )
        values = {
            "publication": publication,
            "language": language,
            "step": step,
            "done": done,
            "total": total,
            "at": at.isoformat(),
        }
        self._database.write(lambda c: c.execute(statement, values))

    def get(self, publication: str, language: str) -> Progress | None:
        """Where the work on an edition is, if it was ever begun."""
        with self._database.read() as connection:
            row = connection.execute(
                sa.text(
                    "SELECT step, done, total, at FROM progress "
                    "WHERE publication = :publication AND language = :language"
                ),
                {"publication": publication, "language": language},
            ).first()
        return Progress(row.step, row.done, row.total, dt.datetime.fromisoformat(row.at)) if row else None
