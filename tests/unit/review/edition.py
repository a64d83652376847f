"""A small edition to review: segments, translations and a record, without a store."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pubpipe import identity
from pubpipe.model import (
    ApprovedEdition,
    ChangeClass,
    Content,
    Decision,
    Draft,
    Edit,
    Finding,
    LocalizedDocument,
    Paragraph,
    RecordedDecision,
    ReviewAnswer,
    ReviewRequest,
    Segment,
    SourceDocument,
    Text,
    Unit,
    tidy,
)
from pubpipe.review import (
    Revision,
    Stage,
    Standing,
    answer_problems,
    assemble,
    credits,
    decisions_for,
    had_their_say,
    left_to_others,
    replaced,
    request,
    standing,
)

NOW = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
TWO_STAGES = (Stage(name="language review", kind="segments"), Stage(name="sign-off", kind="edition"))
"""With four eyes, as it is without a word in pubpipe.toml."""
TRUSTING = tuple(stage.model_copy(update={"self_approval": True}) for stage in TWO_STAGES)
"""The same where the project lets people approve their own wording."""
PUBLICATION, LANGUAGE = "report", "km"


def text(words: str) -> Content:
    return (Text(text=words),)


def segments_of(contents: Sequence[str | Content], copies: frozenset[int] = frozenset()) -> tuple[Segment, ...]:
    out: list[Segment] = []
    hashes = [identity.content_hash(text(c) if isinstance(c, str) else c) for c in contents]
    for place, content in enumerate(contents):
        source = hashes[place]
        before = hashes[place - 1] if place else None
        after = hashes[place + 1] if place + 1 < len(hashes) else None
        out.append(
            Segment(
                id=f"{source[:12]}-{hashes[: place + 1].count(source)}",
                number=place + 1,
                unit=f"u{place + 1:04}",
                role="paragraph",
                content=text(content) if isinstance(content, str) else content,
                translatable=place not in copies,
                source_hash=source,
                context_hash=identity.context_hash(before, after),
            )
        )
    return tuple(out)


@dataclass(frozen=True)
class Edition:
    """An edition at one moment; every change makes another one."""

    segments: tuple[Segment, ...]
    drafts: dict[str, Draft]
    stages: tuple[Stage, ...] = TWO_STAGES
    record: tuple[RecordedDecision, ...] = ()
    findings: tuple[Finding, ...] = ()
    terms: dict[str, identity.Hash] = field(default_factory=dict)
    passed: frozenset[str] = frozenset()
    revised: dict[str, Revision] = field(default_factory=dict)
    carry_over: frozenset[ChangeClass] = frozenset()
    rounds: tuple[Any, ...] = ()
    previous: tuple[Segment, ...] = ()
    history: dict[str, Draft] = field(default_factory=dict)
    authors: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def targets(self) -> dict[str, Content | None]:
        return {s.id: self.drafts[s.id].target for s in self.segments}

    @property
    def document(self) -> SourceDocument:
        return self._document(lambda s: s.content)

    @property
    def localized(self) -> LocalizedDocument:
        return LocalizedDocument(language=LANGUAGE, document=self._document(lambda s: self.targets[s.id] or ()))

    def _document(self, content: Any) -> SourceDocument:
        return SourceDocument(
            blocks=tuple(
                Paragraph(unit=Unit(id=s.unit, role="paragraph", content=tidy(content(s)))) for s in self.segments
            ),
            file_hash=identity.digest("file"),
            reader="test/1",
        )

    @property
    def standing(self) -> Standing:
        return standing(
            PUBLICATION,
            LANGUAGE,
            self.segments,
            self.targets,
            {s.id: self.terms.get(s.id, identity.terms_hash([])) for s in self.segments},
            self.findings,
            self.record,
            self.stages,
            pass_context=self.passed,
            document=self.document,
            revised=self.revised,
            carry_over=self.carry_over,
        )

    @property
    def had_their_say(self) -> tuple[str, ...]:
        return had_their_say(self.standing, self.segments, self.drafts, self.authors)

    @property
    def request(self) -> ReviewRequest:
        return request(
            self.standing,
            self.segments,
            self.drafts,
            {},
            self.findings,
            self.record,
            title="A report",
            language_name="Khmer",
            rounds=self.rounds,
            replaced=replaced(self.segments, self.previous, self.history, self.record),
            authors=self.authors,
        )

    def answer(self, reviewer: str = "Sokha", decision: str = "approve", **more: Any) -> ReviewAnswer:
        shown = self.request
        if decision != "approve":
            more.setdefault("comment", "please mend")
        return ReviewAnswer.model_validate(
            {
                "publication": PUBLICATION,
                "language": LANGUAGE,
                "stage": shown.stage,
                "digest": shown.digest,
                "decision": decision,
                "reviewer": reviewer,
                "at": NOW,
                **more,
            }
        )

    def left(self, reviewer: str = "Sokha", **more: Any) -> tuple[int, ...]:
        """Numbers of the segments that an approval leaves to another person."""
        return left_to_others(self.request, self.answer(reviewer, **more), self.segments)

    def problems(self, reviewer: str = "Sokha", decision: str = "approve", **more: Any) -> tuple[str, ...]:
        return answer_problems(self.request, self.answer(reviewer, decision, **more), self.segments)

    def answered(self, reviewer: str = "Sokha", decision: str = "approve", **more: Any) -> Edition:
        """The edition after somebody answered the round that waits."""
        edits, decisions = decisions_for(self.request, self.answer(reviewer, decision, **more), self.segments)
        return self.edited(*edits).recorded(*decisions)

    def edited(self, *edits: Edit) -> Edition:
        by_source = {e.source_hash: e for e in edits}
        drafts = dict(self.drafts)
        for segment in self.segments:
            edit = next((e for e in edits if e.segment == segment.id), by_source.get(segment.source_hash))
            if edit is not None:
                drafts[segment.id] = drafts[segment.id].model_copy(
                    update={"target": edit.target, "origin": "human", "detail": edit.editor}
                )
        wrote = {s.id: e.hands for s in self.segments for e in edits if _is(e, s, drafts)}
        return replace(self, drafts=drafts, authors={**self.authors, **wrote})

    def rewritten(self, number: int, words: str) -> Edition:
        """The edition after the translation of one segment changed behind everybody's back."""
        segment = self.segments[number - 1]
        draft = self.drafts[segment.id].model_copy(update={"target": text(words)})
        return replace(self, drafts={**self.drafts, segment.id: draft})

    def recorded(self, *decisions: Decision) -> Edition:
        record = list(self.record)
        for decision in decisions:
            previous = record[-1].hash if record else None
            fields = decision.model_dump(mode="json", exclude={"sequence", "previous", "hash"})
            record.append(
                RecordedDecision.model_validate(
                    {
                        **fields,
                        "sequence": len(record) + 1,
                        "previous": previous,
                        "hash": identity.decision_hash(previous, fields),
                    }
                )
            )
        return replace(self, record=tuple(record))

    def assembled(self) -> ApprovedEdition:
        made = credits(self.segments, self.drafts, self.record, self.stages, notice="a demonstration")
        return assemble(self.standing, self.localized, made, self.record, self.findings)


