"""What is stale and why; what each edition waits for. Reads, and changes nothing that a person made."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Literal

from pubpipe.errors import PubpipeError
from pubpipe.identity import rendition_key
from pubpipe.model import Value
from pubpipe.pipeline.ingest import peek, source_path
from pubpipe.pipeline.publishing import formats_of, intact, output_folder, up_to_date
from pubpipe.pipeline.workspace import Workspace

if TYPE_CHECKING:
    from pubpipe.pipeline.edition import EditionView

Needs = Literal["nothing", "waiting", "draft", "review", "render", "error"]


class PlanItem(Value):
    """One edition and what has to be done to it."""

    publication: str
    language: str
    needs: Needs
    """draft: sentences without a translation that fits; review: something moved and a person has to decide again;
    render: files are missing or stale; waiting: a person has to decide and nothing moved since they were asked;
    error: it cannot be told, `reasons` says why; nothing: all is as it should be."""
    reasons: tuple[str, ...] = ()
    """Why, one line each ("term 'migrant worker' changed", "template changed")."""


class EditionStatus(Value):
    """Where an edition stands, in figures."""

    publication: str
    title: str
    language: str
    language_name: str
    state: Literal["new", "in review", "approved", "rejected", "published", "error"]
    stage: str = ""
    """The stage that it waits at."""
    segments: int = 0
    open: int = 0
    """Segments without a translation."""
    approved: int = 0
    """Segments approved at the first stage."""
    findings: int = 0
    """Findings of severity error or block."""
    files: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    due: dt.datetime | None = None
    """When the stage that it waits at has to be answered; None: there is no deadline."""
    overdue: bool = False
    deadline: str = ""
    """The same in words: "due 2026-05-03", "OVERDUE since 2026-05-03 (2 days)"."""


def plan(ws: Workspace, publications: tuple[str, ...] = ()) -> tuple[PlanItem, ...]:
    """What every registered edition needs, stale or not; one edition's trouble does not hide the others."""
    items = []
    for known in ws.store.publications.all():
        if publications and known.id not in publications:
            continue
        for language in known.languages:
            try:
                items.append(plan_edition(ws, known.id, language))
            except PubpipeError as error:
                items.append(PlanItem(publication=known.id, language=language, needs="error", reasons=(str(error),)))
    return tuple(items)


def plan_edition(ws: Workspace, publication: str, language: str) -> PlanItem:
    def item(needs: Needs, *reasons: str) -> PlanItem:
        return PlanItem(publication=publication, language=language, needs=needs, reasons=reasons)

    if up_to_date(ws, publication, language) is not None:
        return item("nothing", *_gone(ws, publication))
    from pubpipe.pipeline.edition import view

    present = view(ws, publication, language, peek(ws, publication))
    if not present.drafts:
        return item("draft", "never translated")
    reasons = list(_source_changes(ws, present)) + list(_term_changes(present))
    drafted = {s.id for s in present.segments if (d := present.drafts.get(s.id)) and d.source_hash == s.source_hash}
    if len(drafted) < len(present.segments):
        return item("draft", *reasons)
    if present.standing.state != "approved":
        if found := _in_memory_now(present):
            return item("draft", *reasons, found)
        due = _due(ws, publication, language, present.standing.stage).get("deadline")
        waits = [f"{present.standing.stage}: {due}"] if due else []
        return item("review", *waits, *reasons) if reasons else item("waiting", *waits, *present.standing.reasons)
    stale = _stale_files(ws, present)
    return item("render", *reasons, *stale) if stale else item("nothing", *_gone(ws, publication))


def status(ws: Workspace, publication: str | None = None) -> tuple[EditionStatus, ...]:
    """Where every registered edition stands."""
    out = []
    for known in ws.store.publications.all():
        if publication and known.id != publication:
            continue
        for language in known.languages:
            out.append(status_of(ws, known.id, known.title, language))
    if publication and not out:
        source_path(ws, publication)  # says which publications there are
    return tuple(out)


