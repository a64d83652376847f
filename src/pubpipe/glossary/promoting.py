"""A candidate into the termbase: one row of the table written or changed, every other byte of it as it was."""

from __future__ import annotations

import csv
import io
import re

from pubpipe.errors import GlossaryError
from pubpipe.glossary.candidates import Candidate
from pubpipe.glossary.english import forms
from pubpipe.glossary.table import COLUMNS, column, parse
from pubpipe.languages import profile
from pubpipe.languages.normal import fold

_SLUG = re.compile(r"[^a-z0-9]+")
_BETWEEN = " | "


def promote(data: bytes | None, candidate: Candidate, *, by: str, day: str, name: str = "terms.csv") -> bytes:
    """The table with the candidate's words in it as a draft, for a native speaker to confirm.

    Where the English stands in the table already, its row gets the form: as the preferred one, the one that stood there
    becomes an allowed one. Else a row is added at the end. `data` are the bytes of the table, None for a new one; rows,
    order, line ends, quoting and whatever else stands in it stay. Raises GlossaryError where a word is missing or the
    changed table would not be sound.
    """
    english, form = candidate.english.strip(), candidate.replacement.strip()
    for what, value in (("english", english), ("replacement", form), ("by", by.strip())):
        if not value:
            raise GlossaryError(
                f"candidate {candidate.id} has no {what}.",
                remedy=f"Fill in the column {what!r} of its row, or give it on the command line.",
            )
    head, records, end = _records(_new() if data is None else data, name)
    names = [cell.strip().lower() for cell in head.cells]
    base = column(profile(candidate.language))
    note = f"promoted by {by.strip()}, {day}, from {_from(candidate)}"
    found = _row_of(records, names, candidate, english)
    if base not in names or (found is not None and f"{base}_allowed" not in names):
        raise GlossaryError(f"{name} has no columns for {base}.", remedy=f"Add the columns {base}, {base}_allowed.")
    if found is None:
        values = {"id": _id(english, records, names), "source": english, "status": "draft", "note": note, base: form}
        raw = "".join(r.raw for r in (head, *records))
        raw += "" if raw.endswith(("\n", "\r")) else end
        changed = raw + _line([values.get(column_, "") for column_ in names], head.delimiter, end)
    else:
        cells = dict(zip(names, [*found.cells, *[""] * len(names)], strict=False))
        old = [f.strip() for key in (base, f"{base}_allowed") for f in cells[key].split("|") if f.strip()]
        cells[base] = form
        cells[f"{base}_allowed"] = _BETWEEN.join(f for f in dict.fromkeys(old) if fold(f) != fold(form))
        cells |= {"status": "draft", "note": _joined(cells.get("note", ""), note)}
        line = _line(
            [cells[column_] for column_ in names], head.delimiter, end if found.raw.endswith(("\n", "\r")) else ""
        )
        changed = "".join(line if r is found else r.raw for r in (head, *records))
    encoded = (b"\xef\xbb\xbf" if (data or b"").startswith(b"\xef\xbb\xbf") else b"") + changed.encode("utf-8")
    parse(encoded, name)
    return encoded


def _new() -> bytes:
    return (",".join(COLUMNS) + "\n").encode()


class _Record:
    """One row as it stands in the file, and its cells."""

    def __init__(self, raw: str, delimiter: str) -> None:
        self.raw, self.delimiter = raw, delimiter
        self.cells = next(csv.reader(io.StringIO(raw, newline=""), delimiter=delimiter), [])


def _records(data: bytes, name: str) -> tuple[_Record, list[_Record], str]:
    """The header, the rows and the line end of a sound table."""
    parse(data, name)
    text = data.decode("utf-8-sig")
    lines = io.StringIO(text, newline="").readlines()
    end = "\r\n" if lines and lines[0].endswith("\r\n") else "\n"
    first = next((line for line in lines if line.strip()), "")
    delimiter = max(",;\t", key=first.count)
    reader, raws, start = csv.reader(lines, delimiter=delimiter, strict=True), list[str](), 0
    for _ in reader:
        raws.append("".join(lines[start : reader.line_num]))
        start = reader.line_num
    records = [_Record(raw, delimiter) for raw in raws]
    place = next(i for i, r in enumerate(records) if any(c.strip() for c in r.cells))
    head = records[place]
    head.raw = "".join(r.raw for r in records[: place + 1])
    return head, records[place + 1 :], end


def _row_of(records: list[_Record], names: list[str], candidate: Candidate, english: str) -> _Record | None:
    """The row whose term this is: by the candidate's term, else by its English in any form."""
    wanted = _same(english)
    for record in records:
        cells = dict(zip(names, record.cells, strict=False))
        written = [cells.get("source", ""), *cells.get("variants", "").split("|")]
        if (candidate.term and cells.get("id", "").strip() == candidate.term) or any(
            _same(w) == wanted for w in written if w.strip()
        ):
            return record
    return None


def _same(english: str) -> tuple[str, ...]:
    return tuple(min(forms(word)) for word in english.casefold().replace("-", " ").split())


def _id(english: str, records: list[_Record], names: list[str]) -> str:
    """A new id from the English, numbered where another term has it."""
    taken = {dict(zip(names, r.cells, strict=False)).get("id", "").strip().lower() for r in records}
    slug = _SLUG.sub("-", english.casefold()).strip("-")[:60] or "term"
    return next(n for n in (slug, *(f"{slug}-{i}" for i in range(2, len(taken) + 3))) if n not in taken)


def _from(candidate: Candidate) -> str:
    where = sorted({place.partition("#")[0] for place in candidate.places})
    return f"{candidate.segments} corrections" + (f" in {', '.join(where)}" if where else "")


def _joined(old: str, new: str) -> str:
    return f"{old.strip()}; {new}" if old.strip() else new


def _line(cells: list[str], delimiter: str, end: str) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator=end).writerow(cells)
    return out.getvalue()
