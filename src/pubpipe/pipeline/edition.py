"""One edition as it stands now: segments, translations, terms, findings, decisions and what they amount to."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from pubpipe import __version__
from pubpipe.identity import Hash, digest, terms_hash
from pubpipe.languages import LanguageProfile, profile
from pubpipe.model import (
    Content,
    Credits,
    Draft,
    Finding,
    LocalizedDocument,
    RecordedDecision,
    Segment,
    TermHit,
)
from pubpipe.pipeline.ingest import Ingested, ingest
from pubpipe.pipeline.workspace import Workspace
from pubpipe.project import StageSettings
from pubpipe.review import Stage, Standing, standing


@dataclass(frozen=True)
class EditionView:
    """Everything that is known of one publication in one language at one moment."""

    ws: Workspace
    publication: str
    profile: LanguageProfile
    source: Ingested
    drafts: dict[str, Draft]
    findings: tuple[Finding, ...]
    decisions: tuple[RecordedDecision, ...]

    @property
    def segments(self) -> tuple[Segment, ...]:
        return self.source.segments

    @cached_property
    def targets(self) -> dict[str, Content | None]:
        """Segment id to its present translation; a draft of an earlier source text does not count."""
        out: dict[str, Content | None] = {}
        for segment in self.segments:
            draft = self.drafts.get(segment.id)
            fits = draft is not None and draft.source_hash == segment.source_hash
            out[segment.id] = draft.target if draft is not None and fits else None
        return out

    @cached_property
    def hits(self) -> dict[str, tuple[TermHit, ...]]:
        """Segment id to the terms found in its source."""
        return find_terms(self.ws, self.segments, self.profile.tag)

    @cached_property
    def terms(self) -> dict[str, Hash]:
        """Segment id to the hash of the term entries that apply in it."""
        return {id_: terms_hash(self.ws.matcher.term_entries(hits)) for id_, hits in self.hits.items()}

    @cached_property
    def stages(self) -> tuple[Stage, ...]:
        size = self.ws.project.review.form_size
        return tuple(_stage(s, size) for s in self.ws.project.review.stages)

    @cached_property
    def passed(self) -> frozenset[str]:
        """Segments that this project lets pass because the memory has them approved in the same context."""
        if not self.ws.project.review.pass_context_matches:
            return frozenset()
        return frozenset(d.segment for d in self.drafts.values() if d.origin == "context" and d.approved_before)

    @cached_property
    def standing(self) -> Standing:
        return standing(
            self.publication,
            self.profile.tag,
            self.segments,
            self.targets,
            self.terms,
            self.findings,
            self.decisions,
            self.stages,
            pass_context=self.passed,
            document=self.source.document,
        )

    @cached_property
    def localized(self) -> LocalizedDocument:
        from pubpipe.segmentation import localize

        targets = {id_: target for id_, target in self.targets.items() if target is not None}
        return localize(self.source.document, self.segments, targets, self.profile)

    @property
    def notice(self) -> str:
        own = self.ws.project.publications.get(self.publication)
        return own.notice if own and own.notice is not None else self.ws.project.imprint.notice

    @property
    def credits(self) -> Credits:
        from pubpipe.review import credits

        return credits(self.segments, self.drafts, self.decisions, self.stages, notice=self.notice)


def view(ws: Workspace, publication: str, language: str, source: Ingested | None = None) -> EditionView:
    """The edition from the store; `source` where the caller has it already."""
    return EditionView(
        ws=ws,
        publication=publication,
        profile=profile(language),
        source=source or ingest(ws, publication),
        drafts=ws.store.drafts.all(publication, language),
        findings=ws.store.findings.all(publication, language),
        decisions=ws.store.decisions.all(publication, language),
    )


def find_terms(ws: Workspace, segments: tuple[Segment, ...], language: str) -> dict[str, tuple[TermHit, ...]]:
    """Segment id to the glossary terms in its source, with what `language` says for them."""
    return {s.id: ws.matcher.find(s.content, language) for s in segments}


def edition_key(ws: Workspace, publication: str, language: str) -> Hash:
    """Everything that a run of this edition is about: two runs with the same key review and print the same thing."""
    present = view(ws, publication, language)
    return digest(
        "run",
        publication,
        language,
        [(s.source_hash, present.terms[s.id]) for s in present.segments],
        [(s.name, s.kind, s.approvals) for s in present.stages],
        look_of(ws, publication, present.profile),
    )


def look_of(ws: Workspace, publication: str, language: LanguageProfile) -> dict[str, str]:
    """Component to fingerprint, for everything but the text that decides how the edition's files look."""
    return {
        "template": ws.template(publication).fingerprint,
        "fonts": ws.fonts.fingerprint,
        "language profile": language.fingerprint,
        "program": __version__,
    }


def _stage(settings: StageSettings, form_size: int) -> Stage:
    return Stage(
        name=settings.name,
        kind=settings.decides,
        approvals=settings.approvals,
        people=settings.people,
        form_size=form_size,
    )
