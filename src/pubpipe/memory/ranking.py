"""The ranking of memory units for a segment, pure: units and candidates are handed in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Literal

from pubpipe.identity import Hash, memory_key
from pubpipe.languages import fold
from pubpipe.model import (
    MEMORY_RANK,
    Candidates,
    Content,
    Inline,
    MemoryUnit,
    Segment,
    TagClose,
    Text,
    Value,
    plain,
    tag_problems,
    tidy,
)

NEAREST = 5
"""How many of the best-scored texts are read whole; the most trusted unit of the best text wins."""


class Match(Value):
    """What the memory offers for a segment. Only `context` and `exact` may be filled in."""

    kind: Literal["context", "exact", "fuzzy"]
    unit: MemoryUnit
    score: int
    """100 for the same text, at most 99 for a fuzzy match."""
    target: Content | None = None
    """The unit's target with this segment's own tags; None for a fuzzy match, which is never filled in.

    Two sentences of opposite meaning score 97 per cent; what differs is for `review.classify` to say.
    """
    provenance: str = ""
    """Where the unit comes from, in words."""


def key(content: Content) -> Hash:
    """What a source text is looked up by: its folded text and the shape of its tags."""
    return memory_key(content, fold)


def look_up(
    segments: Sequence[Segment],
    units: Iterable[MemoryUnit],
    candidates: Callable[[str], Candidates],
    language: str,
    *,
    threshold: int = 75,
) -> dict[str, Match]:
    """Segment id to the best match, for segments that have one.

    `units` are those with the segments' keys (`key`); `candidates` gathers what may resemble a plain text and
    is asked only for segments without an exact match. `threshold` is the least score (per cent, normalised
    Levenshtein similarity of the plain texts) of a fuzzy match.

    A text that differs in case or in tags is no exact match: "us" is not "US", and a bold word must stay
    where it is.
    """
    by_key: dict[Hash, list[MemoryUnit]] = {}
    for unit in units:
        if unit.language == language:
            by_key.setdefault(unit.key, []).append(unit)
    found: dict[str, Match] = {}
    fuzzy: dict[str, tuple[MemoryUnit, int] | None] = {}
    for segment in segments:
        if not segment.translatable:
            continue
        match = _exact(segment, by_key.get(key(segment.content), ()))
        if match is None:
            text = plain(segment.content)
            if text not in fuzzy:
                fuzzy[text] = _nearest(text, candidates(text), language, threshold)
            match = _suggest(fuzzy[text])
        if match is not None:
            found[segment.id] = match
    return found


def _same_case(one: Content, other: Content) -> bool:
    """Whether two texts of one key have their capitals in the same places: the key is blind to them."""

    def capitals(content: Content) -> list[bool]:
        return [c.isupper() for c in plain(content) if c.isalpha()]

    return capitals(one) == capitals(other)


def _exact(segment: Segment, units: Iterable[MemoryUnit]) -> Match | None:
    best: tuple[tuple[bool, int, float], MemoryUnit, Content] | None = None
    for unit in units:
        target = _rebind(unit, segment.content)
        if target is None or not _same_case(unit.source, segment.content):
            continue
        rank = (_in_context(unit, segment), MEMORY_RANK[unit.status], unit.at.timestamp())
        if best is None or rank > best[0]:
            best = (rank, unit, target)
    if best is None:
        return None
    rank, unit, target = best
    return Match(
        kind="context" if rank[0] else "exact",
        unit=unit,
        score=100,
        target=target,
        provenance=_provenance(unit),
    )


def _in_context(unit: MemoryUnit, segment: Segment) -> bool:
    """Whether the unit was approved between the same neighbours: the only kind that may pass without a
    review.
    """
    return unit.status == "approved" and unit.context_hash == segment.context_hash


def _rebind(unit: MemoryUnit, source: Content) -> Content | None:
    """The unit's target with the tags of `source`; None where they do not correspond one to one."""
    theirs = [i for i in unit.source if not isinstance(i, Text)]
    ours = [i for i in source if not isinstance(i, Text)]
    if [i.type for i in theirs] != [i.type for i in ours]:
        return None
    numbers: dict[int, int] = {}
    for their, our in zip(theirs, ours, strict=True):
        if numbers.setdefault(their.id, our.id) != our.id:
            return None
    by_number = {i.id: i for i in ours if not isinstance(i, TagClose)}
    out: list[Inline] = []
    for item in unit.target:
        if isinstance(item, Text):
            out.append(item)
        elif item.id not in numbers:
            return None
        elif isinstance(item, TagClose):
            out.append(TagClose(id=numbers[item.id]))
        else:
            out.append(by_number[numbers[item.id]])
    target = tidy(out)
    return None if tag_problems(source, target) else target


def _nearest(text: str, candidates: Candidates, language: str, threshold: int) -> tuple[MemoryUnit, int] | None:
    """The most trusted unit of the text that scores best, with its score."""
    from rapidfuzz import process
    from rapidfuzz.distance import Levenshtein

    scored = process.extract(
        text,
        [source for _, source in candidates.texts],
        scorer=Levenshtein.normalized_similarity,
        score_cutoff=threshold / 100,
        limit=NEAREST,
    )
    if not scored:
        return None
    scores = {candidates.texts[index][0]: float(score) for _, score, index in scored}
    units = [u for u in candidates.units(list(scores)) if u.language == language]
    if not units:
        return None
    best = max(units, key=lambda u: (scores[u.key], MEMORY_RANK[u.status], u.at.timestamp(), u.key))
    return best, min(99, int(scores[best.key] * 100))


def _suggest(found: tuple[MemoryUnit, int] | None) -> Match | None:
    if found is None:
        return None
    unit, score = found
    return Match(kind="fuzzy", unit=unit, score=score, provenance=_provenance(unit))


def _provenance(unit: MemoryUnit) -> str:
    who = f" by {unit.reviewer}" if unit.reviewer else ""
    where = f", {unit.publication}" if unit.publication else f", {unit.origin}" if unit.origin else ""
    return f"memory: {unit.status}{who}{where}, {unit.at.date().isoformat()}"
