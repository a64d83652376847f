"""The next round of a review: what is shown to whom, and what is asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from pubpipe.errors import ReviewError
from pubpipe.identity import Hash, content_hash, digest
from pubpipe.model import (
    Decision,
    Draft,
    Finding,
    ReviewItem,
    ReviewRequest,
    Segment,
    TermHit,
    plain,
    to_markup,
)
from pubpipe.review.standing import SegmentStanding, Standing, finding_name

REPLACED = 0.6
"""How much of a revised sentence must be left (similarity of the characters) to be shown as a revision of it.
"""
_COMMENTS = 10


class Answered(Protocol):
    """A round that was answered before, as the store records it."""

    @property
    def stage(self) -> str: ...
    @property
    def problems(self) -> Sequence[str]: ...


def request(
    standing: Standing,
    segments: Sequence[Segment],
    drafts: Mapping[str, Draft],
    hits: Mapping[str, tuple[TermHit, ...]],
    findings: Sequence[Finding],
    decisions: Sequence[Decision],
    *,
    title: str,
    language_name: str,
    rounds: Sequence[Answered] = (),
    previous_segments: Sequence[Segment] = (),
    previous_targets: Mapping[str, Draft] | None = None,
) -> ReviewRequest:
    """The round that waits for a person; ReviewError where none does (the edition is approved or rejected).

    The same arguments always give the same request with the same digest. `rounds` are the answers so far;
    `previous_segments` and `previous_targets` (by segment id) are what the source and its drafts were before
    it was revised: what was approved of them is shown beside the sentences that replaced it.
    """
    stage = next((s for s in standing.case.stages if s.name == standing.stage), None)
    if stage is None:
        raise ReviewError(f"Nothing of {title} ({language_name}) waits for a review: it is {standing.state}.")
    states = standing.segments.get(stage.name, {})
    asked, remaining = _attention(segments, drafts, states, stage.form_size)
    replaced = _replaced(segments, previous_segments, previous_targets or {}, decisions)
    by_segment: dict[str, list[Finding]] = {}
    for finding in findings:
        if finding.segment:
            by_segment.setdefault(finding.segment, []).append(finding)
    items = []
    for segment in segments:
        draft = drafts.get(segment.id)
        target = standing.case.targets.get(segment.id)
        state = states.get(segment.id)
        before = replaced.get(segment.id)
        items.append(
            ReviewItem(
                segment=segment.id,
                number=segment.number,
                role=segment.role,
                source=to_markup(segment.content),
                target="" if target is None else to_markup(target),
                origin=draft.origin if draft is not None and target is not None else "open",
                detail=(draft.detail or draft.problem) if draft is not None else "",
                terms=hits.get(segment.id, ()),
                findings=tuple(by_segment.get(segment.id, ())),
                suggestion=draft.suggestion if draft is not None else None,
                previous_source=plain(before[0].content) if before else None,
                previous_target=plain(before[1].target or ()) if before else None,
                reason=_reason(state, before is not None),
                attention=segment.id in asked,
                state=_state(state, target is None),
                source_hash=segment.source_hash,
                target_hash=None if target is None else content_hash(target),
                terms_hash=standing.case.terms.get(segment.id),
            )
        )
    last = stage is standing.case.stages[-1] or stage.kind == "edition"
    blocking = [finding_name(f) for f in standing.blocking if last or (f.segment is not None and f.segment in asked)]
    made = ReviewRequest(
        publication=standing.case.publication,
        title=title,
        language=standing.case.language,
        language_name=language_name,
        stage=stage.name,
        kind=stage.kind,
        round=len(rounds) + 1,
        digest=Hash(""),
        items=tuple(items),
        people=stage.people.get(standing.case.language, ()),
        remaining=remaining,
        problems=tuple(rounds[-1].problems) if rounds and rounds[-1].stage == stage.name else (),
        comments=_comments(decisions),
        edition_hash=standing.edition_hash,
        findings=tuple(f for f in findings if f.segment is None),
        blocking=tuple(dict.fromkeys(blocking)),
    )
    return made.model_copy(update={"digest": request_digest(made)})


def request_digest(made: ReviewRequest) -> Hash:
    """Binds an answer to everything that was shown; the preview is a picture of it and does not count."""
    return digest("review", 1, made.model_dump(mode="json", exclude={"digest", "preview"}))


def _attention(
    segments: Sequence[Segment],
    drafts: Mapping[str, Draft],
    states: Mapping[str, SegmentStanding],
    size: int,
) -> tuple[frozenset[str], int]:
    """(segments that this round asks for, how many wait for a later one); equal texts are asked for once."""
    asked: list[str] = []
    seen: set[tuple[Hash, Hash | None]] = set()
    for segment in segments:
        state = states.get(segment.id)
        if state is None or state.state == "approved" or not segment.translatable:
            continue
        draft = drafts.get(segment.id)
        target = draft.target if draft is not None else None
        pair = (segment.source_hash, None if target is None else content_hash(target))
        if pair not in seen:
            seen.add(pair)
            asked.append(segment.id)
    return frozenset(asked[:size]), max(0, len(asked) - size)


def _reason(state: SegmentStanding | None, revised: bool) -> str:
    if state is None or state.state == "approved":
        return ""
    if revised and state.state in ("waiting", "open"):
        return "the source was revised since it was approved"
    return state.reason


def _state(state: SegmentStanding | None, is_open: bool) -> str:
    if is_open:
        return "open"
    if state is not None and state.state in ("approved", "rejected"):
        return state.state
    return "waiting"


def _comments(decisions: Iterable[Decision]) -> tuple[str, ...]:
    lines = dict.fromkeys(
        f"{d.reviewer} ({d.stage}, {d.verdict.replace('_', ' ')}): {d.note}" for d in decisions if d.note
    )
    return tuple(list(lines)[-_COMMENTS:])


def _replaced(
    segments: Sequence[Segment],
    previous: Sequence[Segment],
    targets: Mapping[str, Draft],
    decisions: Sequence[Decision],
) -> dict[str, tuple[Segment, Draft]]:
    """New segment id to the approved segment that it replaced, with its draft.

    A sentence replaced the one that stood between the same neighbours, else the most similar one that is
    gone.
    """
    approved = {(d.source_hash, d.target_hash) for d in decisions if d.verdict == "approve" and d.target_hash}
    present = {s.source_hash for s in segments}
    gone: list[tuple[int, Segment, Draft]] = []
    for place, old in enumerate(previous):
        draft = targets.get(old.id)
        if old.source_hash in present or draft is None or draft.target is None:
            continue
        if (old.source_hash, content_hash(draft.target)) in approved:
            gone.append((place, old, draft))
    if not gone:
        return {}
    from rapidfuzz.distance import Levenshtein

    known = {s.source_hash for s in previous}
    found: dict[str, tuple[Segment, Draft]] = {}
    taken: set[int] = set()
    for place, segment in enumerate(segments):
        if segment.source_hash in known:
            continue
        scored = []
        for at, old, draft in gone:
            if at in taken:
                continue
            score = Levenshtein.normalized_similarity(plain(old.content), plain(segment.content))
            neighbours = _neighbours(segments, place) == _neighbours(previous, at)
            if neighbours or score >= REPLACED:
                scored.append((neighbours, score, -at, old, draft))
        if scored:
            best = max(scored, key=lambda s: s[:3])
            taken.add(-best[2])
            found[segment.id] = (best[3], best[4])
    return found


def _neighbours(segments: Sequence[Segment], place: int) -> tuple[Hash | None, Hash | None]:
    return (
        segments[place - 1].source_hash if place else None,
        segments[place + 1].source_hash if place + 1 < len(segments) else None,
    )
