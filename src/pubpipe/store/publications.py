"""The publications that are registered for rebuilds (authored)."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from pubpipe.store.database import Database


class Publication(NamedTuple):
    """One source file, the languages it appears in and the options it was first published with."""

    id: str
    title: str
    source_path: str
    """Relative to the workspace, with forward slashes."""
    source_name: str
    languages: tuple[str, ...]
    options: dict[str, Any]
    at: dt.datetime


_SAVE = sa.text(
    "INSERT INTO publications (id, title, source_path, source_name, languages, options, at) "
    "VALUES (:id, :title, :source_path, :source_name, :languages, :options, :at) ON CONFLICT (id) DO "
    "UPDATE SET "
    "title = excluded.title, source_path = excluded.source_path, source_name = excluded.source_name, "
    "languages = excluded.languages, options = excluded.options, at = excluded.at"
)


class Publications:
    def __init__(self, database: Database) -> None:
        self._database = database

    def save(
        self,
        id: str,
        *,
        title: str,
        source_path: str,
        source_name: str,
        languages: Sequence[str],
        options: Mapping[str, Any],
        at: dt.datetime,
    ) -> None:
        """Register a publication or replace what is known of it."""
        value = Publication(id, title, source_path, source_name, tuple(languages), dict(options), at)
        self._database.write(lambda c: save(c, value))

    def get(self, id: str) -> Publication | None:
        """The publication of this id, if it is registered."""
        with self._database.read() as connection:
            row = connection.execute(sa.text("SELECT * FROM publications WHERE id = :id"), {"id": id}).first()
        return _publication(row) if row else None

    def all(self) -> tuple[Publication, ...]:
        """Every registered publication, by id."""
        with self._database.read() as connection:
            rows = connection.execute(sa.text("SELECT * FROM publications ORDER BY id")).all()
        return tuple(_publication(row) for row in rows)


def save(connection: Connection, value: Publication) -> None:
    """Write one publication inside a transaction."""
    connection.execute(
        _SAVE,
        value._asdict()
        | {
            "languages": json.dumps(value.languages),
            "options": json.dumps(value.options, sort_keys=True),
            "at": value.at.isoformat(),
        },
    )


def from_json(value: Mapping[str, Any]) -> Publication:
    """The value of an exported record; KeyError or ValueError where it is none."""
    return Publication(
        value["id"],
        value["title"],
        value["source_path"],
        value["source_name"],
        tuple(value["languages"]),
        dict(value["options"]),
        dt.datetime.fromisoformat(value["at"]),
    )


def _publication(row: sa.Row[Any]) -> Publication:
    return Publication(
        row.id,
        row.title,
        row.source_path,
        row.source_name,
        tuple(json.loads(row.languages)),
        json.loads(row.options),
        dt.datetime.fromisoformat(row.at),
    )
