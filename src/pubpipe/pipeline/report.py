"""The figures of a publication, counted from its record: what was machine, memory, human; who approved; what remains.

Nothing is stored for it: the same record gives the same report, before publication and after.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import get_args

from pubpipe import __version__
from pubpipe.errors import ConfigError, PubpipeError
from pubpipe.identity import content_hash
from pubpipe.model import Content, Draft, Finding, RecordedDecision, Segment, plain
from pubpipe.model.report import (
    Amount,
    Approver,
    Condition,
    ConditionFigure,
    Effort,
    LanguageReport,
    OriginFigure,
    Period,
    PublicationReport,
    PublishedFile,
    ReportOrigin,
    StageFigure,
    Waiver,
)
from pubpipe.pipeline.edition import EditionView, view
from pubpipe.pipeline.ingesting import Ingested, peek, source_path
from pubpipe.pipeline.provenance import first_draft
from pubpipe.pipeline.publishing import intact, output_folder
from pubpipe.pipeline.workspace import Workspace
from pubpipe.review import Stage
from pubpipe.review.deadlines import deadline
from pubpipe.review.effort import effort
from pubpipe.review.standing import finding_name

_CORRECTED: dict[str, ReportOrigin] = {
    "engine": "machine corrected", "context": "memory corrected", "exact": "memory corrected",
}  # fmt: skip
_UNTOUCHED: dict[str, ReportOrigin] = {
    "engine": "machine", "context": "memory in context", "exact": "memory", "copy": "copied",
}  # fmt: skip


def report(
    ws: Workspace,
    publication: str,
    *,
    languages: Sequence[str] | None = None,
    period: Period | None = None,
    named: bool = True,
    at: dt.datetime | None = None,
) -> PublicationReport:
    """Every figure of one publication at the moment `at` (default: now), the record of decisions verified first.

    `languages` None: all that the publication has. `named` False numbers people instead of naming them. ConfigError for
    a publication that is not registered, or that does not have one of the languages.
    """
    source_path(ws, publication)
    known = ws.store.publications.get(publication)
    assert known is not None
    at = at or ws.now()
    source = peek(ws, publication)
    broken = ws.store.decisions.verify() or ""
    if missing := sorted(set(languages or ()) - set(known.languages)):
        raise ConfigError(
            f"{publication} is not published in {', '.join(missing)}.",
            remedy=f"Its languages: {', '.join(known.languages)}.",
        )
    wanted = [tag for tag in known.languages if languages is None or tag in languages]
    told = tuple(language_report(view(ws, publication, tag, source), at, period) for tag in wanted)
    made = PublicationReport(
        publication=publication,
        title=known.title,
        publisher=ws.project.publisher,
        source=known.source_name,
        source_sha256=source.file_hash,
        made_at=at.replace(microsecond=0),
        period=period,
        broken=broken,
        languages=told,
        total=_sum(language.total for language in told),
        origins=_origins((f.origin, f.name, f) for language in told for f in language.origins),
        conditions=_conditions((f.condition, f) for language in told for f in language.conditions),
        glossary=ws.glossary.fingerprint,
        terms=len(ws.glossary.terms),
        program=f"pubpipe {__version__}",
    )
    return made if named else without_names(made)


def language_report(present: EditionView, at: dt.datetime, period: Period | None = None) -> LanguageReport:
    """The figures of one language."""
    ws, tag = present.ws, present.profile.tag
    began = ws.store.beginnings.latest(present.publication, tag)
    amounts = {s.id: Amount(segments=1, words=words(plain(s.content))) for s in present.segments}
    stages = _stages(present, at, period)
    files = _files(ws, present.publication, tag, period)
    conditions = {s.id: condition(present, s) for s in present.segments}
    figures = _conditions((conditions[s.id], amounts[s.id]) for s in present.segments)
    return LanguageReport(
        language=tag,
        name=present.profile.english_name,
        state=_state(present),
        total=_sum(amounts.values()),
        origins=_origins(
            (*origin(present, segment, first_draft(present.drafts.get(segment.id), began)), amounts[segment.id])
            for segment in present.segments
        ),
        conditions=figures,
        efforts=efforts(present, began),
        stages=stages,
        waived=_waivers(present, period),
        unwaived=len(present.standing.blocking),
        files=files,
        engines=_engines(ws, present.publication, tag),
        profile=present.profile.fingerprint,
        remains=_remains(present, figures, stages, files),
    )


def words(text: str) -> int:
    """How many words a word processor counts: stretches between white space that hold a letter or a digit."""
    return sum(any(c.isalnum() for c in part) for part in text.split())


def origin(present: EditionView, segment: Segment, first: Draft | None) -> tuple[ReportOrigin, str]:
    """How the present text of a segment came about, and the engine where one was in it."""
    draft = present.drafts.get(segment.id)
    if draft is None or present.targets[segment.id] is None:
        return "open", ""
    if draft.origin != "human":
        return _UNTOUCHED[draft.origin], draft.detail if draft.origin == "engine" else ""
    if first is None:
        return "human", ""
    return _CORRECTED[first.origin], first.detail if first.origin == "engine" else ""


def pairs(
    present: EditionView, began: Mapping[str, Draft], origins: Sequence[str]
) -> list[tuple[Segment, Draft, Content]]:
    """(segment, what was offered first, approved text) of accepted segments whose first draft is of these origins."""
    found = []
    for segment in present.segments:
        first = first_draft(present.drafts.get(segment.id), began)
        target = present.targets[segment.id]
        if first is None or first.target is None or target is None or first.origin not in origins:
            continue
        if present.standing.segment_accepted(segment.id):
            found.append((segment, first, target))
    return found


def efforts(present: EditionView, began: Mapping[str, Draft]) -> tuple[Effort, ...]:
    """How much of each engine's drafts people changed before they approved them."""
    by_engine: dict[str, list[tuple[Content, Content]]] = {}
    for _, first, target in pairs(present, began, ("engine",)):
        by_engine.setdefault(first.detail, []).append((first.target or (), target))
    made = (effort(engine, present.profile.tag, found) for engine, found in sorted(by_engine.items()))
    return tuple(e for e in made if e is not None)


