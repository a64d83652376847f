"""From segments to drafts: people's words first, then the memory, then the engines, else open for a person."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence

from pubpipe import engines, glossary, memory, review
from pubpipe.errors import ConfigError
from pubpipe.identity import Hash, content_hash, draft_key
from pubpipe.languages import canonical
from pubpipe.languages.digits import content_in_digits
from pubpipe.languages.normal import zawgyi
from pubpipe.model import (
    ChangeClass,
    Content,
    Draft,
    Segment,
    SourceChange,
    Suggestion,
    TagClose,
    TermHit,
    Text,
    plain,
    tag_problems,
    tidy,
)
from pubpipe.pipeline.edition import EditionView, view
from pubpipe.pipeline.ingesting import Ingested
from pubpipe.pipeline.workspace import Workspace

log = logging.getLogger(__name__)

Progress = Callable[[int, int], None]


def draft(
    ws: Workspace,
    publication: str,
    language: str,
    source: Ingested,
    on_progress: Progress | None = None,
) -> EditionView:
    """The edition after every segment has the best draft there is; nothing is paid or asked for twice.

    A person's wording and an approved translation are never touched. A machine draft stays while its key (source,
    engines, terms in this segment, language profile) stays; an open segment and a weaker origin are looked up again,
    because the memory may have grown and an engine may have come back.
    """
    present = view(ws, publication, language, source)
    chain = _engines(ws, publication, language)
    fingerprints = [e.fingerprint for e in chain]
    edits = ws.store.edits.latest(publication, language)
    settled = _settled(present)
    drafts: dict[str, Draft] = {}
    todo: list[Segment] = []
    for segment in present.segments:
        key = draft_key(
            segment.source_hash,
            language,
            fingerprints,
            present.terms[segment.id],
            present.profile.fingerprint,
        )
        old = present.drafts.get(segment.id)
        if old is not None and old.source_hash != segment.source_hash:
            old = None
        edit = edits.get(segment.id) or edits.get(segment.source_hash)
        if edit is not None and edit.source_hash == segment.source_hash:
            drafts[segment.id] = Draft(
                segment=segment.id,
                language=language,
                source_hash=segment.source_hash,
                target=edit.target,
                origin="human",
                detail=edit.editor,
                key=key,
            )
        elif old is not None and old.target is not None and (segment.id in settled or old.origin == "human"):
            drafts[segment.id] = old
        elif not segment.translatable:
            drafts[segment.id] = Draft(
                segment=segment.id,
                language=language,
                source_hash=segment.source_hash,
                target=content_in_digits(segment.content, present.profile),
                origin="copy",
                key=key,
            )
        else:
            todo.append(segment)
            drafts[segment.id] = Draft(segment=segment.id, language=language, source_hash=segment.source_hash, key=key)
    suggestions = _from_approved(present, todo, drafts)
    blank = [segment for segment in todo if drafts[segment.id].target is None]
    suggestions = _from_memory(present, blank, drafts) | suggestions
    _as_it_began(present, blank, drafts)
    left = []
    for segment in blank:
        if drafts[segment.id].target is not None:
            continue
        old = present.drafts.get(segment.id)
        if old is not None and old.key == drafts[segment.id].key and old.target is not None and old.origin == "engine":
            drafts[segment.id] = old
        else:
            left.append(segment)
    if left:
        _from_engines(ws, present, left, drafts, chain, on_progress)
    for id_, suggestion in suggestions.items():
        if drafts[id_].origin in ("open", "engine"):
            drafts[id_] = drafts[id_].model_copy(update={"suggestion": suggestion})
    changed = [d for id_, d in drafts.items() if present.drafts.get(id_) != d]
    gone = [id_ for id_ in present.drafts if id_ not in drafts]
    with ws.store.transaction():
        if changed:
            ws.store.drafts.put(publication, changed)
        if gone:
            ws.store.drafts.delete(publication, language, gone)
    open_ = sum(d.target is None for d in drafts.values())
    log.info("drafted %s/%s: %d segments, %d open", publication, language, len(drafts), open_)
    return view(ws, publication, language, source)


def _approved(present: EditionView) -> frozenset[tuple[Hash | None, Hash | None]]:
    """(source, translation) of every pair that somebody approved in this edition."""
    return frozenset(
        (d.source_hash, d.target_hash) for d in present.decisions if d.verdict == "approve" and d.target_hash
    )


def _settled(present: EditionView) -> frozenset[str]:
    """Segments whose present wording somebody approved: a redraft may not replace what a person accepted."""
    approved = _approved(present)
    return frozenset(
        s.id
        for s in present.segments
        if (target := present.targets[s.id]) is not None and (s.source_hash, content_hash(target)) in approved
    )


def _from_approved(
    present: EditionView, segments: Sequence[Segment], drafts: dict[str, Draft]
) -> dict[str, Suggestion]:
    """Fill in what was approved before the English was revised, where only formatting or spelling of it changed.

    What that approval is worth is for the review to say: it asks, or shows the sentence as carried over. Where the tags
    do not fit any more and nobody but a person can place the new ones, the text is a suggestion.
    """
    suggestions: dict[str, Suggestion] = {}
    kept = _kept(present, segments)
    for segment in segments:
        old = present.drafts.get(segment.id) or kept.get(segment.id)
        if old is not None and old.source_hash == segment.source_hash and old.approved_source is not None:
            drafts[segment.id] = old
            continue
        was = present.replaced.get(segment.id)
        if was is None or was.relation != "revised":
            continue
        change = review.classify(was.source, segment.content, present.read(was.source), present.read(segment.content))
        if not change.safe:
            continue
        target = _with_tags_of(was.target, was.source, segment.content)
        if target is not None:
            update = {"target": target, "origin": was.draft.origin, "detail": was.draft.detail}
            drafts[segment.id] = drafts[segment.id].model_copy(update={**update, "approved_source": was.source})
        else:
            suggestions[segment.id] = Suggestion(
                source=plain(was.source),
                target=plain(was.target),
                score=99,
                provenance="approved before the English was revised",
                change=change,
            )
    return suggestions


def _kept(present: EditionView, segments: Sequence[Segment]) -> dict[str, Draft]:
    """What was carried over here before the drafts were lost (a restored backup): segment id to that draft."""
    if all(segment.id in present.drafts for segment in segments):
        return {}
    given = present.ws.store.beginnings.all(present.publication, present.profile.tag)
    return {d.segment: d for d in given if d.approved_source is not None}


def _with_tags_of(target: Content, source: Content, revised: Content) -> Content | None:
    """The translation without tags that the revised English has no more; None where one has to be placed anew."""
    free = [i for i in revised if not isinstance(i, (Text, TagClose))]
    numbers: dict[int, int] = {}
    for item in source:
        if not isinstance(item, (Text, TagClose)):
            same = next((f for f in free if f.model_copy(update={"id": item.id}) == item), None)
            if same is not None:
                free.remove(same)
                numbers[item.id] = same.id
    out = tidy(
        item if isinstance(item, Text) else item.model_copy(update={"id": numbers[item.id]})
        for item in target
        if isinstance(item, Text) or item.id in numbers
    )
    return None if tag_problems(revised, out) else out


def _from_memory(present: EditionView, segments: Sequence[Segment], drafts: dict[str, Draft]) -> dict[str, Suggestion]:
    """Fill in exact matches; return the fuzzy ones, which are only ever suggestions.

    A score says how many characters differ, not which: no text is filled in where a number, a negation, a modal or a
    name differs, whatever its score and whatever the memory calls it.
    """
    ws, language = present.ws, present.profile.tag
    if not segments or not ws.store.memory.count(language):
        return {}
    units = ws.store.memory.exact([memory.key(s.content) for s in segments], language)
    matches = memory.look_up(
        segments,
        units,
        lambda text: ws.store.memory.candidates(text, language),
        language,
        threshold=ws.project.memory.fuzzy_threshold,
    )
    suggestions: dict[str, Suggestion] = {}
    approved = _approved(present)
    for segment in segments:
        match = matches.get(segment.id)
        if match is None:
            continue
        same = content_hash(match.unit.source) == segment.source_hash
        change = None if same else _differs(present, match.unit.source, segment.content)
        if match.target is None or (change is not None and not _WEIGHTY.isdisjoint(change.classes)):
            suggestions[segment.id] = _suggested(match, change)
        elif zawgyi(plain(match.target)) == "yes":
            drafts[segment.id] = drafts[segment.id].model_copy(
                update={"problem": "the memory's text is in Zawgyi encoding: convert it to Unicode and import it again"}
            )
        else:
            target = content_in_digits(_canonical(match.target), present.profile)
            # after a restore the memory is what knows for which English this translation was approved here
            pair = (content_hash(match.unit.source), content_hash(target))
            earlier = match.unit.source if not same and pair in approved else None
            same = same and content_hash(target) == content_hash(match.target)
            drafts[segment.id] = drafts[segment.id].model_copy(
                update={
                    "target": target,
                    "origin": match.kind,
                    "detail": match.provenance,
                    "approved_before": same and match.kind == "context" and match.unit.status == "approved",
                    "approved_terms": match.unit.terms_hash,
                    "approved_source": earlier,
                }
            )
    return suggestions


_WEIGHTY: frozenset[ChangeClass] = frozenset(("negation", "modal", "number", "name"))


def _differs(present: EditionView, remembered: Content, english: Content) -> SourceChange:
    return review.classify(remembered, english, present.read(remembered), present.read(english))


def _suggested(match: memory.Match, change: SourceChange | None) -> Suggestion:
    """What the memory has for a similar sentence, with what differs in words."""
    words = f"; differs in: {', '.join(change.words)}" if change is not None else ""
    return Suggestion(
        source=plain(match.unit.source),
        target=plain(match.unit.target),
        score=min(match.score, 99),
        provenance=match.provenance + words,
        change=change,
    )


def _as_it_began(present: EditionView, segments: Sequence[Segment], drafts: dict[str, Draft]) -> None:
    """Wording that was approved here and comes back from the memory is what it was then: machine text stays machine
    text, so that the imprint says the same before a backup and after.
    """
    from_memory = [s for s in segments if drafts[s.id].origin in ("context", "exact")]
    if not from_memory:
        return
    approved = _approved(present)
    given = present.ws.store.beginnings.all(present.publication, present.profile.tag)
    began = {(d.segment, content_hash(d.target)): d for d in given if d.target is not None}
    for segment in from_memory:
        draft_ = drafts[segment.id]
        text = content_hash(draft_.target or ())
        first = began.get((segment.id, text))
        earlier = draft_.approved_source
        source = segment.source_hash if earlier is None else content_hash(earlier)
        if first is not None and (source, text) in approved:
            same = {"origin": first.origin, "detail": first.detail, "approved_before": first.approved_before}
            drafts[segment.id] = draft_.model_copy(update=same)


def _from_engines(
    ws: Workspace,
    present: EditionView,
    segments: Sequence[Segment],
    drafts: dict[str, Draft],
    chain: Sequence[engines.Engine],
    on_progress: Progress | None,
) -> None:
    from pubpipe.languages import SOURCE

    def verify(source: Content, target: Content, hits: tuple[TermHit, ...]) -> tuple[str, ...]:
        findings = glossary.verify(hits, source, target, present.profile, ws.matcher)
        return tuple(f.message for f in findings if f.severity in ("error", "block"))

    requests = [engines.TranslationRequest(segment=s.id, content=s.content, terms=present.hits[s.id]) for s in segments]
    results = engines.translate_with_chain(
        chain,
        requests,
        SOURCE,
        present.profile,
        cache=ws.store.cache,
        verify=verify,
        on_progress=on_progress,
        ledger=ws.store.paces,
    )
    sources = {s.id: plain(s.content) for s in segments}
    for result in results:
        if result.target is not None:
            update: dict[str, object] = {
                "target": content_in_digits(_canonical(result.target), present.profile),
                "origin": "engine",
                "detail": result.engine,
            }
        elif result.raw:
            # The words are good, their formatting is lost: for a person to start from, never filled in.
            raw = Suggestion(
                source=sources[result.segment],
                target=result.raw,
                score=0,
                provenance=f"{result.engine}, without the formatting of the English",
            )
            update = {"problem": result.problem, "suggestion": raw}
        else:
            update = {"problem": result.problem}
        drafts[result.segment] = drafts[result.segment].model_copy(update=update)


def _canonical(content: Content) -> Content:
    """The form in which texts are stored and published, wherever they came from."""
    return tuple(Text(text=canonical(i.text)) if isinstance(i, Text) else i for i in content)


def _engines(ws: Workspace, publication: str, language: str) -> list[engines.Engine]:
    known = ws.store.publications.get(publication)
    names: Sequence[str] = (known.options.get("engines") if known else None) or ws.project.engines_of(
        publication, language
    )
    return [build_engine(name, ws.project.engines.settings, ws.environ) for name in names]


def build_engine(name: str, settings: Mapping[str, Mapping[str, object]], environ: Mapping[str, str]) -> engines.Engine:
    """An engine by the name in the chain: [engines.<name>] holds its settings, `type` there its kind."""
    own = dict(settings.get(name, {}))
    kind = own.pop("type", name)
    if not isinstance(kind, str):
        raise ConfigError(f"pubpipe.toml: engines.{name}.type is no name.", remedy='Write type = "google".')
    return engines.build(kind, own, environ)
