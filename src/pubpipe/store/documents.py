"""What the reader made of each version of a source file (derived), with the versions before it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.engine import Connection

from pubpipe.identity import Hash
from pubpipe.model import Segment, SourceDocument
from pubpipe.store.database import Database

_SEGMENTS = TypeAdapter(tuple[Segment, ...])
_LAST = "publication = :publication AND version = (SELECT max(version) FROM documents WHERE publication = :publication)"


class Documents:
    def __init__(self, database: Database) -> None:
        self._database = database

    def save(
        self,
        publication: str,
        file_hash: Hash,
        reader: str,
        document: SourceDocument,
        segments: tuple[Segment, ...],
        at: dt.datetime,
    ) -> None:
        """Make this the current version; a repeated save of the same file and reader replaces, adds no
        version.

        `reader` is the fingerprint of everything that turned the file into segments.
        """
        values = {
            "publication": publication,
            "file_hash": file_hash,
            "reader": reader,
            "document": document.model_dump_json(),
            "segments": _SEGMENTS.dump_json(segments).decode(),
            "at": at.isoformat(),
        }

        def run(connection: Connection) -> None:
            self._database.lock(connection)
            last = connection.execute(
                sa.text(f"SELECT version, file_hash, reader FROM documents WHERE {_LAST}"),  # noqa: S608
                values,
            ).first()
            same = last is not None and (last.file_hash, last.reader) == (file_hash, reader)
            version = 1 if last is None else last.version + (0 if same else 1)
            connection.execute(
                sa.text(
                    "INSERT INTO documents (publication, version, file_hash, reader, document, segments, at) "
                    "VALUES (:publication, :version, :file_hash, :reader, :document, :segments, :at) "
                    "ON CONFLICT (publication, version) DO UPDATE SET document = excluded.document, "
                    "segments = excluded.segments, at = excluded.at"
                ),
                values | {"version": version},
            )

        self._database.write(run)

    def current(self, publication: str) -> tuple[SourceDocument, tuple[Segment, ...]] | None:
        """The newest version, if the publication was read at all."""
        return self._one(_LAST, publication=publication)

    def by_hash(
        self, publication: str, file_hash: Hash, reader: str
    ) -> tuple[SourceDocument, tuple[Segment, ...]] | None:
        """The version made from this very file by this reader, so that nothing is read twice."""
        where = (
            "publication = :publication AND file_hash = :file_hash AND reader = :reader ORDER BY version DESC LIMIT 1"
        )
        return self._one(where, publication=publication, file_hash=file_hash, reader=reader)

    def current_hash(self, publication: str) -> tuple[Hash, str] | None:
        """(file hash, reader fingerprint) of the newest version, without reading the document itself."""
        with self._database.read() as connection:
            row = connection.execute(
                sa.text(f"SELECT file_hash, reader FROM documents WHERE {_LAST}"),  # noqa: S608
                {"publication": publication},
            ).first()
        return (Hash(row.file_hash), row.reader) if row else None

    def read_at(self, publication: str) -> dt.datetime | None:
        """When the newest version was read."""
        with self._database.read() as connection:
            found = connection.scalar(
                sa.text(f"SELECT at FROM documents WHERE {_LAST}"),  # noqa: S608
                {"publication": publication},
            )
        return dt.datetime.fromisoformat(found) if found else None

    def versions(self, publication: str, most: int = 6) -> Iterator[tuple[Segment, ...]]:
        """The segments of the versions on record, newest first, at most so many."""
        with self._database.read() as connection:
            rows = connection.execute(
                sa.text(
                    "SELECT segments FROM documents WHERE publication = :publication ORDER BY version DESC LIMIT :most"
                ),
                {"publication": publication, "most": most},
            ).all()
        for row in rows:
            yield _SEGMENTS.validate_json(row.segments)

    def _one(self, where: str, **values: str) -> tuple[SourceDocument, tuple[Segment, ...]] | None:
        with self._database.read() as connection:
            row = connection.execute(
                sa.text(f"SELECT document, segments FROM documents WHERE {where}"),  # noqa: S608
                values,
            ).first()
        if row is None:
            return None
        return SourceDocument.model_validate_json(row.document), _SEGMENTS.validate_json(row.segments)