def condition(present: EditionView, segment: Segment) -> Condition:
    """Where the segment stands in the first stage on segments that has not approved it."""
    if present.targets[segment.id] is None:
        return "open"
    for states in present.standing.segments.values():
        state = states[segment.id].state
        if state != "approved":
            return state
    return "approved"


# --- sums: every total is the sum of its parts


def _sum(amounts: Iterable[Amount]) -> Amount:
    amounts = tuple(amounts)
    return Amount(segments=sum(a.segments for a in amounts), words=sum(a.words for a in amounts))


def _origins(each: Iterable[tuple[ReportOrigin, str, Amount]]) -> tuple[OriginFigure, ...]:
    found: dict[tuple[ReportOrigin, str], list[Amount]] = {}
    for kind, name, amount in each:
        found.setdefault((kind, name), []).append(amount)
    order = get_args(ReportOrigin)
    return tuple(
        OriginFigure(origin=kind, name=name, **_sum(found[kind, name]).model_dump())
        for kind, name in sorted(found, key=lambda key: (order.index(key[0]), key[1]))
    )


def _conditions(each: Iterable[tuple[Condition, Amount]]) -> tuple[ConditionFigure, ...]:
    found: dict[Condition, list[Amount]] = {kind: [] for kind in get_args(Condition)}
    for kind, amount in each:
        found[kind].append(amount)
    return tuple(
        ConditionFigure(condition=kind, **_sum(amounts).model_dump()) for kind, amounts in found.items() if amounts
    )


# --- people


