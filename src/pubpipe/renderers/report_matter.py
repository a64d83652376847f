"""A publication's report as sections of sentences and tables: what its web page and its Word file have in common."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from pubpipe.model import Value
from pubpipe.model.report import (
    Condition,
    ConditionFigure,
    LanguageReport,
    OriginFigure,
    PublicationReport,
    ReportOrigin,
    StageFigure,
)


class Grid(Value):
    """A table: what it shows, its column heads and its rows; the first column names each row."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    figures: frozenset[int] = frozenset()
    """Columns of numbers, set to the right."""
    last_is_sum: bool = False


class Part(Value):
    """A heading with what stands under it."""

    title: str
    level: int = 1
    lines: tuple[str, ...] = ()
    listed: tuple[str, ...] = ()
    grids: tuple[Grid, ...] = ()
    language: str = ""


_ORIGINS: dict[ReportOrigin, str] = {
    "machine": "machine translation, unchanged",
    "machine corrected": "machine translation, corrected by a person",
    "memory in context": "translation memory, same place in the text",
    "memory": "translation memory, another place",
    "memory corrected": "translation memory, corrected by a person",
    "human": "written by a person",
    "copied": "nothing to translate (numbers, signs)",
    "open": "not translated yet",
}
_CONDITIONS: dict[Condition, str] = {
    "approved": "approved",
    "waiting": "waiting for a reviewer",
    "stale": "moved since it was approved",
    "sent back": "sent back",
    "rejected": "rejected",
    "open": "not translated yet",
}
MEANINGS: tuple[tuple[str, str], ...] = (
    (
        "Segment, word",
        "A segment is a sentence, or what stands for one (a heading, a table cell). Words are those of the English "
        "text, as a word processor counts them. Over all languages the English counts once for each language.",
    ),
    (
        "Origin",
        "Each segment is counted once, by how the text that stands there now came about. A correction is any change "
        "by a person, however small. A person who approved a machine translation unchanged has read it, and it still "
        "counts as machine translation.",
    ),
    (
        "State of a segment",
        "Each segment is counted once, at the first stage on single segments that has not approved it. An approval "
        "counts only for the exact English, translation and glossary entries that were approved; when one of them "
        "moves, the segment is to do again. A stage that signs off the whole text is shown under “Stages of the "
        "review”.",
    ),
    (
        "Changed",
        "For approved segments that an engine drafted: the characters (with the signs that belong to them) that "
        "people inserted, deleted or replaced before they approved, divided by the length of the longer of draft and "
        "approved text. 0 % is untouched, 100 % written anew. It follows HTER (Snover et al. 2006), over characters "
        "in place of words, because Khmer, Burmese, Thai, Lao and Japanese do not separate words. It measures change, "
        "not quality: a small change can matter most.",
    ),
    (
        "Stage, days",
        "A stage opens when people could first decide on the present text at it: as recorded, or, where it is not, "
        "when the source was read or the stage before was finished. Days run to the last approval that counts for the "
        "present text, nights and weekends included; a dash where it is not finished, or where nobody can say. “From "
        "memory”: passed because the same text was approved before between the same sentences. “Carried over”: "
        "approved before the English was revised in form or spelling only. All times are UTC.",
    ),
    (
        "Who approved",
        "Segments of the present text that each person approved, and their first and last approval that counts. "
        "Approvals of earlier wordings are in the record, not here.",
    ),
    (
        "Waived",
        "A finding of the automatic checks that stops publication until it is mended, or until a named person takes "
        "responsibility for it.",
    ),
    (
        "Published file",
        "The SHA-256 digest identifies a file exactly: “pubpipe verify FILE” compares it with the record and names "
        "those who approved it.",
    ),
    (
        "Versions",
        "Engines, glossary and rules as they are set on the day of this report: name, version and a digest of the "
        "settings that change the result. The engine that drafted a text is named where its segments are counted.",
    ),
)
"""What each figure says, and what it does not."""


