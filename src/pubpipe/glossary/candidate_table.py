"""The tables of term candidates: one CSV file a language, which a person may edit in a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from pydantic import ValidationError

from pubpipe.errors import GlossaryError
from pubpipe.glossary.candidates import Candidate

COLUMNS = (
    "id", "status", "kind", "english", "replaced", "replacement", "term", "segments", "publications", "kept", "score",
    "by", "note", "places",
)  # fmt: skip
_BETWEEN = " | "


def write_candidates(candidates: Iterable[Candidate]) -> bytes:
    """The bytes of a table, in the order given."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for candidate in candidates:
        values = candidate.model_dump(mode="json") | {"places": _BETWEEN.join(candidate.places)}
        writer.writerow([_cell(values[column]) for column in COLUMNS])
    return out.getvalue().encode("utf-8")


def read_candidates(data: bytes, language: str, name: str) -> tuple[Candidate, ...]:
    """The candidates that a table holds; `name` is what problems call it. Raises GlossaryError with row and column."""
    try:
        rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise GlossaryError(f"{name} cannot be read: {error}.", remedy="Save it as CSV in UTF-8.") from error
    found, problems = [], []
    for number, row in enumerate(rows, 2):
        if not any((value or "").strip() for key, value in row.items() if key):
            continue
        values = {column: (row.get(column) or "").strip().removeprefix("'") for column in COLUMNS}
        places = tuple(p.strip() for p in values.pop("places").split("|") if p.strip())
        try:
            numbers = {c: values[c] or "0" for c in ("segments", "publications", "kept", "score")}
            found.append(Candidate.model_validate({**values, **numbers, "places": places, "language": language}))
        except ValidationError as error:
            first = error.errors()[0]
            problems.append(f"{name} row {number}, column {'.'.join(map(str, first['loc']))}: {first['msg']}")
    if problems:
        raise GlossaryError(
            f"{name} has {len(problems)} rows that cannot be read.",
            remedy="Mend them; or delete the file, and harvest again: decisions in it are lost then.",
            problems=tuple(problems),
        )
    return tuple(found)


def _cell(value: object) -> object:
    """Text that a spreadsheet does not take for a formula."""
    return f"'{value}" if isinstance(value, str) and value[:1] in "=+-@" and value else value
