"""Segments and what becomes of them: drafts, decisions, editions."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pubpipe.identity import Hash
from pubpipe.model.change import SourceChange
from pubpipe.model.document import Role, SourceDocument
from pubpipe.model.finding import Finding, Span
from pubpipe.model.recorded import Recorded
from pubpipe.model.text import Content
from pubpipe.model.values import Format, LanguageTag, Value


class Segment(Value):
    """A sentence (or what stands for one) of the source document."""

    id: str
    """First 12 digits of the source hash, a dash, and which occurrence of that text it is: "3f…-1". It survives
    insertions and deletions elsewhere in the document."""
    number: int
    """Place in the document, from 1: what people call it."""
    unit: str
    role: Role
    content: Content
    """The source text, without the white space around it."""
    before: str = ""
    """White space in the unit before this segment; the segments of a unit with it rejoin to the unit."""
    after: str = ""
    """White space after the last segment of a unit."""
    translatable: bool = True
    """False where there is no letter to translate ("2019", "12.5 %", "—"): it is copied."""
    source_hash: Hash
    context_hash: Hash


Origin = Literal["open", "copy", "context", "exact", "engine", "human"]
"""open: nothing yet, a person has to translate; copy: no letters; context: memory, same neighbours; exact: memory,
other neighbours; engine: machine translation; human: typed or changed by a person."""


class Suggestion(Value):
    """A text to start from, a fuzzy match above all: shown to the reviewer, never filled in."""

    source: str
    target: str
    score: int
    """0 to 99 per cent; 0 is no match but a machine answer that could not be used as it is."""
    provenance: str = ""
    change: SourceChange | None = None
    """How the segment's English differs from `source`; None for an answer to the same English."""


class TermHit(Value):
    """A glossary term in a source segment, with what the target must and must not say."""

    term: str
    """`Term.id`."""
    surface: str
    """The words as they stand in the source."""
    span: Span
    preferred: str | None = None
    allowed: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()
    keep: bool = False
    """A do-not-translate name: it must stand in the target as in the source."""
    mandatory: bool = True
    note: str = ""


class Draft(Value):
    """The present translation of one segment in one language, and where it came from."""

    segment: str
    language: LanguageTag
    source_hash: Hash
    target: Content | None = None
    """None while the segment is open."""
    origin: Origin = "open"
    detail: str = ""
    """The engine's name, the memory's provenance or the editor's name."""
    key: Hash
    """`identity.draft_key` of a machine draft; for human text, of the draft that it replaced."""
    suggestion: Suggestion | None = None
    approved_before: bool = False
    """origin "context": the memory has this very text as approved, not only as drafted or reviewed."""
    approved_terms: Hash | None = None
    """With `approved_before`: the term entries in force when the memory's text was approved."""
    approved_source: Content | None = None
    """The English for which this translation was approved, where the English was revised since. Evidence, not a
    permission: `review` judges anew what that approval is worth for the English that stands there now."""
    problem: str = ""
    """Why it is open, where an engine failed."""


class Edit(Recorded):
    """A person's wording of a segment. Append-only; the newest for a source text is the translation."""

    later = ("editors",)

    publication: str
    language: LanguageTag
    segment: str
    source_hash: Hash
    target: Content
    editor: str
    """Who handed it in, and answers for it."""
    at: dt.datetime
    note: str = ""
    editors: tuple[str, ...] = ()
    """Whose hands it was, where that was not the editor alone: the authors of tracked changes in a Word file."""

    @property
    def hands(self) -> tuple[str, ...]:
        """Everybody who had a hand in this wording: none of them may approve it alone (four eyes)."""
        return tuple(dict.fromkeys((self.editor, *self.editors)))


Verdict = Literal["approve", "request_changes", "reject", "reopen", "waive"]


class Decision(Recorded):
    """What one person said of one segment (or, at sign-off, of one edition): bound to the exact bytes."""

    later = ("behalf",)

    publication: str
    language: LanguageTag
    stage: str
    verdict: Verdict
    reviewer: str
    at: dt.datetime
    note: str = ""
    segment: str | None = None
    source_hash: Hash | None = None
    target_hash: Hash | None = None
    terms_hash: Hash | None = None
    """The term entries in force in the segment when it was decided."""
    edition_hash: Hash | None = None
    """Set instead of the three above by a stage that decides on the whole edition."""
    finding: str | None = None
    """verdict "waive": which finding (`check: message`) this person takes responsibility for."""
    run: str | None = None
    """The flow run that asked, where there was one."""
    behalf: str = ""
    """For whom the reviewer decided, as their delegate; empty: in their own right."""

    @property
    def by(self) -> str:
        """Who decided, in words: "Dara", or "Dara for Sokha"."""
        return f"{self.reviewer} for {self.behalf}" if self.behalf else self.reviewer


class RecordedDecision(Decision):
    """A decision with its place in the append-only, hash-chained record."""

    sequence: int
    previous: Hash | None
    hash: Hash


class LocalizedDocument(Value):
    """A source document whose units carry the target text."""

    language: LanguageTag
    document: SourceDocument


class Credits(Value):
    """Who and what made a translation, for the imprint and the manifest."""

    engines: tuple[str, ...] = ()
    """Whose drafts these segments are, or began as."""
    memory: int = 0
    """Segments that came from the translation memory."""
    machine: int = 0
    """Segments that are a machine's draft as it was; people approved it, and changed nothing."""
    human: int = 0
    """Segments in the wording of people, whatever they began with."""
    corrected: int = 0
    """Of those, segments that began as a machine's draft."""
    carried: int = 0
    """Of all these, segments whose approval was carried over from an earlier text (`review.carry_over`)."""
    reviewers: tuple[tuple[str, str], ...] = ()
    """(stage, name), in the order of the stages."""
    notice: str = ""
    """A sentence that the publication must carry ("machine-drafted for demonstration")."""


class DraftEdition(Value):
    """An edition that is not approved: it can be looked at, with a watermark on every page, not published."""

    publication: str
    localized: LocalizedDocument
    edition_hash: Hash
    credits: Credits = Credits()
    open: tuple[str, ...] = ()
    """Why it is not approved, one line each."""


class ApprovedEdition(Value):
    """An edition of which every segment is approved and that is signed off. Only `review.assemble` makes one."""

    publication: str
    localized: LocalizedDocument
    edition_hash: Hash
    credits: Credits = Credits()
    approved_at: dt.datetime
    findings: tuple[Finding, ...] = ()
    """What was known and waived when it was approved."""


Edition = ApprovedEdition | DraftEdition


class Rendition(Value):
    """A file made from an edition."""

    publication: str
    language: LanguageTag
    format: Format
    key: Hash
    """`identity.rendition_key`."""
    ingredients: dict[str, str]
    """Component name to fingerprint: what the key covers, so that a stale file can say why."""
    file_hash: Hash
    path: str
    """Relative to the output folder, with forward slashes."""
    at: dt.datetime
    approvals: tuple[tuple[str, str, dt.datetime], ...] = ()
    """(stage, who, when) of those whose approval counted when it was made, by time: the text may move on."""
