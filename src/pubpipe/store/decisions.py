"""The decision record (authored): append-only and hash-chained, so that a changed or removed entry is found."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import sqlalchemy as sa
from pydantic import ValidationError
from sqlalchemy.engine import Connection

from pubpipe import identity
from pubpipe.errors import StoreError
from pubpipe.identity import Hash
from pubpipe.model import Decision, RecordedDecision
from pubpipe.store.database import Database

_PLACE = {"sequence", "previous", "hash"}
_INSERT = sa.text(
    "INSERT INTO decisions (sequence, publication, language, previous, hash, data) "
    "VALUES (:sequence, :publication, :language, :previous, :hash, :data)"
)
_HEAD = sa.text(
    "INSERT INTO decision_head (one, sequence, hash) VALUES (1, :sequence, :hash) "
    "ON CONFLICT (one) DO UPDATE SET sequence = excluded.sequence, hash = excluded.hash"
)


class Decisions:
    def __init__(self, database: Database) -> None:
        self._database = database

    def append(self, decisions: Sequence[Decision]) -> tuple[RecordedDecision, ...]:
        """The decisions with their places in the record, all written or none.

        Writers queue: two processes never extend the same entry. Whether a decision was recorded before is
        for the caller to know.
        """
        return self._database.write(lambda c: append(c, self._database, decisions))

    def all(self, publication: str, language: str) -> tuple[RecordedDecision, ...]:
        """The decisions of one edition, oldest first."""
        with self._database.read() as connection:
            rows = connection.execute(
                sa.text(
                    "SELECT sequence, data FROM decisions WHERE publication = :publication AND language = "
                    ":language "
                    "ORDER BY sequence"
                ),
                {"publication": publication, "language": language},
            ).all()
        return tuple(_parse(row.data, row.sequence) for row in rows)

    def last(self, publication: str, language: str) -> Hash | None:
        """The hash of the edition's newest decision: moves when anything was decided."""
        with self._database.read() as connection:
            found = connection.scalar(
                sa.text(
                    "SELECT hash FROM decisions WHERE publication = :publication AND language = :language "
                    "ORDER BY sequence DESC LIMIT 1"
                ),
                {"publication": publication, "language": language},
            )
        return Hash(found) if found else None

    def verify(self) -> str | None:
        """The first entry that was changed, removed, reordered or added by hand, in words; None if there is
        none.
        """
        with self._database.read() as connection:
            rows = connection.execute(
                sa.text("SELECT sequence, publication, language, previous, hash, data FROM decisions ORDER BY sequence")
            )
            head = connection.execute(sa.text("SELECT sequence, hash FROM decision_head")).first()
            previous: Hash | None = None
            place = 0
            for row in rows:
                place += 1
                if row.sequence != place:
                    return f"entry {place} was removed: the record goes on with entry {row.sequence}"
                try:
                    entry = RecordedDecision.model_validate_json(row.data)
                except ValidationError:
                    return f"entry {place} was changed: it cannot be read"
                columns = (
                    entry.sequence,
                    entry.publication,
                    entry.language,
                    entry.previous or "",
                    entry.hash,
                )
                if columns != (row.sequence, row.publication, row.language, row.previous, row.hash):
                    return f"entry {place} was changed or moved: its columns and its content differ"
                problem = link_problem(entry, previous)
                if problem:
                    return problem
                previous = entry.hash
        last = (head.sequence, head.hash) if head else (0, "")
        if last[0] > place:
            return f"entry {place + 1} was removed: the record had {last[0]} entries"
        if last != (place, previous or ""):
            return f"entry {place} was not written by pubpipe: the record ended with entry {last[0]}"
        return None


def append(connection: Connection, database: Database, decisions: Iterable[Decision]) -> tuple[RecordedDecision, ...]:
    """Extend the chain inside a transaction."""
    database.lock(connection)
    head = connection.execute(sa.text("SELECT sequence, hash FROM decision_head")).first()
    sequence, previous = (head.sequence, Hash(head.hash)) if head else (0, None)
    recorded: list[RecordedDecision] = []
    for decision in decisions:
        sequence += 1
        fields = decision.model_dump(mode="json", exclude=_PLACE)
        link = identity.decision_hash(previous, fields)
        recorded.append(
            RecordedDecision.model_validate(
                {
                    **decision.model_dump(exclude=_PLACE),
                    "sequence": sequence,
                    "previous": previous,
                    "hash": link,
                }
            )
        )
        previous = link
    write(connection, recorded)
    return tuple(recorded)


def write(connection: Connection, entries: Sequence[RecordedDecision]) -> None:
    """Write entries that already have their places, and move the head to the last of them."""
    if not entries:
        return
    connection.execute(
        _INSERT,
        [
            {
                "sequence": entry.sequence,
                "publication": entry.publication,
                "language": entry.language,
                "previous": entry.previous or "",
                "hash": entry.hash,
                "data": entry.model_dump_json(),
            }
            for entry in entries
        ],
    )
    connection.execute(_HEAD, {"sequence": entries[-1].sequence, "hash": entries[-1].hash})


def link_problem(entry: RecordedDecision, previous: Hash | None) -> str | None:
    """Why an entry does not continue the chain whose last hash is `previous`; None if it does."""
    if entry.previous != previous:
        return f"entry {entry.sequence} does not follow the entry before it: one was changed, removed or moved"
    if identity.decision_hash(entry.previous, entry.model_dump(mode="json", exclude=_PLACE)) != entry.hash:
        return f"entry {entry.sequence} was changed: its content does not fit its hash"
    return None


def _parse(data: str, sequence: int) -> RecordedDecision:
    try:
        return RecordedDecision.model_validate_json(data)
    except ValidationError as error:
        raise StoreError(
            f"Entry {sequence} of the decision record cannot be read.",
            remedy="`pubpipe review verify` says what was changed; restore the last backup.",
        ) from error
