"""Where an edition stands: what each recorded decision is worth for the text as it is now."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from pubpipe.identity import Hash, content_hash, digest, digest_bytes, edition_hash
from pubpipe.model import (
    SAFE,
    ChangeClass,
    Content,
    Decision,
    Finding,
    Segment,
    SourceChange,
    SourceDocument,
    tag_problems,
)
from pubpipe.review.changes import Reading, classify, same_tags
from pubpipe.review.stages import Stage, distinct, person, seat

SegmentState = Literal["open", "waiting", "stale", "sent back", "rejected", "approved"]
_NAMED = 20
"""How many segments are named one by one among the reasons."""

Entry = tuple[int, Decision]
"""A decision and its place in the record: later is newer, whatever the clocks said."""
Pair = tuple[Hash, Hash | None]


@dataclass(frozen=True)
class Revision:
    """An English text for which the present translation of a segment was approved, before it was revised."""

    source: Content
    before: Reading
    """What is read in it."""
    after: Reading
    """What is read in the English that stands there now."""


@dataclass(frozen=True)
class Case:
    """Everything that a standing is judged from; kept with it, so that `assemble` can judge again."""

    publication: str
    language: str
    segments: tuple[Segment, ...]
    targets: Mapping[str, Content | None]
    terms: Mapping[str, Hash]
    findings: tuple[Finding, ...]
    decisions: tuple[Decision, ...]
    stages: tuple[Stage, ...]
    passed: frozenset[str]
    surroundings: Hash | None
    revised: Mapping[str, Revision] = field(default_factory=dict)
    carry_over: frozenset[ChangeClass] = frozenset()
    worded: Callable[[], Mapping[str, tuple[tuple[str, ...], dt.datetime]]] = dict
    """Gives, by segment id, who wrote the present translation and when; asked for where it is needed only."""


@dataclass(frozen=True)
class SegmentStanding:
    """Where one segment stands at one stage."""

    state: SegmentState
    reason: str
    """Why, in words ("new", "wording changed since Sokha approved it")."""
    by: tuple[str, ...] = ()
    """Whose approvals count, in the order in which they were given."""
    carried: bool = False
    """Whether these approvals were given for the English as it was before a safe revision."""


@dataclass(frozen=True)
class Standing:
    """What all decisions amount to for an edition as its text is now."""

    case: Case
    state: Literal["waiting", "rejected", "approved"]
    stage: str | None
    """The stage that has to decide next; None for an approved or rejected edition."""
    segments: Mapping[str, Mapping[str, SegmentStanding]]
    """Stage name to segment id to where it stands, for stages of kind "segments"."""
    signed: Mapping[str, tuple[str, ...]]
    """Stage name to those who approved the present edition, for stages of kind "edition"."""
    edition_hash: Hash | None
    """None while a segment is open."""
    blocking: tuple[Finding, ...]
    """Findings of severity "block" that nobody has waived."""
    waived: tuple[Finding, ...]
    reasons: tuple[str, ...]
    """Why the edition is not approved, one line each; empty if it is."""
    decided_at: dt.datetime | None
    """When the last decision that counts was made."""
    counted: tuple[Decision, ...] = ()
    """The approvals that count, in the order of the record: none that was voided, taken back or of another text."""

    @property
    def approvals(self) -> tuple[tuple[str, str, dt.datetime], ...]:
        """(stage, who, when for the last time) of those whose approval counts, by time."""
        last = {(d.stage, d.by): d.at for d in self.counted}
        return tuple((stage, who, at) for (stage, who), at in sorted(last.items(), key=lambda entry: entry[1]))

    @property
    def carried(self) -> Mapping[str, str]:
        """Segment id to why an approval of an earlier text counts for it, for those where one does."""
        first = next(iter(self.segments.values()), {})
        return {id_: found.reason for id_, found in first.items() if found.carried}

    def segment_accepted(self, segment: str) -> bool:
        """Whether the first stage that looks at segments has approved this one (without such a stage: the
        edition).
        """
        for states in self.segments.values():
            found = states.get(segment)
            return found is not None and found.state == "approved"
        return self.state == "approved"


def standing(
    publication: str,
    language: str,
    segments: Sequence[Segment],
    targets: Mapping[str, Content | None],
    terms: Mapping[str, Hash],
    findings: Iterable[Finding],
    decisions: Sequence[Decision],
    stages: Sequence[Stage],
    *,
    pass_context: frozenset[str] = frozenset(),
    document: SourceDocument | None = None,
    revised: Mapping[str, Revision] | None = None,
    carry_over: Iterable[ChangeClass] = (),
    worded: Callable[[], Mapping[str, tuple[tuple[str, ...], dt.datetime]]] = dict,
) -> Standing:
    """Where the edition stands, and what has to be decided next.

    `targets` and `terms` go by segment id; `terms` holds `identity.terms_hash`. `decisions` are in the order
    of the record. `pass_context` names segments whose text the project lets pass because the memory has it
    approved between the same neighbours; an objection to the very text still counts. `document` binds
    sign-off also to what stands around the sentences (structure, images, authors, date). `revised` offers, by
    segment id, an earlier English for which the present translation may have been approved; `carry_over` are the
    classes of edits (of `SAFE`; others are ignored) over which such an approval counts. `worded` gives who wrote the
    present words and when: at a stage with four eyes an approval from before that is none of its giver's own words.

    A decision binds to exact bytes (source, target, terms in force): when one of them moves, it is stale by
    itself. The newest decision of a person on a text counts. A request for changes voids the approvals before
    it, at its own stage and at those before; a rejection stands until the text moves, the person changes
    their mind or somebody reopens the edition. Equal pairs of source and target share their decisions.
    """
    return judge(
        Case(
            publication=publication,
            language=language,
            segments=tuple(segments),
            targets=dict(targets),
            terms=dict(terms),
            findings=tuple(findings),
            decisions=tuple(d for d in decisions if (d.publication, d.language) == (publication, language)),
            stages=tuple(stages),
            passed=pass_context,
            surroundings=surroundings(document) if document is not None else None,
            revised=dict(revised or {}),
            carry_over=frozenset(carry_over) & SAFE,
            worded=worded,
        )
    )


def surroundings(document: SourceDocument) -> Hash:
    """What stands around the sentences of a document, whatever its language: sign-off is for this as well."""
    bare = document.map_units(lambda unit: unit.model_copy(update={"content": ()}))
    skeleton = bare.model_dump(mode="json", exclude={"language", "resources", "findings", "file_hash", "reader"})
    if not document.furniture:  # approvals from before it was known stay what they are
        del skeleton["furniture"]
    return digest("surroundings", 1, skeleton, {r.name: digest_bytes(r.data) for r in document.resources})


def finding_name(finding: Finding) -> str:
    """What people call a finding when they waive it."""
    return f"{finding.check}: {finding.message}"


def judge(case: Case) -> Standing:
    """The standing that a case amounts to."""
    book = _Book(case)
    by_segment: dict[str, dict[str, SegmentStanding]] = {}
    signed: dict[str, tuple[str, ...]] = {}
    reasons: list[str] = []
    counted: list[Decision] = []
    next_stage: str | None = None
    rejected = False
    for rank, stage in enumerate(case.stages):
        if stage.kind == "segments":
            states = {s.id: book.segment(stage, rank, s, counted) for s in case.segments}
            by_segment[stage.name] = states
            done = all(s.state == "approved" for s in states.values())
            rejected = rejected or any(s.state == "rejected" for s in states.values())
            reasons += _segment_reasons(stage, case.segments, states)
        else:
            state, names, why = book.edition(stage, rank, counted)
            signed[stage.name] = names
            done = state == "approved"
            rejected = rejected or state == "rejected"
            if why:
                reasons.append(f"{stage.name}: {why}")
        if not done and next_stage is None:
            next_stage = stage.name
    blocking = tuple(f for f in case.findings if f.severity == "block" and not book.waiver(f))
    waived = tuple(f for f in case.findings if f.severity == "block" and book.waiver(f))
    reasons += [f"a finding stops publication until it is mended or waived: {finding_name(f)}" for f in blocking]
    if not case.stages:
        reasons.append("no review stage is configured, so nobody can approve")
    if not case.segments:
        reasons.append("the document has no text to approve")
    approved = not reasons and next_stage is None and not rejected
    if not approved and next_stage is None and case.stages:
        next_stage = case.stages[-1].name  # all stages are done, a finding still waits for a person
    return Standing(
        case=case,
        state="rejected" if rejected else "approved" if approved else "waiting",
        stage=None if rejected or approved else next_stage,
        segments=by_segment,
        signed=signed,
        edition_hash=book.edition_hash,
        blocking=blocking,
        waived=waived,
        reasons=tuple(reasons),
        decided_at=max((d.at for d in counted), default=None),
        counted=_in_order(counted, case.decisions),
    )


def _in_order(counted: Sequence[Decision], decisions: Sequence[Decision]) -> tuple[Decision, ...]:
    ours = {id(d) for d in counted}
    return tuple(d for d in decisions if id(d) in ours)


class _Book:
    """The decisions of one edition, found by what they are about."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.ranks = {stage.name: rank for rank, stage in enumerate(case.stages)}
        self.pairs: dict[str, Pair] = {}
        for segment in case.segments:
            target = case.targets.get(segment.id)
            self.pairs[segment.id] = (
                segment.source_hash,
                None if target is None else content_hash(target),
            )
        self.by_pair: dict[Pair, list[Entry]] = {}
        self.by_segment: dict[str, list[Entry]] = {}
        self.whole: list[Entry] = []
        self.reopened = -1
        """The place of the last decision that reopened the whole edition."""
        self.waivers: set[tuple[str, Pair | None]] = set()
        for place, decision in enumerate(case.decisions):
            self._enter(place, decision)
        self.edition_hash = self._edition_hash()
        self._carries: dict[str, SourceChange | None] = {}

    def _enter(self, place: int, decision: Decision) -> None:
        if decision.verdict == "waive":
            about = (decision.source_hash, decision.target_hash) if decision.segment and decision.source_hash else None
            self.waivers.add((decision.finding or "", about))
        elif decision.segment is None:
            if decision.verdict == "reopen":
                self.reopened = place
            else:
                self.whole.append((place, decision))
        else:
            self.by_segment.setdefault(decision.segment, []).append((place, decision))
            if decision.source_hash is not None:
                pair = (decision.source_hash, decision.target_hash)
                self.by_pair.setdefault(pair, []).append((place, decision))

    def _edition_hash(self) -> Hash | None:
        pairs: list[tuple[Hash, Hash]] = []
        for segment in self.case.segments:
            source, target = self.pairs[segment.id]
            if target is None:
                return None
            pairs.append((source, target))
        around = {"publication": self.case.publication, "surroundings": self.case.surroundings}
        return edition_hash(self.case.language, pairs, around)

    def segment(self, stage: Stage, rank: int, segment: Segment, counted: list[Decision]) -> SegmentStanding:
        found = self._judged(stage, rank, segment, self.pairs[segment.id], counted)
        change = self._carry(segment) if found.state == "waiting" else None
        if change is None:
            return found
        earlier = self._judged(stage, rank, segment, self._earlier(segment), counted)
        only = " and ".join("formatting" if c == "format" else "spelling" for c in reversed(change.classes))
        reason = f"approved before by {', '.join(earlier.by)}; only {only} changed in the English"
        return SegmentStanding("approved", reason, earlier.by, carried=True)

    def _carry(self, segment: Segment) -> SourceChange | None:
        """What changed since the present translation was approved, if that approval counts for the new English.

        Nothing is taken on trust, it is proved each time: the translation is that which was approved, byte by byte, by
        every stage that looks at segments, with the term entries that are in force now; the edit of the English, judged
        anew, is of the classes that the project allows; its tags are the same, around the same words; and nobody has
        said anything yet of the text as it is now.
        """
        if segment.id not in self._carries:
            self._carries[segment.id] = self._proved(segment)
        return self._carries[segment.id]

    def _proved(self, segment: Segment) -> SourceChange | None:
        revision = self.case.revised.get(segment.id)
        target = self.case.targets.get(segment.id)
        if revision is None or target is None or not self.case.carry_over:
            return None
        if self.by_pair.get(self.pairs[segment.id]) or self.by_segment.get(segment.id):
            return None
        if tag_problems(segment.content, target) or not same_tags(revision.source, segment.content):
            return None
        change = classify(revision.source, segment.content, revision.before, revision.after)
        if not change.safe or not self.case.carry_over.issuperset(change.classes):
            return None
        pair = self._earlier(segment)
        for rank, stage in enumerate(self.case.stages):
            if stage.kind == "segments" and self._judged(stage, rank, segment, pair, []).state != "approved":
                return None
        return change

    def _own(self, stage: Stage, decision: Decision, segment: str) -> bool:
        """Whether who approved these words has put them there themselves since: then nobody else has looked at that."""
        if stage.self_approval:
            return False
        hands, at = self.case.worded().get(segment, ((), decision.at))
        return decision.at < at and person(decision.reviewer) in {person(name) for name in hands}

    def _earlier(self, segment: Segment) -> Pair:
        return content_hash(self.case.revised[segment.id].source), self.pairs[segment.id][1]

    def _judged(
        self, stage: Stage, rank: int, segment: Segment, pair: Pair, counted: list[Decision]
    ) -> SegmentStanding:
        """What the decisions say of a pair of texts: the present one of the segment, or an earlier one."""
        terms = self.case.terms.get(segment.id)
        present = pair == self.pairs[segment.id]
        # what was said of this very text anywhere in the document, and of this place whatever it said then
        about = dict(self.by_pair.get(pair, ()))
        places = {segment.id} if present else {d.segment for d in about.values() if d.segment}
        here = about | {place: d for id_ in places for place, d in self.by_segment.get(id_, ())}
        objection: Entry | None = None
        reopened = self.reopened
        newest: dict[str, Entry] = {}
        for place in sorted(here):
            decision = here[place]
            if decision.verdict == "reopen":
                reopened = max(reopened, place)
            elif (
                decision.verdict == "request_changes" and place in about and self.ranks.get(decision.stage, -1) >= rank
            ):
                objection = (place, decision)
            if decision.stage == stage.name and decision.verdict in ("approve", "request_changes", "reject"):
                newest[seat(decision)] = (place, decision)
        approvals: list[Decision] = []
        stale: Decision | None = None
        for place, decision in sorted(newest.values(), key=lambda entry: entry[0]):
            if decision.verdict == "reject" and place in about and place > reopened:
                return SegmentStanding("rejected", f"rejected by {decision.by}{_said(decision)}")
            if decision.verdict != "approve" or (objection is not None and place < objection[0]):
                continue
            fits = place in about and decision.terms_hash == terms and pair[1] is not None
            if fits and not self._own(stage, decision, segment.id):
                approvals.append(decision)
            else:
                stale = decision
        approvals = distinct(approvals)
        names = tuple(d.by for d in approvals)
        if pair[1] is None:
            return SegmentStanding("open", "not translated yet")
        if len(approvals) >= stage.approvals:
            counted += approvals
            return SegmentStanding("approved", f"approved by {', '.join(names)}", names)
        if objection is not None and not approvals:
            said = objection[1]
            why = f"sent back by {said.by} ({said.stage}){_said(said)}"
            return SegmentStanding("sent back", why)
        if objection is None and present and segment.id in self.case.passed:
            return SegmentStanding("approved", "approved text in the same context (memory)")
        if approvals:
            return SegmentStanding("waiting", f"{len(approvals)} of {stage.approvals} approvals", names)
        if stale is not None:
            return SegmentStanding("stale", f"{_moved(stale, pair, terms)} since {stale.by} approved it")
        return SegmentStanding("waiting", "new")

    def edition(
        self, stage: Stage, rank: int, counted: list[Decision]
    ) -> tuple[Literal["waiting", "rejected", "approved"], tuple[str, ...], str]:
        """(state, whose approvals count, why it is not approved)."""
        newest: dict[str, Entry] = {}
        for place, decision in self.whole:
            if decision.stage == stage.name:
                newest[seat(decision)] = (place, decision)
        objection = self._objection(rank)
        approvals: list[Decision] = []
        stale: Decision | None = None
        for place, decision in sorted(newest.values(), key=lambda entry: entry[0]):
            same = self.edition_hash is not None and decision.edition_hash == self.edition_hash
            if decision.verdict == "reject" and same and place > self.reopened:
                return "rejected", (), f"rejected by {decision.by}{_said(decision)}"
            if decision.verdict == "approve":
                own = same and any(self._own(stage, decision, s.id) for s in self.case.segments)
                if same and place > objection and not own:
                    approvals.append(decision)
                else:
                    stale = decision
        approvals = distinct(approvals)
        names = tuple(d.by for d in approvals)
        if len(approvals) >= stage.approvals:
            counted += approvals
            return "approved", names, ""
        if approvals:
            return "waiting", names, f"{len(approvals)} of {stage.approvals} approvals"
        if stale is not None:
            return "waiting", (), f"the edition changed or was sent back since {stale.by} approved it"
        return "waiting", (), "nobody has signed it off yet"

    def _objection(self, rank: int) -> int:
        """The place of the last request for changes, from this stage or a later one, on text that still
        stands.
        """
        last = -1
        for pair in set(self.pairs.values()):
            for place, decision in self.by_pair.get(pair, ()):
                if decision.verdict == "request_changes" and self.ranks.get(decision.stage, -1) >= rank:
                    last = max(last, place)
        for place, decision in self.whole:
            if (
                decision.verdict == "request_changes"
                and decision.edition_hash == self.edition_hash
                and self.ranks.get(decision.stage, -1) >= rank
            ):
                last = max(last, place)
        return last

    def waiver(self, finding: Finding) -> bool:
        """Whether a named person took responsibility for this finding about this very text."""
        about = self.pairs.get(finding.segment) if finding.segment else None
        if finding.segment and about is None:
            return False
        return (finding_name(finding), about) in self.waivers


def _said(decision: Decision) -> str:
    return f": {decision.note}" if decision.note else ""


def _moved(decision: Decision, pair: Pair, terms: Hash | None) -> str:
    if decision.source_hash != pair[0]:
        return "source changed"
    if decision.target_hash != pair[1]:
        return "wording changed"
    if decision.terms_hash == terms:
        return "put back"
    return "a glossary term changed"


def _segment_reasons(stage: Stage, segments: Sequence[Segment], states: Mapping[str, SegmentStanding]) -> list[str]:
    lines = [
        f"{stage.name}: segment {s.number}: {states[s.id].reason}" for s in segments if states[s.id].state != "approved"
    ]
    if len(lines) > _NAMED:
        lines = [*lines[:_NAMED], f"{stage.name}: and {len(lines) - _NAMED} more segments"]
    return lines
