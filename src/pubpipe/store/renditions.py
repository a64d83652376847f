"""Which files were made from which edition (derived)."""

from __future__ import annotations

import sqlalchemy as sa

from pubpipe.model import Rendition
from pubpipe.store.database import Database


class Renditions:
    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, rendition: Rendition) -> None:
        """Make this the current file of its format."""
        statement = sa.text(
            "INSERT INTO renditions (publication, language, format, data) "
            "VALUES (:publication, :language, :format, :data) "
            "ON CONFLICT (publication, language, format) DO UPDATE SET data = excluded.data"
        )
        values = {
            "publication": rendition.publication,
            "language": rendition.language,
            "format": rendition.format,
            "data": rendition.model_dump_json(),
        }
        self._database.write(lambda c: c.execute(statement, values))

    def current(self, publication: str, language: str) -> dict[str, Rendition]:
        """Format to the file that was made last."""
        with self._database.read() as connection:
            rows = connection.execute(
                sa.text(
                    "SELECT format, data FROM renditions WHERE publication = :publication AND language = "
                    ":language "
                    "ORDER BY format"
                ),
                {"publication": publication, "language": language},
            ).all()
        return {row.format: Rendition.model_validate_json(row.data) for row in rows}
