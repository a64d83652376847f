"""Which approved sentence each new one replaced: a revised one, or one that was split or merged."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Literal, NamedTuple

from pubpipe.identity import Hash, content_hash
from pubpipe.model import Content, Decision, Draft, Segment, SourceChange, plain
from pubpipe.review.changes import Reading, classify, joined

REPLACED = 0.6
"""How much of a revised sentence must be left (similarity of the characters) to be shown as a revision of it."""
TOGETHER = 0.75
"""The same for sentences that were one, or are one now."""
_BETTER = 0.08
"""By how much several sentences together must resemble the other text more than the best of them alone does."""
_PIECES = 3
"""Into how many sentences one is split at most, to be found again."""


class Replaced(NamedTuple):
    """What stood in the place of a new sentence, and was approved."""

    source: Content
    """The English for which people approved `target`: of a chain of revisions the first that they saw."""
    target: Content
    draft: Draft
    """The earlier draft; of several merged ones the first."""
    relation: Literal["revised", "split", "merged"] = "revised"
    segments: tuple[str, ...] = ()
    """Split: all new sentences, in order; merged or revised: the one."""


class _Old(NamedTuple):
    place: int
    source: Content
    draft: Draft
    text: str


def replaced(
    segments: Sequence[Segment],
    previous: Sequence[Segment],
    targets: Mapping[str, Draft],
    decisions: Sequence[Decision],
) -> dict[str, Replaced]:
    """New segment id to the approved text that it replaced.

    `previous` are the segments of an earlier version of the document, `targets` their drafts by segment id. A sentence
    replaced the one that stood between the same neighbours, else the most similar one that is gone. Moved sentences are
    no revisions: their source is the same, and so is what was decided.
    """
    gone = _gone(segments, previous, targets, decisions)
    known = {s.source_hash for s in previous}
    new = [(place, segment) for place, segment in enumerate(segments) if segment.source_hash not in known]
    if not gone or not new:
        return {}
    found: dict[str, Replaced] = {}
    taken: set[int] = set()
    _split(segments, new, gone, found, taken)
    _merged(new, gone, found, taken)
    for place, segment in new:
        if segment.id in found:
            continue
        text = plain(segment.content)
        scored = []
        for old in gone:
            if old.place in taken:
                continue
            score = _similarity(old.text, text)
            neighbours = _neighbours(segments, place) == _neighbours(previous, old.place)
            if neighbours or score >= REPLACED:
                scored.append((neighbours, score, -old.place, old))
        if scored:
            best = max(scored, key=lambda s: s[:3])[3]
            taken.add(best.place)
            found[segment.id] = Replaced(
                best.source, best.draft.target or (), best.draft, "revised", segments=(segment.id,)
            )
    return found


def compared(
    was: Replaced, segment: Segment, segments: Sequence[Segment], read: Callable[[Content], Reading]
) -> SourceChange:
    """What changed between what was approved and the segment that replaced it: of a split one, all its sentences."""
    now = segment.content
    if was.relation == "split":
        now = joined(s.content for s in segments if s.id in was.segments)
    return classify(was.source, now, read(was.source), read(now), relation=was.relation)


def _gone(
    segments: Sequence[Segment],
    previous: Sequence[Segment],
    targets: Mapping[str, Draft],
    decisions: Sequence[Decision],
) -> list[_Old]:
    """The approved sentences of the earlier version that stand there no more, in its order."""
    approved = {(d.source_hash, d.target_hash) for d in decisions if d.verdict == "approve" and d.target_hash}
    present = {s.source_hash for s in segments}
    out = []
    for place, old in enumerate(previous):
        draft = targets.get(old.id)
        if old.source_hash in present or draft is None or draft.target is None:
            continue
        target = content_hash(draft.target)
        source: Content | None = old.content if (old.source_hash, target) in approved else draft.approved_source
        if source is not None and (content_hash(source), target) in approved:
            out.append(_Old(place, source, draft, plain(old.content)))
    return out


def _split(
    segments: Sequence[Segment],
    new: Sequence[tuple[int, Segment]],
    gone: Sequence[_Old],
    found: dict[str, Replaced],
    taken: set[int],
) -> None:
    """One sentence that is now several, one after the other."""
    places = {place for place, _ in new}
    for old in gone:
        best: tuple[float, tuple[Segment, ...]] | None = None
        for place, _ in new:
            for count in range(2, _PIECES + 1):
                run = range(place, place + count)
                if not places.issuperset(run):
                    break
                pieces = tuple(segments[i] for i in run)
                if any(p.id in found or p.unit != pieces[0].unit for p in pieces):
                    break
                score = _together(old.text, [plain(p.content) for p in pieces])
                if score is not None and (best is None or score > best[0]):
                    best = score, pieces
        if best is not None:
            taken.add(old.place)
            ids = tuple(p.id for p in best[1])
            for piece in best[1]:
                found[piece.id] = Replaced(old.source, old.draft.target or (), old.draft, "split", ids)


def _merged(
    new: Sequence[tuple[int, Segment]], gone: Sequence[_Old], found: dict[str, Replaced], taken: set[int]
) -> None:
    """Several sentences, one after the other, that are now one."""
    for _, segment in new:
        if segment.id in found:
            continue
        best: tuple[float, Sequence[_Old]] | None = None
        for first in range(len(gone)):
            for count in range(2, _PIECES + 1):
                run = gone[first : first + count]
                if len(run) < count or run[-1].place - run[0].place != count - 1 or any(o.place in taken for o in run):
                    break
                score = _together(plain(segment.content), [o.text for o in run])
                if score is not None and (best is None or score > best[0]):
                    best = score, run
        if best is not None:
            taken.update(o.place for o in best[1])
            found[segment.id] = Replaced(
                joined(o.source for o in best[1]),
                joined(o.draft.target or () for o in best[1]),
                best[1][0].draft,
                "merged",
                segments=(segment.id,),
            )


def _together(whole: str, pieces: Sequence[str]) -> float | None:
    """How much the pieces in a row resemble the whole; None where they do not, or one of them alone does as well."""
    together = " ".join(pieces)
    if min(len(whole), len(together)) < TOGETHER * max(len(whole), len(together)):
        return None
    score = _similarity(whole, together)
    if score < TOGETHER or score < max(_similarity(whole, p) for p in pieces) + _BETTER:
        return None
    return score


def _similarity(one: str, other: str) -> float:
    from rapidfuzz.distance import Levenshtein

    return float(Levenshtein.normalized_similarity(one, other))


def _neighbours(segments: Sequence[Segment], place: int) -> tuple[Hash | None, Hash | None]:
    return (
        segments[place - 1].source_hash if place else None,
        segments[place + 1].source_hash if place + 1 < len(segments) else None,
    )
