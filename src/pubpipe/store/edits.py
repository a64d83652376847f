"""What people wrote (authored, append-only)."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from pubpipe.model import Edit
from pubpipe.store.database import Database


class Edits:
    def __init__(self, database: Database) -> None:
        self._database = database

    def append(self, *edits: Edit) -> None:
        """Add edits to the record, in this order."""
        self._database.write(lambda c: append(c, self._database, edits))

    def all(self, publication: str, language: str) -> tuple[Edit, ...]:
        """Every edit of the edition, oldest first."""
        with self._database.read() as connection:
            rows = connection.execute(
                sa.text(
                    "SELECT data FROM edits WHERE publication = :publication AND language = :language ORDER BY sequence"
                ),
                {"publication": publication, "language": language},
            ).all()
        return tuple(Edit.model_validate_json(row.data) for row in rows)

    def last(self, publication: str, language: str) -> int:
        """The place of the edition's newest edit in the record, 0 without any: moves when anything was typed."""
        with self._database.read() as connection:
            found = connection.scalar(
                sa.text("SELECT max(sequence) FROM edits WHERE publication = :publication AND language = :language"),
                {"publication": publication, "language": language},
            )
        return int(found or 0)

    def latest(self, publication: str, language: str) -> dict[str, Edit]:
        """The newest edit by segment id, and also by source hash for a text whose segment has none of its
        own.

        Look up `segment.id` first, then `segment.source_hash`: the second finds what was written where the
        same sentence stands elsewhere in the document.
        """
        found: dict[str, Edit] = {}
        for edit in self.all(publication, language):
            found[edit.segment] = edit
            found[edit.source_hash] = edit
        return found


def append(connection: Connection, database: Database, edits: Sequence[Edit]) -> None:
    """Add edits inside a transaction."""
    if not edits:
        return
    database.lock(connection)
    last = int(connection.scalar(sa.text("SELECT max(sequence) FROM edits")) or 0)
    connection.execute(
        sa.text(
            "INSERT INTO edits (sequence, publication, language, segment, source_hash, data) "
            "VALUES (:sequence, :publication, :language, :segment, :source_hash, :data)"
        ),
        [
            {
                "sequence": last + number,
                "publication": edit.publication,
                "language": edit.language,
                "segment": edit.segment,
                "source_hash": edit.source_hash,
                "data": edit.model_dump_json(),
            }
            for number, edit in enumerate(edits, 1)
        ],
    )