def matter(report: PublicationReport) -> tuple[Part, ...]:
    """Every part of the report, in the order in which it is read."""
    parts = [_opening(report), _overview(report)]
    parts += [_language(language) for language in report.languages]
    parts.append(_versions(report))
    meanings = Grid(
        caption="What is counted, and how", head=("Figure", "What it says, and what it does not"), rows=MEANINGS
    )
    parts.append(Part(title="What each figure means", grids=(meanings,)))
    return tuple(parts)


def heading(report: PublicationReport) -> str:
    """The title of the report."""
    return f"Translation report: {report.title}"


def record_line(report: PublicationReport) -> str:
    """Whether the record of decisions can be relied on, in one sentence."""
    if report.broken:
        return f"The record of decisions is broken, and this report cannot be relied on: {report.broken}."
    return "The record of decisions was verified for this report: it is whole, and nothing in it was changed."


def moment(at: dt.datetime | None) -> str:
    """A moment in UTC, to the minute; a dash for none."""
    return f"{at.astimezone(dt.UTC):%Y-%m-%d %H:%M}" if at else "—"


def origin_words(figure: OriginFigure) -> str:
    """How text came about, with the engine's name."""
    return f"{_ORIGINS[figure.origin]} ({figure.name})" if figure.name else _ORIGINS[figure.origin]


def condition_words(figure: ConditionFigure) -> str:
    """Where text stands."""
    return _CONDITIONS[figure.condition]


def percent(share: float) -> str:
    """A share of 1 in per cent, to one place."""
    return f"{share * 100:.1f} %"


def _opening(report: PublicationReport) -> Part:
    own = (report.publisher, report.publication)
    lines = [
        record_line(report),
        f"Publication: {' · '.join(p for p in own if p)}. Source: {report.source} (SHA-256 {report.source_sha256}).",
        f"Drawn up on {moment(report.made_at)} UTC by {report.program}. What each figure means is said at the end.",
    ]
    if report.period:
        lines.append(
            f"Period: {report.period.first} to {report.period.last}. Approvals by person, waived findings and files "
            "outside it are left out; all other figures are those of the text as it stands on the day of this report."
        )
    if not report.named:
        lines.append("People are numbered in this copy; the publisher's own copy names them.")
    return Part(title="", lines=tuple(lines))


def _overview(report: PublicationReport) -> Part:
    rows = [
        (
            language.name,
            language.state,
            _number(language.total.segments),
            _number(language.total.words),
            _number(_of(language.conditions, "approved")),
            _number(language.total.segments - _of(language.conditions, "approved")),
            _number(len(language.files)),
        )
        for language in report.languages
    ]
    approved = _of(report.conditions, "approved")
    total = (
        "All languages",
        "",
        _number(report.total.segments),
        _number(report.total.words),
        _number(approved),
        _number(report.total.segments - approved),
        _number(sum(len(language.files) for language in report.languages)),
    )
    summary = Grid(
        caption="Languages",
        head=("Language", "State", "Segments", "English words", "Segments approved", "Segments to do", "Files"),
        rows=(*rows, total),
        figures=frozenset(range(2, 7)),
        last_is_sum=True,
    )
    return Part(
        title="All languages",
        grids=(summary, _origins(report.origins, "How the text came about, all languages")),
    )