def _stages(present: EditionView, at: dt.datetime, period: Period | None) -> tuple[StageFigure, ...]:
    made: list[StageFigure] = []
    opened = _begun(present)
    openings = present.ws.store.openings.of(present.publication, present.profile.tag)
    for stage in present.stages:
        counted = _counted(present, stage)
        approved = _approved(present, stage)
        done = approved == len(present.segments) and bool(present.segments)
        finished = max((d.at for decisions in counted.values() for d in decisions), default=None) if done else None
        if asked := [o.opened for o in openings if o.stage == stage.name and o.source == present.source_hash]:
            opened = asked[0]
        if opened is not None and finished is not None and opened > finished:
            opened = None
        limit = None if done else deadline(stage, opened)
        made.append(
            StageFigure(
                stage=stage.name,
                decides=stage.kind,
                needed=stage.approvals,
                approved=approved,
                from_memory=_passed(present, stage),
                carried=sum(s.carried for s in present.standing.segments.get(stage.name, {}).values()),
                people=_people(counted, len(present.segments) if stage.kind == "edition" else None, period),
                opened=opened,
                finished=finished,
                days=_days(opened, finished),
                due=limit.due if limit else None,
                overdue=limit is not None and limit.state(at) == "overdue",
            )
        )
        opened = finished
    return tuple(made)


def _days(opened: dt.datetime | None, finished: dt.datetime | None) -> float | None:
    return round((finished - opened).total_seconds() / 86_400, 1) if opened and finished else None


def _begun(present: EditionView) -> dt.datetime | None:
    """When the text could be reviewed: when its present version was read or, after a restore, its registration."""
    known = present.ws.store.publications.get(present.publication)
    read = present.ws.store.documents.read_at(present.publication)
    counted = _counted(present, present.stages[0]).values()
    earliest = min((d.at for decisions in counted for d in decisions), default=None)
    for moment in (read, known.at if known else None):
        if moment is not None and (earliest is None or moment <= earliest):
            return moment
    return None


def _counted(present: EditionView, stage: Stage) -> dict[str, list[RecordedDecision]]:
    """Segment id to the approvals that count for its present text; "" for a stage that decides on the whole."""
    approvals = [d for d in present.decisions if d.stage == stage.name and d.verdict == "approve"]
    if stage.kind == "edition":
        names = present.standing.signed.get(stage.name, ())
        whole = present.standing.edition_hash
        return {"": [d for d in approvals if d.edition_hash == whole and d.by in names]} if names else {}
    states = present.standing.segments.get(stage.name, {})
    by_pair: dict[tuple[str | None, str | None], list[RecordedDecision]] = {}
    for decision in approvals:
        by_pair.setdefault((decision.source_hash, decision.target_hash), []).append(decision)
    found = {}
    for segment in present.segments:
        target, state = present.targets[segment.id], states.get(segment.id)
        if target is None or state is None or not state.by:
            continue
        draft = present.drafts.get(segment.id)
        carried = state.carried and draft is not None and draft.approved_source is not None
        source = content_hash(draft.approved_source or ()) if draft is not None and carried else segment.source_hash
        here = by_pair.get((source, content_hash(target)), [])
        found[segment.id] = [d for d in here if d.by in state.by]
    return found


def _approved(present: EditionView, stage: Stage) -> int:
    if stage.kind == "edition":
        signed = present.standing.signed.get(stage.name, ())
        return len(present.segments) if len(signed) >= stage.approvals else 0
    return sum(state.state == "approved" for state in present.standing.segments.get(stage.name, {}).values())


def _passed(present: EditionView, stage: Stage) -> int:
    """Segments that no person had to approve here, because the memory has them approved."""
    states = present.standing.segments.get(stage.name, {})
    return sum(state.state == "approved" and not state.by for state in states.values())


