"""The answers that reviewers gave, round by round (authored): also those that were refused, with the reasons."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from pubpipe.errors import StoreError
from pubpipe.identity import Hash
from pubpipe.store.database import Database


class Round(NamedTuple):
    """One answer to one request."""

    publication: str
    language: str
    round: int
    digest: Hash
    stage: str
    answer: dict[str, Any]
    problems: tuple[str, ...]
    at: dt.datetime


class Rounds:
    def __init__(self, database: Database) -> None:
        self._database = database

    def record(
        self,
        publication: str,
        language: str,
        *,
        round: int,
        digest: Hash,
        stage: str,
        answer: Mapping[str, Any],
        problems: Sequence[str],
        at: dt.datetime,
    ) -> None:
        """Add a round; StoreError if somebody else's answer took this number (two people answered at once)."""
        value = Round(publication, language, round, digest, stage, dict(answer), tuple(problems), at)

        def run(connection: Connection) -> None:
            if not write(connection, value):
                raise StoreError(
                    f"Round {round} of {publication}/{language} was answered by somebody else meanwhile.",
                    remedy="Open the review again: it shows what they wrote.",
                )

        self._database.write(run)

    def all(self, publication: str, language: str) -> tuple[Round, ...]:
        """The rounds of one edition, oldest first."""
        with self._database.read() as connection:
            rows = connection.execute(
                sa.text(
                    "SELECT * FROM rounds WHERE publication = :publication AND language = :language ORDER BY round"
                ),
                {"publication": publication, "language": language},
            ).all()
        return tuple(from_row(row) for row in rows)


def write(connection: Connection, value: Round) -> bool:
    """Add one round inside a transaction; False if its number is taken."""
    result = connection.execute(
        sa.text(
            "INSERT INTO rounds (publication, language, round, digest, stage, answer, problems, at) "
            "VALUES (:publication, :language, :round, :digest, :stage, :answer, :problems, :at) "
            "ON CONFLICT (publication, language, round) DO NOTHING"
        ),
        value._asdict()
        | {
            "answer": json.dumps(value.answer, ensure_ascii=False, sort_keys=True),
            "problems": json.dumps(value.problems, ensure_ascii=False),
            "at": value.at.isoformat(),
        },
    )
    return result.rowcount == 1


def from_row(row: sa.Row[Any]) -> Round:
    """The value of a table row."""
    return Round(
        row.publication,
        row.language,
        row.round,
        Hash(row.digest),
        row.stage,
        json.loads(row.answer),
        tuple(json.loads(row.problems)),
        dt.datetime.fromisoformat(row.at),
    )


def from_json(value: Mapping[str, Any]) -> Round:
    """The value of an exported record; KeyError or ValueError where it is none."""
    return Round(
        value["publication"],
        value["language"],
        int(value["round"]),
        Hash(value["digest"]),
        value["stage"],
        dict(value["answer"]),
        tuple(value["problems"]),
        dt.datetime.fromisoformat(value["at"]),
    )
