"""What a reviewer is shown and what comes back: the same two values for the Prefect form and the terminal."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pubpipe.identity import Hash
from pubpipe.model.change import SourceChange
from pubpipe.model.finding import Finding
from pubpipe.model.recorded import Recorded
from pubpipe.model.segment import Origin, Suggestion, TermHit
from pubpipe.model.values import LanguageTag, Value


class ReviewItem(Value):
    """One segment under review."""

    segment: str
    number: int
    role: str
    source: str
    """In the short form of `model.to_markup`."""
    target: str
    """In the same form; empty while the segment is open."""
    origin: Origin
    detail: str = ""
    terms: tuple[TermHit, ...] = ()
    findings: tuple[Finding, ...] = ()
    suggestion: Suggestion | None = None
    previous_source: str | None = None
    """The source text that was approved before, where a revision replaced it."""
    previous_target: str | None = None
    change: SourceChange | None = None
    """How `source` differs from `previous_source`, for the reviewer; None where there is no previous one."""
    carried: str = ""
    """Why an approval of the previous text counts for this one ("approved before by Sokha; only formatting changed");
    empty where nothing was carried over."""
    reason: str = ""
    """Why it needs attention, in words ("new", "term 'migrant worker' changed", "sent back by …")."""
    attention: bool = True
    """False: shown in the side-by-side table only, not asked for in this round."""
    source_hash: Hash | None = None
    target_hash: Hash | None = None
    """Of the translation shown: an approval without changes binds to exactly this; None while the segment is open."""
    terms_hash: Hash | None = None
    """The term entries in force in the segment (`identity.terms_hash`)."""
    state: Literal["open", "waiting", "approved", "rejected"] = "waiting"
    """open: no translation yet; waiting: not decided at this stage; approved / rejected: decided at this stage."""
    authors: tuple[str, ...] = ()
    """Who wrote the translation shown, where people did: at a stage with four eyes another person approves it."""


class ReviewRequest(Value):
    """One round of one stage of one edition."""

    publication: str
    title: str
    language: LanguageTag
    language_name: str
    stage: str
    kind: Literal["segments", "edition"]
    """segments: each segment is decided on; edition: the whole is signed off."""
    round: int
    """From 1: how many answers were taken for this edition before, plus one."""
    digest: Hash
    """Binds the answer to everything shown here."""
    items: tuple[ReviewItem, ...]
    """All segments of the edition, in document order."""
    people: tuple[str, ...] = ()
    """Who may answer; empty: anybody who gives a name."""
    remaining: int = 0
    """Segments of this stage that wait for a later round."""
    problems: tuple[str, ...] = ()
    """What was wrong with the last answer, so that this round was opened again."""
    comments: tuple[str, ...] = ()
    """What earlier reviewers said ("Sokha (sign-off, request changes): …")."""
    edition_hash: Hash | None = None
    """What a stage of kind "edition" decides on; None while a segment is open."""
    findings: tuple[Finding, ...] = ()
    """Findings about the document as a whole."""
    blocking: tuple[str, ...] = ()
    """Findings ("check: message") that this round must mend or waive before it may approve."""
    preview: str | None = None
    """Path of the watermarked preview, relative to the output folder."""
    self_approval: bool = False
    """Whether people may approve their own wording at this stage (`review.self_approval` in pubpipe.toml)."""
    due: dt.datetime | None = None
    """When the answer is due, in the project's time zone; None: this stage has no deadline."""

    @property
    def attention(self) -> tuple[ReviewItem, ...]:
        """The segments that this round asks for."""
        return tuple(i for i in self.items if i.attention)

    def covers(self, item: ReviewItem) -> bool:
        """Whether an answer to this round takes on findings about the item: not while a later round asks for it."""
        return item.attention or not self.remaining


class ReviewAnswer(Recorded):
    """What a reviewer decided in one round."""

    later = ("authors",)

    publication: str
    language: LanguageTag
    stage: str
    digest: Hash
    """`ReviewRequest.digest` of what they saw."""
    decision: Literal["approve", "request_changes", "reject"]
    reviewer: str
    comment: str = ""
    texts: dict[str, str] = {}
    """Segment id to text in short form; a segment that is missing here is unchanged."""
    authors: dict[str, tuple[str, ...]] = {}
    """Segment id to those who typed that text, where the reviewer hands in what others wrote (tracked changes)."""
    segments: tuple[int, ...] = ()
    """request_changes at an edition stage: numbers of the segments to send back; empty: all."""
    waive: tuple[str, ...] = ()
    """Findings ("check: message") that the reviewer takes responsibility for."""
    run: str | None = None
    """Id of the flow run that asked."""
    at: dt.datetime
