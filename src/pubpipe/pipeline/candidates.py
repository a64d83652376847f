"""From reviewers' corrections to the tables of term candidates, and from there, by a person, into the termbase."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from pubpipe.errors import GlossaryError
from pubpipe.glossary.candidate_table import read_candidates, write_candidates
from pubpipe.glossary.candidates import Candidate, Reviewed, harvest, merge
from pubpipe.glossary.promoting import promote as promoted
from pubpipe.languages import profile
from pubpipe.model import plain
from pubpipe.pipeline.edition import view
from pubpipe.pipeline.ingesting import peek
from pubpipe.pipeline.report import pairs
from pubpipe.pipeline.workspace import Workspace, write_atomically

FOLDER = "candidates"
_GIVEN = ("engine", "context", "exact")


def gather(ws: Workspace, language: str) -> tuple[Reviewed, ...]:
    """Every approved sentence of the language that machine or memory drafted: what was offered, what was approved."""
    found = []
    for known in ws.store.publications.all():
        if language not in known.languages:
            continue
        began = ws.store.beginnings.latest(known.id, language)
        if not began:
            continue
        present = view(ws, known.id, language, peek(ws, known.id))
        found += [
            Reviewed(known.id, segment.number, plain(segment.content), plain(first.target or ()), plain(target))
            for segment, first, target in pairs(present, began, _GIVEN)
        ]
    return tuple(found)


def harvest_all(ws: Workspace, languages: Sequence[str] | None = None) -> dict[str, tuple[Candidate, ...]]:
    """Language to its candidates, harvested anew and written to its table; what a person decided there stays.

    A language without any has no table. GlossaryError for a table that cannot be read: nothing is overwritten.
    """
    every = dict.fromkeys(tag for known in ws.store.publications.all() for tag in known.languages)
    out = {}
    for tag in every:
        if languages is not None and tag not in languages:
            continue
        path = table_of(ws, tag)
        known = read(ws, tag)
        found = merge(known, harvest(gather(ws, tag), profile(tag), ws.matcher))
        if found or path.is_file():
            data = write_candidates(found)
            if not path.is_file() or path.read_bytes() != data:
                write_atomically(path, data)
        out[tag] = found
    return out


def table_of(ws: Workspace, language: str) -> Path:
    """Where the candidates of a language lie."""
    return ws.root / ws.project.glossary / FOLDER / f"{language}.csv"


def read(ws: Workspace, language: str) -> tuple[Candidate, ...]:
    """The candidates in the table of a language, as a person left them."""
    path = table_of(ws, language)
    return read_candidates(path.read_bytes(), language, f"{FOLDER}/{path.name}") if path.is_file() else ()


def promote(
    ws: Workspace, id_: str, by: str, *, english: str | None = None, replacement: str | None = None
) -> tuple[Candidate, Path]:
    """The candidate and the termbase that it was written into, as a draft, with the name of who did it.

    `english` and `replacement` stand in for what the table of candidates has. GlossaryError where the changed termbase
    would not be sound: nothing is written then.
    """
    candidate = _find(ws, id_)
    if candidate.status == "promoted":
        raise GlossaryError(f"{id_} was promoted by {candidate.by} before.", remedy="Change the row in terms.csv.")
    words = {"english": english or candidate.english, "replacement": replacement or candidate.replacement}
    candidate = candidate.model_copy(update=words)
    folder = ws.root / ws.project.glossary
    path = next((p for n in ("terms.csv", "terms.tsv") if (p := folder / n).is_file()), folder / "terms.csv")
    data = path.read_bytes() if path.is_file() else None
    changed = promoted(data, candidate, by=by, day=ws.now().date().isoformat(), name=path.name)
    write_atomically(path, changed)
    return _decide(ws, candidate, "promoted", by, candidate.note), path


def reject(ws: Workspace, id_: str, by: str, note: str) -> Candidate:
    """The candidate with a person's refusal: further harvests count it and do not offer it again."""
    return _decide(ws, _find(ws, id_), "rejected", by, note)


def _find(ws: Workspace, id_: str) -> Candidate:
    folder = ws.root / ws.project.glossary / FOLDER
    known = [c for path in sorted(folder.glob("*.csv")) for c in read(ws, path.stem)]
    for candidate in known:
        if candidate.id == id_:
            return candidate
    raise GlossaryError(
        f"there is no term candidate {id_!r}.", remedy="'pubpipe glossary candidates' harvests and lists them."
    )


def _decide(
    ws: Workspace, candidate: Candidate, status: Literal["promoted", "rejected"], by: str, note: str
) -> Candidate:
    decided = candidate.model_copy(update={"status": status, "by": by.strip(), "note": note})
    table = read(ws, candidate.language)
    changed = merge((), [decided if c.id == decided.id else c for c in table])
    write_atomically(table_of(ws, candidate.language), write_candidates(changed))
    return decided
