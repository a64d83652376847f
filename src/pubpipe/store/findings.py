"""What checks and readers had to say of an edition (derived)."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
from pydantic import TypeAdapter

from pubpipe.model import Finding
from pubpipe.store.database import Database

_FINDINGS = TypeAdapter(tuple[Finding, ...])


class Findings:
    def __init__(self, database: Database) -> None:
        self._database = database

    def replace(self, publication: str, language: str, findings: Iterable[Finding]) -> None:
        """Make these the findings of the edition."""
        values = {
            "publication": publication,
            "language": language,
            "data": _FINDINGS.dump_json(tuple(findings)).decode(),
        }
        statement = sa.text(
            "INSERT INTO findings (publication, language, data) VALUES (:publication, :language, :data) "
            "ON CONFLICT (publication, language) DO UPDATE SET data = excluded.data"
        )
        self._database.write(lambda c: c.execute(statement, values))

    def all(self, publication: str, language: str) -> tuple[Finding, ...]:
        """The findings of the edition, in the order in which they were given."""
        with self._database.read() as connection:
            data = connection.scalar(
                sa.text("SELECT data FROM findings WHERE publication = :publication AND language = :language"),
                {"publication": publication, "language": language},
            )
        return _FINDINGS.validate_json(data) if data else ()
