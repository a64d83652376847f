"""Which terms moved since a sentence was approved, and from what to what."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from pubpipe.identity import Hash, content_hash
from pubpipe.model import Decision

if TYPE_CHECKING:
    from pubpipe.pipeline.edition import EditionView


class MovedTerm(NamedTuple):
    """A term of a sentence whose entry is another one than when the sentence was approved."""

    name: str
    """As it stands in the English; of a term that the glossary has no more, its id."""
    was: str = ""
    """The preferred form at the approval; empty where nobody knows, or there was none."""
    now: str = ""

    @property
    def words(self) -> str:
        """ "‘migrant worker’: ពលករ → កម្មករ", or the name alone where the forms are the same or not known."""
        if self.was == self.now:
            return f"‘{self.name}’"
        return f"‘{self.name}’: {self.was or '—'} → {self.now or '—'}"


REMOVED = "a removed term"


def keep_entries(present: EditionView, decisions: Iterable[Decision]) -> None:
    """Keep what the hashes in these decisions stand for, so that it can be said later what moved (derived state)."""
    wanted = {d.segment: d.terms_hash for d in decisions if d.verdict == "approve" and d.segment and d.terms_hash}
    kept = {
        _key(found): json.dumps(present.ws.matcher.term_entries(present.hits[id_]), ensure_ascii=False)
        for id_, found in present.terms.items()
        if wanted.get(id_) == found and present.hits[id_]
    }
    present.ws.store.cache.put(kept)


def moved_terms(present: EditionView) -> dict[str, tuple[MovedTerm, ...]]:
    """Segment id to the terms that moved, for those approved under other term entries than those in force."""
    decided: dict[Hash, dict[Hash, None]] = {}
    for decision in present.decisions:
        if decision.verdict == "approve" and decision.source_hash and decision.terms_hash:
            under = decided.setdefault(decision.source_hash, {})
            under.pop(decision.terms_hash, None)
            under[decision.terms_hash] = None  # the newest last
    moved: dict[str, Hash] = {}
    for segment in present.segments:
        revision = present.revised.get(segment.id)
        source = segment.source_hash
        if revision is not None and source not in decided:
            source = content_hash(revision.source)
        if source in decided and present.terms[segment.id] not in decided[source]:
            moved[segment.id] = next(reversed(decided[source]))
    if not moved:
        return {}
    known = present.ws.store.cache.get([_key(found) for found in dict.fromkeys(moved.values())])
    return {id_: _moved(present, id_, known.get(_key(found))) for id_, found in moved.items()}


def _moved(present: EditionView, segment: str, kept: str | None) -> tuple[MovedTerm, ...]:
    hits = present.hits[segment]
    surfaces = {hit.term: hit.surface for hit in reversed(hits)}
    if kept is None:  # approved by another program, or the cache was deleted: any of them may have moved
        return tuple(MovedTerm(name) for name in dict.fromkeys(hit.surface for hit in hits)) or (MovedTerm(REMOVED),)
    was: dict[str, dict[str, Any]] = {entry["term"]: entry for entry in json.loads(kept)}
    now = {entry["term"]: entry for entry in present.ws.matcher.term_entries(hits)}
    return tuple(
        MovedTerm(
            surfaces.get(id_, id_),
            was.get(id_, {}).get("preferred") or "",
            now.get(id_, {}).get("preferred") or "",
        )
        for id_ in dict.fromkeys((*(hit.term for hit in hits), *was))
        if was.get(id_) != now.get(id_)
    )


def _key(terms: Hash) -> str:
    return f"terms/{terms}"
