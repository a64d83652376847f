"""What is stale and why; what each edition waits for. Reads, and changes nothing that a person made."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Literal

from pubpipe.errors import PubpipeError
from pubpipe.identity import rendition_key
from pubpipe.model import Value, plain
from pubpipe.pipeline.ingesting import peek, source_path
from pubpipe.pipeline.publishing import formats_of, intact, output_folder, up_to_date
from pubpipe.pipeline.workspace import Workspace

if TYPE_CHECKING:
    from pubpipe.pipeline.edition import EditionView
    from pubpipe.pipeline.moved_terms import MovedTerm

    Moved = Mapping[str, tuple[MovedTerm, ...]]

Needs = Literal["nothing", "waiting", "draft", "review", "render", "error"]


class PlanSegment(Value):
    """A sentence that something has to be done about."""

    number: int
    words: str
    """How its English begins."""
    reason: str
    """Why, in words ("new", "the English was revised: number 300 → 500", "a term changed: ‘migrant worker’")."""


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
    segments: tuple[PlanSegment, ...] = ()
    """The sentences concerned, in the order of the document."""
    files: tuple[str, ...] = ()
    """The published files concerned: they say or look other than what the present text, terms and design would give.
    Paths from the workspace's folder, absolute where they lie outside it."""


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
    had_their_say: tuple[str, ...] = ()
    """For whom nothing is left to approve in the round that waits: it is their own wording, or has their approval."""


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
    """What one edition needs, with the sentences and the published files that it is about."""

    def item(needs: Needs, *reasons: str, **about: Any) -> PlanItem:
        return PlanItem(publication=publication, language=language, needs=needs, reasons=reasons, **about)

    if up_to_date(ws, publication, language) is not None:
        return item("nothing", *_gone(ws, publication))
    from pubpipe.pipeline.edition import view

    present = view(ws, publication, language, peek(ws, publication))
    if not present.drafts:
        return item("draft", "never translated")
    moved = present.moved_terms
    reasons = [*_source_changes(ws, present), *_term_changes(moved)]
    about: dict[str, Any] = {"segments": _concerned(present, moved), "files": _published(ws, present)}
    drafted = {s.id for s in present.segments if (d := present.drafts.get(s.id)) and d.source_hash == s.source_hash}
    if len(drafted) < len(present.segments):
        return item("draft", *reasons, **about)
    if present.standing.state != "approved":
        if found := _in_memory_now(present):
            return item("draft", *reasons, found, **about)
        due = _due(ws, publication, language, present.standing.stage).get("deadline")
        stage = present.standing.stage
        waits = [f"{stage}: {due}"] if due else []
        if reasons:
            return item("review", *waits, *reasons, **about)
        if stage and not waits:
            waits = [f"at {stage}"]
        return item("waiting", *waits, *present.standing.reasons, **about)
    stale = _stale_files(ws, present)
    if not stale:
        return item("nothing", *_gone(ws, publication))
    files = _published(ws, present, stale)
    return item("render", *reasons, *(f"{format_}: {why}" for format_, why in stale.items()), files=files)


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
        from pubpipe import review
        from pubpipe.pipeline.edition import view

        present = view(ws, publication, language)
        if not present.drafts:
            return EditionStatus(**base, state="new", segments=len(present.segments))
        standing = present.standing
        state = {"approved": "approved", "rejected": "rejected"}.get(standing.state, "in review")
        if state == "approved" and not _stale_files(ws, present):
            state = "published"  # a setting has moved that no file is made of
        return EditionStatus(
            **base,
            state=state,
            stage=standing.stage or "",
            segments=len(present.segments),
            open=sum(t is None for t in present.targets.values()),
            approved=sum(standing.segment_accepted(s.id) for s in present.segments),
            findings=sum(f.severity in ("error", "block") for f in present.findings),
            files=tuple(r.path for r in ws.store.renditions.current(publication, language).values()),
            reasons=standing.reasons,
            had_their_say=review.had_their_say(standing, present.segments, present.drafts, present.authors),
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


def _term_changes(moved: Moved) -> tuple[str, ...]:
    """Terms whose entry moved since somebody approved a sentence that has them, with how many sentences."""
    names = Counter(name for found in moved.values() for name in dict.fromkeys(term.name for term in found))
    return tuple(
        f"glossary changed where {name!r} stands ({n} sentence{'s' if n > 1 else ''})" for name, n in names.items()
    )


def _concerned(present: EditionView, moved: Moved) -> tuple[PlanSegment, ...]:
    """The sentences that are new, revised, under another term, or wait for a person, each with why."""
    from pubpipe import review

    waits = present.standing.segments.get(present.standing.stage or "", {})
    out = []
    for segment in present.segments:
        draft, state = present.drafts.get(segment.id), waits.get(segment.id)
        drafted = draft is not None and draft.source_hash == segment.source_hash
        was = present.replaced.get(segment.id)
        if segment.id in moved:
            reason = f"a term changed: {', '.join(term.words for term in moved[segment.id])}"
        elif drafted and (state is None or state.state == "approved"):
            continue
        elif was is not None and (state is None or state.state in ("open", "waiting")):
            change = review.compared(was, segment, present.segments, present.read)
            reason = f"the English was revised: {', '.join(change.words)}"
        elif not drafted:
            reason = "new"
        else:
            reason = state.reason if state is not None else ""
        out.append(PlanSegment(number=segment.number, words=_beginning(plain(segment.content)), reason=reason))
    return tuple(out)


def _beginning(text: str, most: int = 48) -> str:
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 1].rsplit(" ", 1)[0] + "…"


def _published(ws: Workspace, present: EditionView, formats: Iterable[str] | None = None) -> tuple[str, ...]:
    """Where the edition's published files lie (of some formats, or all), as far as there are any."""
    current = ws.store.renditions.current(present.publication, present.profile.tag)
    folder = output_folder(ws, present.publication) / present.profile.tag
    paths = [folder / PurePosixPath(r.path).name for f, r in sorted(current.items()) if formats is None or f in formats]
    return tuple(path.relative_to(ws.root).as_posix() if path.is_relative_to(ws.root) else str(path) for path in paths)


def _stale_files(ws: Workspace, present: EditionView) -> dict[str, str]:
    """Formats whose file is missing or made from something else than what is there now, and what moved."""
    from pubpipe import review
    from pubpipe.pipeline.edition import look_of
    from pubpipe.pipeline.publishing import rendition_ingredients

    edition = review.assemble(present.standing, present.localized, present.credits, present.decisions, present.findings)
    look = look_of(ws, present.publication, present.profile)
    current = ws.store.renditions.current(present.publication, present.profile.tag)
    folder = output_folder(ws, present.publication) / present.profile.tag
    reasons: dict[str, str] = {}
    for format_ in formats_of(ws, present.publication):
        old = current.get(format_)
        ingredients = rendition_ingredients(present, edition, look, format_)
        if old is None:
            reasons[format_] = "never made"
            continue
        if old.key != rendition_key(edition.edition_hash, format_, ingredients):
            moved = [name for name, value in ingredients.items() if old.ingredients.get(name) != value]
            if old.ingredients.get("edition") != edition.edition_hash:
                moved.insert(0, "the approved text")
            reasons[format_] = f"{', '.join(moved) or 'something'} changed"
        elif not intact(folder / f"{present.publication}.{present.profile.tag}.{format_}", old.file_hash):
            reasons[format_] = "the file is missing or was changed by hand"
    return reasons
