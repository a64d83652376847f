"""The translation memory (authored): exact lookups by key, and candidates for fuzzy matches."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from pubpipe.identity import Hash
from pubpipe.model import MEMORY_RANK, Candidates, Content, MemoryUnit, plain
from pubpipe.store.database import Database

RAREST = 6
"""How many of a sentence's rarest words candidates are gathered by (measured: recall of the best match 1.0).
"""
GATHER = 4000
"""How many candidates are scored at most."""
Item = TypeVar("Item")
_WORDS = 500
"""Words of a text that are looked at for the rarest: a longer one is no sentence, and statements have limits.
"""
_WORD = re.compile(r"\w+")

_SOURCE = sa.text(
    "INSERT INTO memory_sources (key, plain, length) VALUES (:key, :plain, :length) ON CONFLICT (key) DO NOTHING"
)
# The newest wins among equals; a lower status never replaces a higher one.
_UNIT = sa.text(
    "INSERT INTO memory_units (key, language, context, publication, rank, at, data) "
    "VALUES (:key, :language, :context, :publication, :rank, :at, :data) "
    "ON CONFLICT (key, language, context, publication) DO UPDATE SET rank = excluded.rank, at = excluded.at, "
    "data = excluded.data WHERE excluded.rank > memory_units.rank "
    "OR (excluded.rank = memory_units.rank AND excluded.at >= memory_units.at)"
)


class Memory:
    def __init__(self, database: Database) -> None:
        self._database = database

    def remember(self, units: Iterable[MemoryUnit]) -> None:
        """Store units; one place (source, context, language, publication) keeps one, the most trusted and
        newest.
        """
        for part in _parts(units, 1000):
            self._database.write(lambda c, part=part: remember(c, part))  # type: ignore[misc]

    def exact(self, keys: Iterable[Hash], language: str) -> list[MemoryUnit]:
        """All units in a language whose source has one of these keys (`identity.memory_key`)."""
        statement = sa.text(
            "SELECT data FROM memory_units WHERE language = :language AND key IN :keys ORDER BY key, "
            "context, publication"
        ).bindparams(sa.bindparam("keys", expanding=True))
        found: list[MemoryUnit] = []
        with self._database.read() as connection:
            for part in _parts(dict.fromkeys(keys), 500):
                rows = connection.execute(statement, {"language": language, "keys": part})
                found += [MemoryUnit.model_validate_json(row.data) for row in rows]
        return found

    def candidates(self, text: str, language: str, threshold: int = 75) -> Candidates:
        """Units that may resemble `text` by `threshold` per cent, unranked: scoring is for the memory room.

        Only lengths that can reach the threshold come back, at most 4000: those that share one of the rarest
        words.
        """
        words = list(dict.fromkeys(_WORD.findall(text.lower())))
        if not words:
            return Candidates((), self._units(language))
        values = {
            "language": language,
            "low": int(len(text) * threshold / 100),
            "high": int(len(text) * 100 / threshold) + 1,
            "length": len(text),
            "limit": GATHER,
        }
        with self._database.read() as connection:
            rarest = self._rarest(connection, words)
            if not rarest:
                return Candidates((), self._units(language))
            if self._database.is_sqlite:
                statement, query = _SQLITE_CANDIDATES, " OR ".join(f'"{word}"' for word in rarest)
            else:
                statement, query = _POSTGRESQL_CANDIDATES, " | ".join(rarest)
            rows = connection.execute(statement, values | {"query": query}).all()
        return Candidates([(Hash(row.key), row.plain) for row in rows], self._units(language))

    def count(self, language: str) -> int:
        """How many units there are in a language."""
        with self._database.read() as connection:
            return int(
                connection.scalar(
                    sa.text("SELECT count(*) FROM memory_units WHERE language = :language"),
                    {"language": language},
                )
                or 0
            )

    def all(self, language: str | None = None) -> Iterator[MemoryUnit]:
        """Every unit (of one language, or of all) in a stable order."""
        statement = sa.text(
            "SELECT data FROM memory_units WHERE language = :language OR :everything "
            "ORDER BY language, key, context, publication"
        )
        values = {"language": language or "", "everything": language is None}
        with self._database.read() as connection:
            for row in connection.execution_options(stream_results=True).execute(statement, values):
                yield MemoryUnit.model_validate_json(row.data)

    def languages(self) -> tuple[str, ...]:
        """The languages that have units."""
        with self._database.read() as connection:
            rows = connection.execute(sa.text("SELECT DISTINCT language FROM memory_units ORDER BY language"))
            return tuple(row.language for row in rows)

    def _units(self, language: str) -> Callable[[Sequence[Hash]], Sequence[MemoryUnit]]:
        return lambda keys: self.exact(keys, language)

    def _rarest(self, connection: Connection, words: Sequence[str]) -> list[str]:
        """The rarest of these words that the memory knows, few enough not to gather too much."""
        statement = sa.text("SELECT term, doc FROM memory_vocabulary WHERE term IN :terms").bindparams(
            sa.bindparam("terms", expanding=True)
        )
        rows = connection.execute(statement, {"terms": list(words[:_WORDS])})
        counts = {row.term: int(row.doc) for row in rows}
        rarest = sorted(counts, key=lambda w: (counts[w], w))[:RAREST]
        while len(rarest) > 3 and sum(counts[w] for w in rarest) > GATHER:
            rarest.pop()
        return rarest


_SQLITE_CANDIDATES = sa.text(
    "SELECT s.key, s.plain FROM memory_words w JOIN memory_sources s ON s.id = w.rowid "
    "WHERE memory_words MATCH :query AND s.length BETWEEN :low AND :high AND EXISTS "
    "(SELECT 1 FROM memory_units u WHERE u.language = :language AND u.key = s.key) LIMIT :limit"
)
_POSTGRESQL_CANDIDATES = sa.text(
    "SELECT s.key, s.plain FROM memory_sources s "
    "WHERE to_tsvector('simple', s.plain) @@ to_tsquery('simple', :query) "
    "AND s.length BETWEEN :low AND :high AND EXISTS "
    "(SELECT 1 FROM memory_units u WHERE u.language = :language AND u.key = s.key) "
    "ORDER BY abs(s.length - :length), s.key LIMIT :limit"
)


def remember(connection: Connection, units: Sequence[MemoryUnit]) -> None:
    """Write units inside a transaction."""
    sources = {unit.key: plain(unit.source) for unit in units}
    if connection.dialect.name != "sqlite":
        _count_words(connection, sources)
    connection.execute(
        _SOURCE, [{"key": key, "plain": text, "length": len(text)} for key, text in sorted(sources.items())]
    )
    connection.execute(
        _UNIT,
        [
            {
                **_place(unit),
                "rank": MEMORY_RANK[unit.status],
                "at": unit.at.isoformat(),
                "data": unit.model_dump_json(),
            }
            for unit in sorted(units, key=lambda u: (u.key, u.language))
        ],
    )


def rekey(database: Database, version: int, key: Callable[[Content], Hash]) -> None:
    """Give every unit the key that this program looks it up by, if another version of folding made the stored ones.

    In one transaction; several processes may try at once. Of units that meet, the most trusted and newest stays.
    """
    asked = sa.text("SELECT version FROM memory_folding")
    with database.read() as connection:
        if connection.scalar(asked) == version:
            return

    def run(connection: Connection) -> None:
        database.lock(connection)
        if connection.scalar(asked) == version:
            return
        moved: list[MemoryUnit] = []
        for row in connection.execute(sa.text("SELECT data FROM memory_units")).yield_per(1000):
            unit = MemoryUnit.model_validate_json(row.data)
            if key(unit.source) != unit.key:
                moved.append(unit)
        for part in _parts(moved, 1000):
            connection.execute(_FORGET, [_place(unit) for unit in part])
        for part in _parts(moved, 1000):
            remember(connection, [u.model_copy(update={"key": key(u.source)}) for u in part])
        connection.execute(sa.text("DELETE FROM memory_sources WHERE key NOT IN (SELECT key FROM memory_units)"))
        connection.execute(sa.text("UPDATE memory_folding SET version = :version"), {"version": version})

    database.write(run)


_FORGET = sa.text(
    "DELETE FROM memory_units WHERE key = :key AND language = :language AND context = :context "
    "AND publication = :publication"
)


def _place(unit: MemoryUnit) -> dict[str, str]:
    """What one place of the memory is found by: it keeps one unit."""
    return {
        "key": unit.key,
        "language": unit.language,
        "context": unit.context_hash or "",
        "publication": unit.publication,
    }


def _count_words(connection: Connection, sources: Mapping[Hash, str]) -> None:
    """Add the words of new sources to the counts; they only guide the search, so a race may count one twice."""
    known = connection.execute(
        sa.text("SELECT key FROM memory_sources WHERE key IN :keys").bindparams(sa.bindparam("keys", expanding=True)),
        {"keys": list(sources)},
    )
    present = {row.key for row in known}
    counts: dict[str, int] = {}
    for key, source in sources.items():
        for word in set(_WORD.findall(source.lower())) if key not in present else ():
            counts[word] = counts.get(word, 0) + 1
    if counts:
        connection.execute(
            sa.text(
                "INSERT INTO memory_vocabulary AS v (term, doc) VALUES (:term, :doc) "
                "ON CONFLICT (term) DO UPDATE SET doc = v.doc + excluded.doc"
            ),
            [{"term": term, "doc": count} for term, count in sorted(counts.items())],
        )


def _parts(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    part: list[Item] = []
    for item in items:
        part.append(item)
        if len(part) == size:
            yield part
            part = []
    if part:
        yield part