def _is(edit: Edit, segment: Segment, drafts: dict[str, Draft]) -> bool:
    """Whether the present words of the segment are those of the edit."""
    return (edit.source_hash, edit.target) == (segment.source_hash, drafts[segment.id].target)


def edition(
    *pairs: tuple[str | Content, str | Content | None], copies: frozenset[int] = frozenset(), **more: Any
) -> Edition:
    """An edition of (source, translation) pairs, one a paragraph; the places in `copies` hold numbers."""
    segments = segments_of([source for source, _ in pairs], copies)
    drafts = {}
    for place, (segment, (_, target)) in enumerate(zip(segments, pairs, strict=True)):
        drafts[segment.id] = Draft(
            segment=segment.id,
            language=LANGUAGE,
            source_hash=segment.source_hash,
            target=text(target) if isinstance(target, str) else target,
            origin="open" if target is None else "copy" if place in copies else "engine",
            detail="google",
            key=identity.digest("draft", segment.id),
        )
    return Edition(segments=segments, drafts=drafts, **more)


def three() -> Edition:
    return edition(
        ("Workers must register.", "ពលករត្រូវចុះបញ្ជី។"),
        ("2019", "2019"),
        ("They may not be charged.", "មិនត្រូវគិតថ្លៃ។"),
        copies=frozenset({1}),
    )