def _people(
    counted: Mapping[str, Sequence[RecordedDecision]], whole: int | None, period: Period | None
) -> tuple[Approver, ...]:
    segments: dict[str, set[str]] = {}
    times: dict[str, list[dt.datetime]] = {}
    for segment, decisions in counted.items():
        for decision in decisions:
            if period is None or period.holds(decision.at):
                segments.setdefault(decision.by, set()).add(segment)
                times.setdefault(decision.by, []).append(decision.at)
    people = (
        Approver(
            name=name, segments=len(ids) if whole is None else whole, first=min(times[name]), last=max(times[name])
        )
        for name, ids in segments.items()
    )
    return tuple(sorted(people, key=lambda p: (p.first, p.name)))


def _waivers(present: EditionView, period: Period | None) -> tuple[Waiver, ...]:
    numbers = {s.id: s.number for s in present.segments}
    made = []
    for finding in present.standing.waived:
        for decision in _waivings(present, finding):
            if period is None or period.holds(decision.at):
                number = numbers.get(finding.segment or "")
                made.append(
                    Waiver(
                        finding=finding_name(finding), number=number, by=decision.by, at=decision.at,
                        note=decision.note,
                    )
                )  # fmt: skip
    return tuple(sorted(set(made), key=lambda w: (w.number or 0, w.at, w.finding)))


def _waivings(present: EditionView, finding: Finding) -> list[RecordedDecision]:
    segment = next((s for s in present.segments if s.id == finding.segment), None)
    target = present.targets[segment.id] if segment else None
    about = (segment.source_hash, content_hash(target)) if segment and target is not None else (None, None)
    name = finding_name(finding)
    waived = [d for d in present.decisions if d.verdict == "waive" and d.finding == name]
    return [d for d in waived if (d.source_hash, d.target_hash) == about]


# --- files, engines, what remains


def _files(ws: Workspace, publication: str, language: str, period: Period | None) -> tuple[PublishedFile, ...]:
    folder = output_folder(ws, publication).parent
    made = []
    for rendition in ws.store.renditions.current(publication, language).values():
        if period is not None and not period.holds(rendition.at):
            continue
        path = folder / rendition.path
        state = "as published" if intact(path, rendition.file_hash) else "changed" if path.is_file() else "missing"
        made.append(
            PublishedFile.model_validate(
                {
                    "format": rendition.format,
                    "path": rendition.path,
                    "sha256": rendition.file_hash,
                    "at": rendition.at,
                    "state": state,
                }
            )
        )
    return tuple(made)


def _engines(ws: Workspace, publication: str, language: str) -> tuple[str, ...]:
    """The engines of this language with version and settings; one that cannot be made here by its name alone."""
    from pubpipe.pipeline.drafting import build_engine

    known = ws.store.publications.get(publication)
    chosen = (known.options.get("engines") if known else None) or ws.project.engines_of(publication, language)
    found = []
    for name in chosen:
        try:
            found.append(build_engine(name, ws.project.engines.settings, ws.environ).fingerprint)
        except PubpipeError:
            found.append(name)
    return tuple(found)


def _state(present: EditionView) -> str:
    if not present.drafts:
        return "not begun"
    if present.standing.state == "rejected":
        return "rejected"
    current = present.ws.store.renditions.current(present.publication, present.profile.tag).values()
    ours = [r for r in current if r.ingredients.get("edition") == present.standing.edition_hash]
    if present.standing.state == "approved":
        return "published" if ours and len(ours) == len(current) else "approved"
    return "published, not current" if current else "in review"


_WAITS: dict[str, str] = {
    "open": "have no translation yet",
    "waiting": "wait for their reviewer",
    "stale": "have moved since they were approved",
    "sent back": "were sent back",
    "rejected": "were rejected",
}


