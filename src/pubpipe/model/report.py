"""What a publisher tells a funder about one publication: every figure of the report, as one frozen value."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pubpipe.identity import Hash
from pubpipe.model.values import LanguageTag, Value

ReportOrigin = Literal[
    "machine", "machine corrected", "memory in context", "memory", "memory corrected", "human", "copied", "open"
]
"""How the present text of a segment came about; each segment has exactly one. machine: as the engine wrote it; machine
corrected: a person changed it; memory in context, memory: from the translation memory, between the same neighbours or
others; memory corrected: a person changed it; human: typed by a person with no draft before; copied: nothing to
translate in it; open: no translation yet."""

Condition = Literal["open", "waiting", "stale", "sent back", "rejected", "approved"]
"""Where a segment stands in the first stage that has not approved it; approved: in none."""


class Amount(Value):
    """So much of the English text."""

    segments: int = 0
    words: int = 0


class OriginFigure(Amount):
    """How much of the text came about in one way."""

    origin: ReportOrigin
    name: str = ""
    """The engine, for what a machine drafted."""


class ConditionFigure(Amount):
    """How much of the text stands at one point of the review."""

    condition: Condition


class Effort(Value):
    """How much people changed of what one engine wrote, over the approved segments that it drafted."""

    engine: str
    language: LanguageTag
    segments: int
    untouched: int
    """Approved word for word as the engine wrote them."""
    edits: int
    """Grapheme clusters inserted, deleted or replaced, over all segments."""
    clusters: int
    """Of the longer of both texts, over all segments."""
    mean: float
    """Of the segments' shares of changed characters, from 0 (nothing) to 1 (nothing is left)."""
    median: float

    @property
    def changed(self) -> int:
        """Segments that people changed."""
        return self.segments - self.untouched


class Approver(Value):
    """One person at one stage."""

    name: str
    segments: int
    """Segments of the present text that this person approved; for a stage that decides on the whole, all of them."""
    first: dt.datetime
    last: dt.datetime


class StageFigure(Value):
    """One stage of the review of one language."""

    stage: str
    decides: Literal["segments", "edition"]
    needed: int
    """How many people have to approve."""
    approved: int
    """Segments approved at this stage; for a stage that decides on the whole, all or none."""
    from_memory: int = 0
    """Of these, segments that passed because the memory has them approved between the same neighbours."""
    carried: int = 0
    """Of these, segments whose approval was given for an English that was revised since, in form or spelling only."""
    people: tuple[Approver, ...] = ()
    opened: dt.datetime | None = None
    """When it could first be decided; None where nobody can say."""
    finished: dt.datetime | None = None
    """The last approval that counts, where the stage is finished."""
    days: float | None = None
    """From the one to the other."""
    due: dt.datetime | None = None
    overdue: bool = False


class Waiver(Value):
    """A finding that a named person took responsibility for."""

    finding: str
    number: int | None
    """The segment's place; None for the document as a whole."""
    by: str
    at: dt.datetime
    note: str = ""


class PublishedFile(Value):
    """A file that was published, and whether it is still that very file."""

    format: str
    path: str
    sha256: Hash
    at: dt.datetime
    state: Literal["as published", "changed", "missing"]


class LanguageReport(Value):
    """One language of a publication."""

    language: LanguageTag
    name: str
    state: Literal["not begun", "in review", "rejected", "approved", "published", "published, not current"]
    """published, not current: files are out, and the text has moved on since."""
    total: Amount
    origins: tuple[OriginFigure, ...]
    conditions: tuple[ConditionFigure, ...]
    efforts: tuple[Effort, ...] = ()
    stages: tuple[StageFigure, ...] = ()
    waived: tuple[Waiver, ...] = ()
    unwaived: int = 0
    """Findings that stop publication and that nobody has taken responsibility for."""
    files: tuple[PublishedFile, ...] = ()
    engines: tuple[str, ...] = ()
    """Fingerprints of the engines as they are configured now."""
    profile: str = ""
    """Fingerprint of the language's rules."""
    remains: tuple[str, ...] = ()
    """What has to be done before this language is out, one line each."""


class Period(Value):
    """From the first day to the last, both included, in UTC."""

    first: dt.date
    last: dt.date

    def holds(self, moment: dt.datetime) -> bool:
        return self.first <= moment.astimezone(dt.UTC).date() <= self.last


class PublicationReport(Value):
    """One publication, as its record shows it at one moment."""

    publication: str
    title: str
    publisher: str
    source: str
    source_sha256: Hash
    made_at: dt.datetime
    period: Period | None = None
    """Approvals, waivers and files outside it are left out; the other figures are of the present text."""
    broken: str = ""
    """Where the record of decisions was tampered with, in words; empty: it is whole."""
    named: bool = True
    """False: people are numbered instead of named, and their remarks left out."""
    languages: tuple[LanguageReport, ...]
    total: Amount
    """Over all languages: the English counts once for each language."""
    origins: tuple[OriginFigure, ...]
    conditions: tuple[ConditionFigure, ...]
    glossary: str
    terms: int
    program: str
