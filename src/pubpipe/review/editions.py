"""From decisions to an edition: the only place where an approved one is made."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace

from pubpipe.errors import NotApproved
from pubpipe.identity import Hash, content_hash, decision_hash, digest
from pubpipe.languages import canonical
from pubpipe.model import (
    ApprovedEdition,
    Content,
    Credits,
    Decision,
    Draft,
    DraftEdition,
    Finding,
    LocalizedDocument,
    Placeholder,
    RecordedDecision,
    Segment,
    plain,
)
from pubpipe.review.stages import Stage
from pubpipe.review.standing import Standing, judge, surroundings


def assemble(
    standing: Standing,
    localized: LocalizedDocument,
    credits: Credits,
    decisions: Sequence[RecordedDecision],
    findings: Sequence[Finding],
    *,
    at: dt.datetime | None = None,
) -> ApprovedEdition:
    """The edition that may be published; NotApproved, with every reason, if it may not.

    Nothing is taken on trust: the standing is judged again from its text with `decisions` (as they are
    recorded; each must fit its own hash) and `findings`, and `localized` must say exactly the approved
    sentences. `at` is the time of approval for an edition that passed from the memory without a new decision.
    """
    case = standing.case
    own = tuple(d for d in decisions if (d.publication, d.language) == (case.publication, case.language))
    now = judge(replace(case, decisions=own, findings=tuple(findings)))
    reasons = [*_forged(own), *now.reasons, *_other_text(standing, localized)]
    approved_at = now.decided_at or at
    if approved_at is None:
        reasons.append("no person has decided on this edition")
    if now.state != "approved" or now.edition_hash is None or approved_at is None or reasons:
        raise NotApproved(
            f"{case.publication}/{case.language} is not approved: {len(reasons)} reasons.",
            remedy=f"`pubpipe review show {case.publication} -l {case.language}` shows what waits.",
            reasons=tuple(reasons),
        )
    return ApprovedEdition(
        publication=case.publication,
        localized=localized,
        edition_hash=now.edition_hash,
        credits=credits,
        approved_at=approved_at,
        findings=now.waived,
    )


def draft_edition(standing: Standing, localized: LocalizedDocument, credits: Credits) -> DraftEdition:
    """An edition to look at, whatever its state: it renders with a watermark on every page."""
    case = standing.case
    shown: list[Hash | None] = []
    for segment in case.segments:
        target = case.targets.get(segment.id)
        shown.append(None if target is None else content_hash(target))
    return DraftEdition(
        publication=case.publication,
        localized=localized,
        edition_hash=standing.edition_hash or digest("draft edition", 1, case.language, shown),
        credits=credits,
        open=standing.reasons,
    )


def credits(
    segments: Sequence[Segment],
    drafts: Mapping[str, Draft],
    decisions: Sequence[Decision],
    stages: Sequence[Stage],
    *,
    notice: str = "",
    carried: frozenset[str] = frozenset(),
    began: Mapping[str, Draft] | None = None,
) -> Credits:
    """Who and what made the present text: engines and counts by origin, and those who approved it, by stage.

    `carried`: segments whose approval was given for an earlier English (`Standing.carried`). `began`: by segment id,
    what machine or memory gave for the present sentence before people changed it.
    """
    used = [d for s in segments if (d := drafts.get(s.id)) is not None and d.target is not None]
    pairs = {(d.source_hash, content_hash(d.target)) for d in used if d.target is not None}
    pairs |= {
        (content_hash(d.approved_source), content_hash(d.target))
        for d in used
        if d.segment in carried and d.approved_source is not None and d.target is not None
    }
    firsts = [(began or {}).get(d.segment) for d in used if d.origin == "human"]
    corrected = [first for first in firsts if first is not None and first.origin == "engine"]
    reviewers: list[tuple[str, str]] = []
    for stage in stages:
        approvals = [d for d in decisions if d.stage == stage.name and d.verdict == "approve"]
        if stage.kind == "segments":
            approvals = [d for d in approvals if (d.source_hash, d.target_hash) in pairs]
        else:
            signed = [d for d in approvals if d.edition_hash is not None]
            approvals = [d for d in signed if d.edition_hash == signed[-1].edition_hash]
        reviewers += dict.fromkeys((stage.name, d.by) for d in approvals)
    return Credits(
        engines=tuple(sorted({d.detail for d in (*used, *corrected) if d.origin == "engine" and d.detail})),
        memory=sum(d.origin in ("context", "exact") for d in used),
        machine=sum(d.origin == "engine" for d in used),
        human=sum(d.origin == "human" for d in used),
        corrected=len(corrected),
        carried=sum(d.segment in carried for d in used),
        reviewers=tuple(reviewers),
        notice=notice,
    )


def _forged(decisions: Sequence[RecordedDecision]) -> list[str]:
    """Decisions that are not as they were recorded."""
    wrong = []
    for entry in decisions:
        fields = entry.model_dump(mode="json", exclude={"sequence", "previous", "hash"})
        if decision_hash(entry.previous, fields) != entry.hash:
            wrong.append(f"entry {entry.sequence} of the decision record was changed after it was made")
    return wrong


def _other_text(standing: Standing, localized: LocalizedDocument) -> list[str]:
    """Where the document does not say what was decided on; white space between sentences does not count."""
    case = standing.case
    if localized.language != case.language:
        return [f"the document is in {localized.language!r}, the decisions are on {case.language!r}"]
    reasons = []
    if case.surroundings is not None and surroundings(localized.document) != case.surroundings:
        reasons.append("the document's structure, images or metadata are not those that were decided on")
    wanted: dict[str, list[Content]] = {}
    for segment in case.segments:
        wanted.setdefault(segment.unit, []).append(case.targets.get(segment.id) or ())
    for unit in localized.document.units():
        contents = wanted.pop(unit.id, [])
        if _bare(unit.content) != _bare(tuple(i for content in contents for i in content)):
            reasons.append(f"the document says something else than what was approved in {unit.id}")
    reasons += [f"the document lacks {unit}" for unit in wanted]
    return reasons


def _bare(content: Content) -> tuple[str, list[tuple[str, str]]]:
    """What a text says: tag numbers differ between a sentence and its paragraph, and line breaks are white
    space.
    """
    text = "".join(canonical(plain(content)).split())
    return text, [(i.kind, i.ref) for i in content if isinstance(i, Placeholder) and i.kind != "break"]
