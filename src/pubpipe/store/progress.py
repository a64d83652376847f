"""How far the work on an edition has come (derived), for whoever watches from another process."""

from __future__ import annotations

import datetime as dt
from typing import Any, NamedTuple

import sqlalchemy as sa

from pubpipe.store.database import Database

_RESTING = ("review", "done")
"""The steps at which nothing goes on: people are asked, or all is done."""


class Progress(NamedTuple):
    """`done` of `total` units of the present step; `total` 0 where the step cannot be counted."""

    step: str
    done: int
    total: int
    at: dt.datetime

    @property
    def share(self) -> float | None:
        """How much of the step is done, from 0 to 1; None where it cannot be counted."""
        return min(1.0, self.done / self.total) if self.total > 0 else None

    @property
    def under_way(self) -> bool:
        """Whether somebody was still at work when this was written."""
        return self.step not in _RESTING

    def __str__(self) -> str:
        """The step in words, with how far it has come where that can be counted."""
        if self.share is None:
            return self.step
        return f"{self.step}, {self.done} of {self.total} ({self.share:.0%})"


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
        return _progress(row) if row else None

    def since(self, moment: dt.datetime) -> dict[tuple[str, str], Progress]:
        """(publication, language) to where the work on it is, for those of which something was heard since then."""
        with self._database.read() as connection:
            rows = connection.execute(
                sa.text("SELECT publication, language, step, done, total, at FROM progress")
            ).all()
        found = {(row.publication, row.language): _progress(row) for row in rows}
        return {edition: progress for edition, progress in found.items() if progress.at >= moment}


def _progress(row: sa.Row[Any]) -> Progress:
    return Progress(row.step, row.done, row.total, dt.datetime.fromisoformat(row.at))
