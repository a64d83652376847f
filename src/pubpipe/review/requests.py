"""The next round of a review: what is shown to whom, and what is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol

from pubpipe.errors import ReviewError
from pubpipe.identity import Hash, content_hash, digest
from pubpipe.model import (
    Content,
    Decision,
    Draft,
    Finding,
    ReviewItem,
    ReviewRequest,
    Segment,
    SourceChange,
    Suggestion,
    TermHit,
    plain,
    to_markup,
)
from pubpipe.review.changes import NOTHING_READ, Reading
from pubpipe.review.revisions import Replaced, compared
from pubpipe.review.right import only_own
from pubpipe.review.stages import Stage, person
from pubpipe.review.standing import SegmentStanding, Standing, finding_name

_COMMENTS = 10
_WORDS = 6
"""How many differences the reason names; the others are beside the text."""
_REVISED = {
    "revised": "the source was revised",
    "split": "the source was revised (one sentence became several)",
    "merged": "the source was revised (several sentences became one)",
}


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
    replaced: Mapping[str, Replaced] | None = None,
    authors: Mapping[str, tuple[str, ...]] | None = None,
    read: Callable[[Content], Reading] = lambda _: NOTHING_READ,
    moved_terms: Mapping[str, tuple[str, ...]] | None = None,
) -> ReviewRequest:
    """The round that waits for a person; ReviewError where none does (the edition is approved or rejected).

    The same arguments always give the same request with the same digest. `rounds` are the answers so far; `replaced`
    is what stood in the place of revised sentences (`review.replaced`): it is shown beside them, with what changed
    (`read`: what other rooms read in an English text). `authors`: by segment id, who wrote its present translation,
    where people did; `moved_terms`: which term entries in it are others than when it was approved, in words.
    """
    stage = next((s for s in standing.case.stages if s.name == standing.stage), None)
    if stage is None:
        raise ReviewError(f"Nothing of {title} ({language_name}) waits for a review: it is {standing.state}.")
    states = standing.segments.get(stage.name, {})
    authors = authors or {}
    asked, remaining = _attention(segments, drafts, states, stage, authors)
    carried = standing.carried
    before = _before(standing, states, drafts, replaced or {})
    by_segment: dict[str, list[Finding]] = {}
    for finding in findings:
        if finding.segment:
            by_segment.setdefault(finding.segment, []).append(finding)
    items = []
    for segment in segments:
        draft = drafts.get(segment.id)
        target = standing.case.targets.get(segment.id)
        state = states.get(segment.id)
        was = before.get(segment.id)
        change = compared(was, segment, segments, read) if was else None
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
                suggestion=_suggestion(draft, was),
                previous_source=plain(was.source) if was else None,
                previous_target=plain(was.target) if was else None,
                change=change,
                carried=carried.get(segment.id, ""),
                reason=_reason(
                    state,
                    change,
                    (moved_terms or {}).get(segment.id, ()),
                    stage,
                    standing.case.language,
                    authors.get(segment.id, ()),
                ),
                attention=segment.id in asked,
                state=_state(state, target is None),
                source_hash=segment.source_hash,
                target_hash=None if target is None else content_hash(target),
                terms_hash=standing.case.terms.get(segment.id),
                authors=authors.get(segment.id, ()),
            )
        )
    last = not remaining and (stage is standing.case.stages[-1] or stage.kind == "edition")
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
        self_approval=stage.self_approval,
    )
    return made.model_copy(update={"digest": request_digest(made)})


def had_their_say(
    standing: Standing,
    segments: Sequence[Segment],
    drafts: Mapping[str, Draft],
    authors: Mapping[str, tuple[str, ...]],
) -> tuple[str, ...]:
    """Those for whom nothing is left to approve in the round that waits, so that it waits for somebody else.

    With four eyes: everything that it asks for is in their own wording (of an edition to sign off: one sentence is).
    Where a stage needs several approvals: theirs is among those that are there. Names as they stand in the record;
    empty where no review waits, and where a finding waits that anybody may waive.
    """
    stage = next((s for s in standing.case.stages if s.name == standing.stage), None)
    if stage is None or standing.blocking:
        return ()
    given = [d for d in standing.case.decisions if d.stage == stage.name and d.verdict == "approve"]

    def approved(by: Sequence[str]) -> set[str]:
        return {name for d in given if d.by in by for name in (d.reviewer, d.behalf) if name}

    worded = {id_: set(names) for id_, names in authors.items()} if not stage.self_approval else {}
    if stage.kind == "edition":
        return _once([approved(standing.signed[stage.name]).union(*(worded.get(s.id, set()) for s in segments))])
    states = standing.segments[stage.name]
    asked, _ = _attention(segments, drafts, states, stage, authors)
    return _once([worded.get(id_, set()) | approved(states[id_].by) for id_ in asked])


def _once(sets: Sequence[set[str]]) -> tuple[str, ...]:
    """The people who are in every set, each under one spelling of their name."""
    names = {person(name): name for found in sets for name in sorted(found, reverse=True)}
    common = set(names).intersection(*({person(name) for name in found} for found in sets)) if sets else set()
    return tuple(sorted(names[key] for key in common))


def request_digest(made: ReviewRequest) -> Hash:
    """Binds an answer to everything that was shown; the preview is a picture of it, and deadline and rule of four eyes
    are about people and not about the text: they do not count."""
    return digest("review", 1, made.model_dump(mode="json", exclude={"digest", "preview", "due", "self_approval"}))


def _attention(
    segments: Sequence[Segment],
    drafts: Mapping[str, Draft],
    states: Mapping[str, SegmentStanding],
    stage: Stage,
    authors: Mapping[str, tuple[str, ...]],
) -> tuple[frozenset[str], int]:
    """(segments that this round asks for, how many wait for a later one); equal texts are asked for once.

    What somebody wrote comes last where another person has to approve it, so that it does not fill the rounds of the
    one who wrote it.
    """
    asked: list[str] = []
    seen: set[tuple[Hash, Hash | None]] = set()
    for segment in segments:
        state = states.get(segment.id)
        if state is None or state.state == "approved":
            continue
        if not segment.translatable and segment.id not in authors:
            continue  # a copy is approved with the round in which it is shown; one that somebody rewrote is a text
        draft = drafts.get(segment.id)
        target = draft.target if draft is not None else None
        pair = (segment.source_hash, None if target is None else content_hash(target))
        if pair not in seen:
            seen.add(pair)
            asked.append(segment.id)
    if not stage.self_approval:
        asked.sort(key=lambda id_: id_ in authors)  # stable: else the order of the document
    return frozenset(asked[: stage.form_size]), max(0, len(asked) - stage.form_size)


def _reason(
    state: SegmentStanding | None,
    change: SourceChange | None,
    terms: tuple[str, ...],
    stage: Stage,
    language: str,
    authors: tuple[str, ...],
) -> str:
    if state is None or state.state == "approved":
        return ""
    why = state.reason
    if change is not None and state.state in ("waiting", "open"):
        why = f"{_REVISED[change.relation]} since it was approved: {', '.join(change.words[:_WORDS])}"
        if len(change.words) > _WORDS:
            why += " …"
    elif terms and state.state == "stale":
        why = f"{why} ({', '.join(terms)})"
    if not authors or stage.self_approval:
        return why
    eyes = f"worded by {', '.join(authors)}: another person approves it"
    if only_own(stage.people.get(language, ()), authors, (d.delegate for d in stage.delegations)):
        eyes += f', and pubpipe.toml names nobody else for "{stage.name}"'
    return eyes if why == "new" else f"{why}; {eyes}"


def _suggestion(draft: Draft | None, was: Replaced | None) -> Suggestion | None:
    """The suggestion, unless it is what was approved before, which is shown anyway."""
    found = draft.suggestion if draft is not None else None
    if found is not None and was is not None and (found.source, found.target) == (plain(was.source), plain(was.target)):
        return None
    return found


def _state(state: SegmentStanding | None, is_open: bool) -> str:
    if is_open:
        return "open"
    if state is not None and state.state in ("approved", "rejected"):
        return state.state
    return "waiting"


def _comments(decisions: Iterable[Decision]) -> tuple[str, ...]:
    lines = dict.fromkeys(f"{d.by} ({d.stage}, {d.verdict.replace('_', ' ')}): {d.note}" for d in decisions if d.note)
    return tuple(list(lines)[-_COMMENTS:])


def _before(
    standing: Standing,
    states: Mapping[str, SegmentStanding],
    drafts: Mapping[str, Draft],
    replaced: Mapping[str, Replaced],
) -> dict[str, Replaced]:
    """What each segment replaced; where its present translation was approved for an earlier English, that one.

    What people decided on since then needs no comparison with what was before.
    """
    out = dict(replaced)
    for id_, revision in standing.case.revised.items():
        target = standing.case.targets.get(id_)
        if target is not None:
            shown = replaced[id_].target if id_ in replaced else target
            out[id_] = Replaced(revision.source, shown, drafts[id_], segments=(id_,))
    decided = {id_ for id_, state in states.items() if state.state == "approved" and not state.carried}
    return {id_: was for id_, was in out.items() if id_ not in decided}
