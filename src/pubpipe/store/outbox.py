"""What people have to be told, and how far each message has come: written down with its cause, sent later.

A notice says what happened, once. A delivery is one notice for one person by mail, or for one webhook. Deliveries that
go out together are a batch, fixed before it is sent: a process that is killed between sending and noting that it was
sent repeats the same batch under the same name, so that a mail program folds the two.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from pubpipe.store.database import Database

MAIL = "mail"
"""The channel of messages to people; every other channel is the name of a webhook, after "hook:"."""


class Notice(NamedTuple):
    """Something that happened and that somebody should hear of."""

    id: str
    """The same event has the same id: it is written down once."""
    event: str
    publication: str
    language: str
    stage: str
    opening: int
    """The opening of the stage that this is about; 0: none. When it is over, reminders of it are."""
    data: dict[str, Any]
    at: dt.datetime


class Delivery(NamedTuple):
    """One notice on its way to one person or webhook."""

    notice: Notice
    channel: str
    person: str
    """A name; for a webhook its own."""
    state: str
    """waiting, sending, sent, failed (for good), moot (over before it was sent)."""
    attempts: int
    next: dt.datetime
    """When to try; while it is being sent: when to take it that the sender died."""
    batch: str
    problem: str
    """What went wrong at the last attempt."""


class Outbox:
    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, notice: Notice) -> bool:
        """Whether the notice is new; inside `Store.transaction` it stands or falls with its cause."""
        statement = sa.text(
            "INSERT INTO notices (id, event, publication, language, stage, opening, data, at, state) "
            "VALUES (:id, :event, :publication, :language, :stage, :opening, :data, :at, 'new') "
            "ON CONFLICT (id) DO NOTHING"
        )
        values = notice._asdict() | {
            "data": json.dumps(notice.data, ensure_ascii=False, sort_keys=True),
            "at": _stamp(notice.at),
        }
        return self._database.write(lambda c: c.execute(statement, values).rowcount == 1)

    def new(self) -> tuple[Notice, ...]:
        """Notices of which nobody has decided yet who hears of them, oldest first."""
        with self._database.read() as connection:
            rows = connection.execute(sa.text("SELECT * FROM notices WHERE state = 'new' ORDER BY at, id")).all()
        return tuple(_notice(row) for row in rows)

    def address(self, notice: Notice, to: Iterable[tuple[str, str]], problem: str, at: dt.datetime) -> None:
        """Say who hears of a notice: (channel, person). `problem`: who could not be reached, and why."""
        rows = [
            {"notice": notice.id, "channel": channel, "person": person, "next": _stamp(at)} for channel, person in to
        ]

        def run(connection: Connection) -> None:
            connection.execute(
                sa.text("UPDATE notices SET state = :state, problem = :problem WHERE id = :id"),
                {"state": "told" if rows else "nobody", "problem": problem, "id": notice.id},
            )
            for row in rows:
                connection.execute(
                    sa.text(
                        "INSERT INTO deliveries (notice, channel, person, state, attempts, next, batch, problem) "
                        "VALUES (:notice, :channel, :person, 'waiting', 0, :next, '', '') "
                        "ON CONFLICT (notice, channel, person) DO NOTHING"
                    ),
                    row,
                )

        self._database.write(run)

    def open(self) -> tuple[Delivery, ...]:
        """Everything that is not sent, failed or moot, oldest first."""
        return self._deliveries("d.state IN ('waiting', 'sending')")

    def last_sent(self, channel: str, person: str) -> dt.datetime | None:
        """When this person last got a message."""
        with self._database.read() as connection:
            found = connection.scalar(
                sa.text(
                    "SELECT max(next) FROM deliveries WHERE channel = :channel AND person = :person AND state = 'sent'"
                ),
                {"channel": channel, "person": person},
            )
        return dt.datetime.fromisoformat(found) if found else None

    def claim(self, batch: str, deliveries: Sequence[Delivery], until: dt.datetime) -> bool:
        """Take these to be sent as one batch; False where another process has begun with one of them.

        `until`: when somebody else may take it that we died. The attempt is counted here, before anything is sent.
        """

        def run(connection: Connection) -> bool:
            self._database.lock(connection)
            for delivery in deliveries:
                taken = connection.execute(
                    sa.text(
                        "UPDATE deliveries SET state = 'sending', attempts = attempts + 1, batch = :batch, "
                        "next = :until WHERE notice = :notice AND channel = :channel AND person = :person "
                        "AND state = :state AND next = :next"
                    ),
                    _key(delivery)
                    | {
                        "batch": batch,
                        "until": _stamp(until),
                        "state": delivery.state,
                        "next": _stamp(delivery.next),
                    },
                )
                if taken.rowcount != 1:
                    raise _Taken
            return True

        try:
            return self._database.write(run)
        except _Taken:
            return False

    def settle(self, batch: str, state: str, at: dt.datetime, problem: str = "") -> None:
        """What became of a batch: "sent" (`at`: when), "waiting" (`at`: when to try again) or "failed"."""
        self._database.write(
            lambda c: c.execute(
                sa.text(
                    "UPDATE deliveries SET state = :state, next = :at, problem = :problem "
                    "WHERE batch = :batch AND state = 'sending'"
                ),
                {"state": state, "at": _stamp(at), "problem": problem, "batch": batch},
            )
        )

    def drop(self, deliveries: Iterable[Delivery]) -> None:
        """What is over before it was sent is not sent any more."""
        statement = sa.text(
            "UPDATE deliveries SET state = 'moot' WHERE notice = :notice AND channel = :channel "
            "AND person = :person AND state IN ('waiting', 'sending')"
        )
        if keys := [_key(delivery) for delivery in deliveries]:
            self._database.write(lambda c: c.execute(statement, keys))

    def failed(self) -> tuple[Delivery, ...]:
        """What could not be delivered and is not tried any more, newest first."""
        return self._deliveries("d.state = 'failed'")[::-1]

    def unheard(self) -> tuple[tuple[Notice, str], ...]:
        """Notices that did not reach everybody whom they should, with the reason; newest first."""
        with self._database.read() as connection:
            rows = connection.execute(sa.text("SELECT * FROM notices WHERE problem <> '' ORDER BY at DESC, id")).all()
        return tuple((_notice(row), row.problem) for row in rows)

    def retry(self, at: dt.datetime) -> int:
        """How many deliveries that had failed for good are tried again, from `at` on."""
        statement = sa.text("UPDATE deliveries SET state = 'waiting', attempts = 0, next = :at WHERE state = 'failed'")
        return self._database.write(lambda c: c.execute(statement, {"at": _stamp(at)}).rowcount)

    def _deliveries(self, condition: str) -> tuple[Delivery, ...]:
        query = (
            "SELECT d.channel, d.person, d.state AS how, d.attempts, d.next, d.batch, d.problem AS why, n.* "  # noqa: S608
            f"FROM deliveries d JOIN notices n ON n.id = d.notice WHERE {condition} ORDER BY n.at, n.id, d.person"
        )
        with self._database.read() as connection:
            rows = connection.execute(sa.text(query)).all()
        return tuple(
            Delivery(
                _notice(row),
                row.channel,
                row.person,
                row.how,
                row.attempts,
                dt.datetime.fromisoformat(row.next),
                row.batch,
                row.why,
            )
            for row in rows
        )


class _Taken(Exception):
    """Another process was first: nothing of the claim stands."""


def _key(delivery: Delivery) -> dict[str, str]:
    return {"notice": delivery.notice.id, "channel": delivery.channel, "person": delivery.person}


def _notice(row: sa.Row[Any]) -> Notice:
    return Notice(
        row.id,
        row.event,
        row.publication,
        row.language,
        row.stage,
        row.opening,
        json.loads(row.data),
        dt.datetime.fromisoformat(row.at),
    )


def _stamp(at: dt.datetime) -> str:
    """Always of one length and zone, so that texts compare like times."""
    return at.astimezone(dt.UTC).isoformat(timespec="microseconds")
