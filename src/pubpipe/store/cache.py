"""Answers that were paid for or took long, by key (derived)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from pubpipe.store.database import Database


class Cache:
    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, keys: Sequence[str]) -> dict[str, str]:
        """The values of those keys that are known."""
        statement = sa.text("SELECT key, value FROM cache WHERE key IN :keys").bindparams(
            sa.bindparam("keys", expanding=True)
        )
        found: dict[str, str] = {}
        with self._database.read() as connection:
            for start in range(0, len(keys), 500):
                rows = connection.execute(statement, {"keys": list(keys[start : start + 500])})
                found.update({row.key: row.value for row in rows})
        return found

    def put(self, values: Mapping[str, str]) -> None:
        """Keep values, each in the place of the one that its key had."""
        if not values:
            return
        statement = sa.text(
            "INSERT INTO cache (key, value) VALUES (:key, :value) ON CONFLICT (key) DO UPDATE SET value = "
            "excluded.value"
        )
        rows = [{"key": key, "value": value} for key, value in sorted(values.items())]
        self._database.write(lambda c: c.execute(statement, rows))
