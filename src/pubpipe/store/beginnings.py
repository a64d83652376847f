"""What each sentence was before people changed it: the drafts that machine and memory gave (authored: an engine does
not say the same thing twice, and nobody else knows what a reviewer had before their eyes)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from pubpipe.identity import content_hash
from pubpipe.model import Draft
from pubpipe.store.database import Database

GIVEN = ("engine", "context", "exact")
"""The origins of a draft that no person wrote."""
# A text is recorded once for its segment, under the origin that it had first: when approved machine text comes back
# from the memory, it still began as machine text.
_INSERT = sa.text(
    "INSERT INTO beginnings (publication, language, segment, target_hash, place, data) "
    "SELECT :publication, :language, :segment, :target_hash, COALESCE(max(place), 0) + 1, :data FROM beginnings "
    "WHERE publication = :publication AND language = :language AND segment = :segment "
    "ON CONFLICT (publication, language, segment, target_hash) DO NOTHING"
)


class Beginnings:
    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self, publication: str, language: str) -> tuple[Draft, ...]:
        """Every draft that machine or memory gave for the edition, by segment, oldest first."""
        with self._database.read() as connection:
            rows = connection.execute(
                sa.text(
                    "SELECT data FROM beginnings WHERE publication = :publication AND language = :language "
                    "ORDER BY segment, place"
                ),
                {"publication": publication, "language": language},
            ).all()
        return tuple(Draft.model_validate_json(row.data) for row in rows)

    def latest(self, publication: str, language: str) -> dict[str, Draft]:
        """The last of them by segment id, and by source hash for a sentence that has none of its own.

        Once a person has typed something, no machine draft follows: the last is what they had before them.
        """
        found: dict[str, Draft] = {}
        for draft in self.all(publication, language):
            if draft.origin not in GIVEN:
                continue
            found[draft.segment] = draft
            found[draft.source_hash] = draft
        return found


def record(connection: Connection, publication: str, drafts: Iterable[Draft]) -> int:
    """How many of the drafts are a new text for their segment, written inside a transaction.

    A person's own wording is kept as an edit; here only where it was carried over to an English that it was not written
    for: nobody typed it there, and the English that it was approved for stands nowhere else.
    """
    count = 0
    for draft in drafts:
        if draft.target is None or (draft.origin not in GIVEN and draft.approved_source is None):
            continue
        bare = draft.model_copy(update={"suggestion": None, "problem": ""})
        values: dict[str, Any] = {
            "publication": publication,
            "language": draft.language,
            "segment": draft.segment,
            "target_hash": content_hash(draft.target),
            "data": bare.model_dump_json(),
        }
        count += int(connection.execute(_INSERT, values).rowcount)
    return count


def from_json(value: Mapping[str, Any]) -> tuple[str, tuple[Draft, ...]]:
    """(publication, drafts) of an exported record; KeyError or ValueError where it is none."""
    return str(value["publication"]), (Draft.model_validate_json(json.dumps(value["draft"])),)
