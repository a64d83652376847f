"""From segments to drafts: people's words first, then the memory, then the engines, else open for a person."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence

from pubpipe import engines, glossary, memory
from pubpipe.errors import ConfigError
from pubpipe.identity import content_hash, draft_key
from pubpipe.languages import canonical
from pubpipe.languages.normal import zawgyi
from pubpipe.model import Content, Draft, Segment, Suggestion, TermHit, Text, plain
from pubpipe.pipeline.edition import EditionView, view
from pubpipe.pipeline.ingest import Ingested
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
                target=segment.content,
                origin="copy",
                key=key,
            )
        else:
            todo.append(segment)
            drafts[segment.id] = Draft(segment=segment.id, language=language, source_hash=segment.source_hash, key=key)
    suggestions = _from_memory(ws, todo, drafts, language)
    _as_it_began(present, todo, drafts)
    left = []
    for segment in todo:
        blank = drafts[segment.id]
        if blank.target is not None:
            continue
        old = present.drafts.get(segment.id)
        if old is not None and old.key == blank.key and old.target is not None and old.origin == "engine":
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


def _settled(present: EditionView) -> frozenset[str]:
    """Segments whose present wording somebody approved: a redraft may not replace what a person accepted."""
    approved = {(d.source_hash, d.target_hash) for d in present.decisions if d.verdict == "approve" and d.target_hash}
    return frozenset(
        s.id
        for s in present.segments
        if (target := present.targets[s.id]) is not None and (s.source_hash, content_hash(target)) in approved
    )


def _from_memory(
    ws: Workspace, segments: Sequence[Segment], drafts: dict[str, Draft], language: str
) -> dict[str, Suggestion]:
    """Fill in exact matches; return the fuzzy ones, which are only ever suggestions."""
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
    for segment in segments:
        match = matches.get(segment.id)
        if match is None:
            continue
        if match.kind == "fuzzy":
            if match.suggestion is not None:
                suggestions[segment.id] = match.suggestion
        elif match.target is not None and zawgyi(plain(match.target)) == "yes":
            drafts[segment.id] = drafts[segment.id].model_copy(
                update={"problem": "the memory's text is in Zawgyi encoding: convert it to Unicode and import it again"}
            )
        else:
            drafts[segment.id] = drafts[segment.id].model_copy(
                update={
                    "target": match.target and _canonical(match.target),
                    "origin": match.kind,
                    "detail": match.provenance,
                    "approved_before": match.kind == "context" and match.unit.status == "approved",
                }
            )
    return suggestions


def _as_it_began(present: EditionView, segments: Sequence[Segment], drafts: dict[str, Draft]) -> None:
    """Wording that was approved here and comes back from the memory is what it was then: machine text stays machine
    text, so that the imprint says the same before a backup and after.
    """
    from_memory = [s for s in segments if drafts[s.id].origin in ("context", "exact")]
    if not from_memory:
        return
    approved = {(d.source_hash, d.target_hash) for d in present.decisions if d.verdict == "approve" and d.target_hash}
    given = present.ws.store.beginnings.all(present.publication, present.profile.tag)
    began = {(d.segment, content_hash(d.target)): d for d in given if d.target is not None}
    for segment in from_memory:
        draft_ = drafts[segment.id]
        text = content_hash(draft_.target or ())
        first = began.get((segment.id, text))
        if first is not None and (segment.source_hash, text) in approved:
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
    )
    sources = {s.id: plain(s.content) for s in segments}
    for result in results:
        if result.target is not None:
            update: dict[str, object] = {
                "target": _canonical(result.target),
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