def status_of(ws: Workspace, publication: str, title: str, language: str) -> EditionStatus:
    from pubpipe.languages import profile

    name = profile(language).english_name
    base = {"publication": publication, "title": title, "language": language, "language_name": name}
    try:
        files = up_to_date(ws, publication, language)
        if files is not None:
            total = len(ws.store.drafts.origins(publication, language))
            return EditionStatus(
                **base, state="published", segments=total, approved=total, files=tuple(r.path for r in files)
            )
        from pubpipe.pipeline.edition import view

        present = view(ws, publication, language)
        if not present.drafts:
            return EditionStatus(**base, state="new", segments=len(present.segments))
        standing = present.standing
        return EditionStatus(
            **base,
            state={"approved": "approved", "rejected": "rejected"}.get(standing.state, "in review"),
            stage=standing.stage or "",
            segments=len(present.segments),
            open=sum(t is None for t in present.targets.values()),
            approved=sum(standing.segment_accepted(s.id) for s in present.segments),
            findings=sum(f.severity in ("error", "block") for f in present.findings),
            files=tuple(r.path for r in ws.store.renditions.current(publication, language).values()),
            reasons=standing.reasons,
            **_due(ws, publication, language, standing.stage),
        )
    except PubpipeError as error:
        return EditionStatus(**base, state="error", reasons=(str(error),))


def _due(ws: Workspace, publication: str, language: str, stage: str | None) -> dict[str, Any]:
    """When the answer is due at this stage: the fields of `EditionStatus`; nothing where there is no deadline."""
    from pubpipe.pipeline.deciding import deadline_of, zone

    found = deadline_of(ws, publication, language, stage) if stage else None
    if found is None:
        return {}
    now = ws.now().astimezone(zone(ws.project))
    return {"due": found.due, "overdue": found.state(now) == "overdue", "deadline": found.words(now)}


def _gone(ws: Workspace, publication: str) -> tuple[str, ...]:
    path = source_path(ws, publication)
    return () if path.is_file() else (f"the source file {path.name} is gone; the stored text is used",)


def _source_changes(ws: Workspace, present: EditionView) -> tuple[str, ...]:
    stored = ws.store.documents.current_hash(present.publication)
    new = sum(1 for s in present.segments if (d := present.drafts.get(s.id)) is None or d.source_hash != s.source_hash)
    if stored is not None and stored[0] != present.source.file_hash:
        return (f"source changed: {new} of {len(present.segments)} sentences are new or changed",)
    return (f"{new} of {len(present.segments)} sentences are not drafted",) if new else ()


def _in_memory_now(present: EditionView) -> str:
    """How many open sentences the memory has got since they were drafted, in words; empty for none."""
    from pubpipe import memory

    open_ = [s for s in present.segments if s.translatable and present.targets[s.id] is None]
    keys = {memory.key(s.content) for s in open_}
    known = {u.key for u in present.ws.store.memory.exact(keys, present.profile.tag)} if keys else set()
    count = sum(memory.key(s.content) in known for s in open_)
    return f"the memory now has {count} of the {len(open_)} open sentences" if count else ""


def _term_changes(present: EditionView) -> tuple[str, ...]:
    """Terms whose entry moved since somebody approved a sentence that has them."""
    decided = {(d.source_hash, d.terms_hash) for d in present.decisions if d.verdict == "approve" and d.terms_hash}
    sources = {source for source, _ in decided}
    names: dict[str, int] = {}
    for segment in present.segments:
        moved = segment.source_hash in sources and (segment.source_hash, present.terms[segment.id]) not in decided
        for hit in present.hits[segment.id] if moved else ():
            names[hit.surface] = names.get(hit.surface, 0) + 1
        if moved and not present.hits[segment.id]:
            names["a removed term"] = names.get("a removed term", 0) + 1
    return tuple(f"glossary changed where {name!r} stands ({n} sentences)" for name, n in names.items())


def _stale_files(ws: Workspace, present: EditionView) -> tuple[str, ...]:
    """Which files are missing or made from something else than what is there now, and what moved."""
    from pubpipe import review
    from pubpipe.pipeline.edition import look_of
    from pubpipe.pipeline.publishing import rendition_ingredients

    edition = review.assemble(present.standing, present.localized, present.credits, present.decisions, present.findings)
    look = look_of(ws, present.publication, present.profile)
    current = ws.store.renditions.current(present.publication, present.profile.tag)
    folder = output_folder(ws, present.publication) / present.profile.tag
    reasons: list[str] = []
    for format_ in formats_of(ws, present.publication):
        old = current.get(format_)
        ingredients = rendition_ingredients(present, edition, look, format_)
        if old is None:
            reasons.append(f"{format_}: never made")
            continue
        if old.key != rendition_key(edition.edition_hash, format_, ingredients):
            moved = [name for name, value in ingredients.items() if old.ingredients.get(name) != value]
            if old.ingredients.get("edition") != edition.edition_hash:
                moved.insert(0, "the approved text")
            reasons.append(f"{format_}: {', '.join(moved) or 'something'} changed")
        elif not intact(folder / f"{present.publication}.{present.profile.tag}.{format_}", old.file_hash):
            reasons.append(f"{format_}: the file is missing or was changed by hand")
    return tuple(reasons)
