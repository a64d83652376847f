"""Everything that pubpipe remembers, in one SQLite file or one PostgreSQL schema.

Derived state (documents, drafts, findings, cache, renditions, progress, paces) can be deleted and is made again;
authored state (publications, beginnings, edits, decisions, rounds, typed, openings, memory) cannot, and is exported
whole by `Store.export_jsonl`. What people are to be told (the outbox) is neither: it belongs to this place and time.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from types import TracebackType
from typing import TextIO

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from pubpipe.identity import Hash, memory_key
from pubpipe.languages import fold
from pubpipe.languages.normal import FOLDING
from pubpipe.model import Content
from pubpipe.store import export
from pubpipe.store.beginnings import Beginnings
from pubpipe.store.cache import Cache
from pubpipe.store.database import Database
from pubpipe.store.decisions import Decisions
from pubpipe.store.documents import Documents
from pubpipe.store.drafts import Drafts
from pubpipe.store.edits import Edits
from pubpipe.store.findings import Findings
from pubpipe.store.memory import Memory, rekey
from pubpipe.store.migrations import migrate
from pubpipe.store.openings import Opening, Openings
from pubpipe.store.outbox import Delivery, Notice, Outbox
from pubpipe.store.paces import Paces
from pubpipe.store.progress import Progress, ProgressRecord
from pubpipe.store.publications import Publication, Publications
from pubpipe.store.renditions import Renditions
from pubpipe.store.rounds import Round, Rounds
from pubpipe.store.typed import Collision, Typed, TypedTexts


def _memory_key(source: Content) -> Hash:
    return memory_key(source, fold)


_DERIVED = ("documents", "drafts", "findings", "cache", "renditions", "progress", "paces")


class Store:
    """The aggregates over one database. Safe to share between threads; processes open their own."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.publications = Publications(database)
        self.documents = Documents(database)
        self.drafts = Drafts(database)
        self.beginnings = Beginnings(database)
        self.edits = Edits(database)
        self.decisions = Decisions(database)
        self.findings = Findings(database)
        self.memory = Memory(database)
        self.cache = Cache(database)
        self.renditions = Renditions(database)
        self.rounds = Rounds(database)
        self.typed = TypedTexts(database)
        self.openings = Openings(database)
        self.outbox = Outbox(database)
        self.progress = ProgressRecord(database)
        self.paces = Paces(database)

    @classmethod
    def open(cls, url: str, create: bool = True) -> Store:
        """The store at "sqlite:///path" or "postgresql://user@host/database", its schema up to date.

        Raises StoreError where the database cannot be used or is of a newer version, and for a SQLite file
        that is not there unless `create`; MissingExtra without the PostgreSQL driver.
        """
        database = Database(url, create=create)
        try:
            migrate(database)
            rekey(database, FOLDING, _memory_key)
        except BaseException:
            database.close()
            raise
        return cls(database)

    def transaction(self) -> AbstractContextManager[None]:
        """Everything that this thread does with the store inside is done together or not at all."""
        return self._database.transaction()

    def export_jsonl(self, stream: TextIO) -> int:
        """How many records of authored state were written to `stream` as JSON Lines."""
        return export.export_jsonl(self._database, stream)

    def import_jsonl(self, stream: TextIO) -> int:
        """How many records of an export were new; all are taken or none. StoreError names the line at fault."""
        return export.import_jsonl(self._database, stream)

    def forget_derived(self) -> None:
        """Delete everything that can be made again."""

        def run(connection: Connection) -> None:
            for table in _DERIVED:
                connection.execute(sa.text(f"DELETE FROM {table}"))  # noqa: S608 - names from the list above

        self._database.write(run)

    def close(self) -> None:
        """Give the database back."""
        self._database.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


__all__ = ["Collision", "Delivery", "Notice", "Opening", "Progress", "Publication", "Round", "Store", "Typed"]
