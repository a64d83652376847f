"""The present draft of every segment in every language (derived), and the last one of segments that are gone."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from pubpipe.model import Draft
from pubpipe.store import beginnings
from pubpipe.store.database import Database

_PUT = sa.text(
    "INSERT INTO drafts (publication, language, segment, origin, gone, data) "
    "VALUES (:publication, :language, :segment, :origin, 0, :data) "
    "ON CONFLICT (publication, language, segment) DO UPDATE SET origin = excluded.origin, gone = 0, data = "
    "excluded.data"
)


class Drafts:
    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, publication: str, drafts: Iterable[Draft]) -> None:
        """Store drafts, each in the place of the one that its segment had; what no person wrote is kept for good."""
        drafts = tuple(drafts)
        rows = [
            {
                "publication": publication,
                "language": draft.language,
                "segment": draft.segment,
                "origin": draft.origin,
                "data": draft.model_dump_json(),
            }
            for draft in drafts
        ]

        def run(connection: Connection) -> None:
            connection.execute(_PUT, rows)
            beginnings.record(connection, publication, drafts)

        if rows:
            self._database.write(run)

    def all(self, publication: str, language: str) -> dict[str, Draft]:
        """Segment id to draft."""
        return self._select(publication, language, gone=0)

    def history(self, publication: str, language: str) -> dict[str, Draft]:
        """Segment id to the last draft of segments that the source no longer has, to show what a revision
        replaced.
        """
        return self._select(publication, language, gone=1)

    def origins(self, publication: str, language: str) -> dict[str, str]:
        """Segment id to origin, without reading the texts."""
        with self._database.read() as connection:
            rows = connection.execute(
                sa.text(
                    "SELECT segment, origin FROM drafts WHERE publication = :publication AND language = "
                    ":language "
                    "AND gone = 0 ORDER BY segment"
                ),
                {"publication": publication, "language": language},
            )
            return {row.segment: row.origin for row in rows}

    def delete(self, publication: str, language: str, ids: Iterable[str]) -> None:
        """Take the drafts of these segments out of the edition; `history` keeps them."""
        rows = [{"publication": publication, "language": language, "segment": i} for i in ids]
        if rows:
            statement = sa.text(
                "UPDATE drafts SET gone = 1 "
                "WHERE publication = :publication AND language = :language AND segment = :segment"
            )
            self._database.write(lambda c: c.execute(statement, rows))

    def _select(self, publication: str, language: str, *, gone: int) -> dict[str, Draft]:
        with self._database.read() as connection:
            rows = connection.execute(
                sa.text(
                    "SELECT segment, data FROM drafts WHERE publication = :publication AND language = "
                    ":language "
                    "AND gone = :gone ORDER BY segment"
                ),
                {"publication": publication, "language": language, "gone": gone},
            ).all()
        return {row.segment: Draft.model_validate_json(row.data) for row in rows}