def _language(language: LanguageReport) -> Part:
    remains = language.remains or ("Nothing: it is approved at every stage and published.",)
    grids = [_origins(language.origins, f"How the {language.name} text came about")]
    grids.append(
        Grid(
            caption="Where the segments stand",
            head=("State", "Segments", "English words"),
            rows=(
                *((condition_words(f), _number(f.segments), _number(f.words)) for f in language.conditions),
                ("all", _number(language.total.segments), _number(language.total.words)),
            ),
            figures=frozenset((1, 2)),
            last_is_sum=True,
        )
    )
    if language.efforts:
        grids.append(_efforts(language))
    grids.append(_stages(language.stages, language.total.segments))
    people = [(s.stage, p) for s in language.stages for p in s.people]
    if people:
        grids.append(
            Grid(
                caption="Who approved",
                head=("Stage", "Person", "Segments", "First approval", "Last approval"),
                rows=tuple(
                    (stage, p.name, _number(p.segments), moment(p.first), moment(p.last)) for stage, p in people
                ),
                figures=frozenset((2,)),
            )
        )
    if language.waived:
        grids.append(
            Grid(
                caption="Findings that were waived",
                head=("Segment", "Finding", "Waived by", "When", "Remark"),
                rows=tuple(
                    (str(w.number or "whole text"), w.finding, w.by, moment(w.at), w.note) for w in language.waived
                ),
            )
        )
    if language.files:
        grids.append(
            Grid(
                caption="Published files",
                head=("File", "Made", "Now", "SHA-256"),
                rows=tuple((f.path, moment(f.at), f.state, f.sha256) for f in language.files),
            )
        )
    return Part(
        title=f"{language.name}: {language.state}",
        lines=("What remains:",),
        listed=remains,
        grids=tuple(grids),
        language=language.language,
    )


def _origins(figures: Sequence[OriginFigure], caption: str) -> Grid:
    segments, words_ = sum(f.segments for f in figures), sum(f.words for f in figures)
    return Grid(
        caption=caption,
        head=("Origin", "Segments", "English words", "Share of words"),
        rows=(
            *((origin_words(f), _number(f.segments), _number(f.words), _share(f.words, words_)) for f in figures),
            ("all", _number(segments), _number(words_), _share(words_, words_)),
        ),
        figures=frozenset((1, 2, 3)),
        last_is_sum=True,
    )


def _efforts(language: LanguageReport) -> Grid:
    return Grid(
        caption="How much of the machine translation was changed",
        head=("Engine", "Segments", "Untouched", "Corrected", "Changed, median", "Changed, mean"),
        rows=tuple(
            (
                e.engine,
                _number(e.segments),
                f"{_number(e.untouched)} ({_share(e.untouched, e.segments)})",
                _number(e.changed),
                percent(e.median),
                percent(e.mean),
            )
            for e in language.efforts
        ),
        figures=frozenset(range(1, 6)),
    )


def _stages(stages: Sequence[StageFigure], total: int) -> Grid:
    rows = []
    for s in stages:
        done = (
            f"{_number(s.approved)} of {_number(total)}" if s.decides == "segments" else "yes" if s.approved else "no"
        )
        memory = f", {s.from_memory} from memory" if s.from_memory else ""
        memory += f", {s.carried} carried over" if s.carried else ""
        days = "—" if s.days is None else f"{s.days:.1f}"
        due = "" if s.due is None else f"{moment(s.due)}{' OVERDUE' if s.overdue else ''}"
        rows.append((s.stage, done + memory, str(s.needed), moment(s.opened), moment(s.finished), days, due or "—"))
    return Grid(
        caption="Stages of the review",
        head=("Stage", "Approved", "People needed", "Opened", "Finished", "Days", "Due"),
        rows=tuple(rows),
        figures=frozenset((2, 5)),
    )


def _versions(report: PublicationReport) -> Part:
    rows = [
        ("Program", report.program),
        ("Glossary", f"{report.glossary} ({_number(report.terms)} terms)"),
        *(
            (f"Engines, {language.name}", ", ".join(language.engines) or "none: people translate")
            for language in report.languages
        ),
        *((f"Rules of the language, {language.name}", language.profile) for language in report.languages),
    ]
    return Part(
        title="What it was made with",
        grids=(Grid(caption="Versions", head=("Component", "Version"), rows=tuple(rows)),),
    )


def _of(figures: Iterable[ConditionFigure], condition: Condition) -> int:
    return sum(f.segments for f in figures if f.condition == condition)


def _number(value: int) -> str:
    return f"{value:,}"


def _share(part: int, whole: int) -> str:
    return percent(part / whole) if whole else "—"