def _remains(
    present: EditionView,
    figures: Sequence[ConditionFigure],
    stages: Sequence[StageFigure],
    files: Sequence[PublishedFile],
) -> tuple[str, ...]:
    lines = [
        f"{f.segments} {'segments' if f.segments > 1 else 'segment'} ({f.words:,} words) {_WAITS[f.condition]}"
        for f in figures
        if f.condition in _WAITS
    ]
    for stage in stages:
        if stage.approved < len(present.segments) or not present.segments:
            lines.append(f"{stage.stage} is not finished" + (", and is overdue" if stage.overdue else ""))
    if present.standing.blocking:
        lines.append(f"{len(present.standing.blocking)} findings stop publication until they are mended or waived")
    state = _state(present)
    if state != "published":
        lines.append(
            "its files are not published" if state != "published, not current" else "its files are out of date"
        )
    lines += [f"{file.path} is {file.state}" for file in files if file.state != "as published"]
    return tuple(lines)


# --- for publication


def without_names(made: PublicationReport) -> PublicationReport:
    """The same report with people numbered in the order in which they approved, and without what they wrote."""
    people = Counter[str]()
    for language in made.languages:
        for name in (p.name for s in language.stages for p in s.people):
            people[name] += 1
        for waiver in language.waived:
            people[waiver.by] += 1
    numbered = {name: f"Reviewer {number}" for number, name in enumerate(people, 1)}
    languages = tuple(
        language.model_copy(
            update={
                "stages": tuple(
                    s.model_copy(
                        update={"people": tuple(p.model_copy(update={"name": numbered[p.name]}) for p in s.people)}
                    )
                    for s in language.stages
                ),
                "waived": tuple(w.model_copy(update={"by": numbered[w.by], "note": ""}) for w in language.waived),
            }
        )
        for language in made.languages
    )
    return made.model_copy(update={"languages": languages, "named": False})


def engine_efforts(
    ws: Workspace, languages: Sequence[str] | None = None, publication: str | None = None
) -> tuple[Effort, ...]:
    """How much people changed of each engine's drafts, for each language, over all publications or in one."""
    found: dict[tuple[str, str], list[tuple[Content, Content]]] = {}
    if publication is not None:
        source_path(ws, publication)  # says which publications there are
    for known in ws.store.publications.all():
        if publication is not None and known.id != publication:
            continue
        source = peek(ws, known.id)
        for tag in known.languages:
            if languages is None or tag in languages:
                _gather(ws, known.id, tag, source, found)
    made = (effort(engine, tag, each) for (tag, engine), each in sorted(found.items()))
    return tuple(e for e in made if e is not None)


def _gather(
    ws: Workspace,
    publication: str,
    language: str,
    source: Ingested,
    found: dict[tuple[str, str], list[tuple[Content, Content]]],
) -> None:
    began = ws.store.beginnings.latest(publication, language)
    if not began:
        return
    present = view(ws, publication, language, source)
    for _, first, target in pairs(present, began, ("engine",)):
        found.setdefault((language, first.detail), []).append((first.target or (), target))


def period_of(text: str) -> Period:
    """The days that "2026", "2026-Q3", "2026-07", "2026-07-15" or "2026-01-15..2026-06-30" mean; ConfigError else."""
    import calendar
    import re

    first, sign, last = text.strip().partition("..")
    if sign:
        made = Period(first=period_of(first).first, last=period_of(last).last)
        if made.first <= made.last:
            return made
    found = re.fullmatch(r"(\d{4})(?:-(?:Q([1-4])|(\d\d)(?:-(\d\d))?))?", text.strip())
    try:
        if found:
            year, quarter, month, day = (int(g) if g else 0 for g in found.groups())
            begin, end = (quarter * 3 - 2, quarter * 3) if quarter else (month, month) if found[3] else (1, 12)
            first_day = day if found[4] else 1
            last_day = day if found[4] else calendar.monthrange(year, end)[1]
            return Period(first=dt.date(year, begin, first_day), last=dt.date(year, end, last_day))
    except (ValueError, calendar.IllegalMonthError):
        pass
    raise ConfigError(
        f"--period {text!r} names no days.",
        remedy="Write 2026, 2026-Q3, 2026-07, or first and last day: 2026-01-15..2026-06-30.",
    )
