"""All authored state as JSON Lines, out and in: what a backup has to hold and nothing that can be made again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, TextIO

import sqlalchemy as sa
from pydantic import ValidationError
from sqlalchemy.engine import Connection

from pubpipe.errors import StoreError
from pubpipe.identity import Hash, memory_key
from pubpipe.languages import fold
from pubpipe.model import Edit, MemoryUnit, RecordedDecision
from pubpipe.store import beginnings, decisions, edits, memory, openings, publications, rounds, typed
from pubpipe.store.database import Database

FORMAT = 1
_RECORDS = (
    ("publication", "SELECT * FROM publications ORDER BY id"),
    ("beginning", "SELECT publication, data AS draft FROM beginnings ORDER BY publication, language, segment, place"),
    ("edit", "SELECT data FROM edits ORDER BY sequence"),
    ("decision", "SELECT data FROM decisions ORDER BY sequence"),
    ("round", "SELECT * FROM rounds ORDER BY publication, language, round"),
    ("typed", "SELECT * FROM typed ORDER BY publication, language, segment, base, reviewer"),
    ("opening", "SELECT * FROM openings ORDER BY publication, language, number"),
    ("memory", "SELECT data FROM memory_units ORDER BY language, key, context, publication"),
)
_JSON_COLUMNS = {"languages", "options", "answer", "problems", "draft"}


def export_jsonl(database: Database, stream: TextIO) -> int:
    """How many records were written: a header line, then one record a line, as of one moment."""
    count = 0
    with database.read() as connection:
        _line(stream, {"pubpipe": "authored state", "format": FORMAT})
        for kind, query in _RECORDS:
            for row in connection.execute(sa.text(query)):
                fields = row._mapping
                value = (
                    json.loads(fields["data"])
                    if "data" in fields
                    else {k: json.loads(v) if k in _JSON_COLUMNS else v for k, v in fields.items()}
                )
                _line(stream, {"kind": kind, "value": value})
                count += 1
    return count


def import_jsonl(database: Database, stream: TextIO) -> int:  # noqa: PLR0915 - one case a kind of record
    """How many records were new. All are taken or, after an error, none.

    The decision record of the file must hold the store's own as its beginning (or be its beginning), and its
    chain is verified link by link, as far as it goes. StoreError names the line.
    """
    lines = list(_parsed(stream))

    def run(connection: Connection) -> int:
        database.lock(connection)
        known_decisions = _stored(connection, "SELECT data FROM decisions ORDER BY sequence")
        known_edits = set(_stored(connection, "SELECT data FROM edits ORDER BY sequence"))
        new_decisions: list[RecordedDecision] = []
        new_edits: list[Edit] = []
        units: list[MemoryUnit] = []
        count = seen = 0
        previous: Hash | None = None
        for number, kind, value in lines:
            try:
                match kind:
                    case "decision":
                        entry = RecordedDecision.model_validate_json(json.dumps(value))
                        seen += 1
                        problem = decisions.link_problem(entry, previous)
                        if entry.sequence != seen and problem is None:
                            problem = f"entry {entry.sequence} stands where entry {seen} belongs"
                        if problem:
                            raise _refuse(number, problem)
                        previous = entry.hash
                        if seen > len(known_decisions):
                            new_decisions.append(entry)
                        elif RecordedDecision.model_validate_json(known_decisions[seen - 1]) != entry:
                            raise _refuse(number, f"entry {seen} is another one in this store")
                    case "edit":
                        edit = Edit.model_validate_json(json.dumps(value))
                        if edit.model_dump_json() not in known_edits:
                            new_edits.append(edit)
                    case "beginning":
                        count += beginnings.record(connection, *beginnings.from_json(value))
                    case "memory":
                        unit = MemoryUnit.model_validate_json(json.dumps(value))
                        # an older program may have made the key otherwise
                        units.append(unit.model_copy(update={"key": memory_key(unit.source, fold)}))
                    case "publication":
                        publications.save(connection, publications.from_json(value))
                    case "round":
                        count += rounds.write(connection, rounds.from_json(value))
                    case "typed":
                        count += typed.write(connection, typed.from_json(value))
                    case "opening":
                        count += openings.write(connection, openings.from_json(value))
                    case _:
                        raise _refuse(number, f"no record is called {kind!r}")
            except (ValidationError, KeyError, TypeError, ValueError) as error:
                raise _refuse(number, f"this {kind} cannot be read") from error
        decisions.write(connection, new_decisions)
        edits.append(connection, database, new_edits)
        if units:
            before = connection.scalar(sa.text("SELECT count(*) FROM memory_units")) or 0
            memory.remember(connection, units)
            count += int(connection.scalar(sa.text("SELECT count(*) FROM memory_units")) or 0) - int(before)
        return count + len(new_decisions) + len(new_edits)

    return database.write(run)


def _stored(connection: Connection, query: str) -> list[str]:
    return [row.data for row in connection.execute(sa.text(query))]


def _parsed(stream: TextIO) -> Iterator[tuple[int, str, dict[str, Any]]]:
    for number, line in enumerate(stream, 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except ValueError as error:
            raise _refuse(number, "it is not JSON (was the file cut off?)") from error
        if number == 1:
            if not isinstance(record, dict) or record.get("format") != FORMAT or "pubpipe" not in record:
                raise _refuse(number, "this is no export of authored state, or of another version")
            continue
        if not isinstance(record, dict) or not isinstance(record.get("value"), dict):
            raise _refuse(number, "it is no record")
        yield number, str(record.get("kind")), record["value"]


def _refuse(line: int, why: str) -> StoreError:
    return StoreError(f"Line {line} of the export: {why}.", remedy="Nothing was imported. Use an unchanged export.")


def _line(stream: TextIO, value: dict[str, Any]) -> None:
    stream.write(json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n")
