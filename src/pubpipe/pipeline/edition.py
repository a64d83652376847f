"""One edition as it stands now: segments, translations, terms, findings, decisions and what they amount to."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property

from pubpipe import __version__
from pubpipe.identity import Hash, content_hash, digest, terms_hash
from pubpipe.languages import LanguageProfile
from pubpipe.model import (
    Content,
    Credits,
    Draft,
    Finding,
    LocalizedDocument,
    RecordedDecision,
    Segment,
    TermHit,
    plain,
)
from pubpipe.pipeline.ingesting import Ingested, ingest
from pubpipe.pipeline.moved_terms import MovedTerm, moved_terms
from pubpipe.pipeline.provenance import first_draft
from pubpipe.pipeline.reading import Read, reader
from pubpipe.pipeline.workspace import Workspace
from pubpipe.project import Project, ReviewSettings, StageSettings
from pubpipe.review import Delegation, Replaced, Revision, Stage, Standing, replaced, standing

AsOf = tuple[Hash | None, int]


def as_of(ws: Workspace, publication: str, language: str) -> AsOf:
    """The newest decision and the newest edit: moves when anybody decides or writes."""
    return ws.store.decisions.last(publication, language), ws.store.edits.last(publication, language)


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
    as_of: AsOf
    """Nothing that was decided or written up to then is missing here."""

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
        return stages_of(self.ws.project)

    @cached_property
    def passed(self) -> frozenset[str]:
        """Segments that this project lets pass because the memory has them approved in the same context, under the term
        entries that are in force now, and nobody has objected to it since, in whatever publication."""
        if not self.ws.project.review.pass_context_matches:
            return frozenset()
        found = [
            d
            for d in self.drafts.values()
            if d.origin == "context" and d.approved_before and d.approved_terms == self.terms.get(d.segment)
        ]
        objected = self._objected() if found else set()
        return frozenset(d.segment for d in found if (d.source_hash, content_hash(d.target or ())) not in objected)

    def _objected(self) -> set[tuple[Hash | None, Hash | None]]:
        """Pairs of texts of which the last word in some publication, in this language, is that they are not right."""
        objected = set()
        for known in self.ws.store.publications.all():
            said: set[tuple[Hash | None, Hash | None]] = set()
            for decision in self.ws.store.decisions.all(known.id, self.profile.tag):
                pair = (decision.source_hash, decision.target_hash)
                if decision.verdict in ("request_changes", "reject"):
                    said.add(pair)
                elif decision.verdict == "approve":
                    said.discard(pair)
            objected |= said
        return objected

    @cached_property
    def moved_terms(self) -> dict[str, tuple[MovedTerm, ...]]:
        """Segment id to the terms that moved since it was approved."""
        return moved_terms(self)

    @cached_property
    def read(self) -> Read:
        """What is read in an English text of this publication: numbers, terms, words in use."""
        return reader(self.ws.matcher, self.segments)

    @cached_property
    def revised(self) -> dict[str, Revision]:
        """Segment id to the earlier English for which its present translation was approved."""
        out = {}
        for segment in self.segments:
            draft = self.drafts.get(segment.id)
            if draft is not None and draft.approved_source is not None and draft.source_hash == segment.source_hash:
                earlier = draft.approved_source
                out[segment.id] = Revision(earlier, self.read(earlier), self.read(segment.content))
        return out

    @property
    def authors(self) -> dict[str, tuple[str, ...]]:
        """Segment id to those who wrote its present translation, where people did."""
        return {segment: hands for segment, (hands, _) in self.worded.items()}

    @cached_property
    def worded(self) -> dict[str, tuple[tuple[str, ...], dt.datetime]]:
        """Segment id to who wrote its present translation, and when, where people did: the newest edit of these words.

        Where they were written for an earlier English (`Draft.approved_source`), the newest for that.
        """
        newest: dict[tuple[Hash, Hash | str], tuple[tuple[str, ...], dt.datetime]] = {}
        for edit in self.ws.store.edits.all(self.publication, self.profile.tag):
            newest[edit.source_hash, content_hash(edit.target)] = edit.hands, edit.at
            newest[edit.source_hash, plain(edit.target)] = edit.hands, edit.at
        found = {}
        for segment in self.segments if newest else ():
            target = self.targets[segment.id]
            if target is None:
                continue
            hands = newest.get((segment.source_hash, content_hash(target)))
            earlier = self.drafts[segment.id].approved_source
            if hands is None and earlier is not None:
                hands = newest.get((content_hash(earlier), plain(target)))  # its tags may have moved
            if hands is not None:
                found[segment.id] = hands
        return found

    @property
    def source_hash(self) -> Hash:
        """What is to be reviewed: every English sentence in order."""
        return digest("under review", 1, [s.source_hash for s in self.segments])

    @cached_property
    def replaced(self) -> dict[str, Replaced]:
        """Segment id to the approved text that stood in its place before the source was revised.

        Looked for in the versions of the document back to the last that was approved as a whole, because a language may
        have missed some.
        """
        drafts = self.ws.store.drafts.history(self.publication, self.profile.tag) | self.drafts
        present = {s.id for s in self.segments}
        found: dict[str, Replaced] = {}
        if present.issuperset(drafts):
            return found
        approved = {d.source_hash for d in self.decisions if d.verdict == "approve" and d.target_hash}
        approved |= {d.source_hash for d in drafts.values() if d.approved_source is not None}
        for version in self.ws.store.documents.versions(self.publication):
            if [s.id for s in version] == [s.id for s in self.segments]:
                continue
            found = {**replaced(self.segments, version, drafts, self.decisions), **found}
            if approved.issuperset(s.source_hash for s in version):
                break
        return found

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
            revised=self.revised,
            carry_over=self.ws.project.review.carry_over,
            worded=lambda: self.worded,
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

        return credits(
            self.segments,
            self.drafts,
            self.standing.counted,
            self.stages,
            notice=self.notice,
            carried=frozenset(self.standing.carried),
            began=self.began,
        )

    @property
    def began(self) -> dict[str, Draft]:
        """Segment id to what machine or memory gave for this very sentence before people changed it."""
        given = self.ws.store.beginnings.latest(self.publication, self.profile.tag)
        found = {s.id: first_draft(self.drafts.get(s.id), given) for s in self.segments}
        return {id_: first for id_, first in found.items() if first is not None}


def view(ws: Workspace, publication: str, language: str, source: Ingested | None = None) -> EditionView:
    """The edition from the store; `source` where the caller has it already."""
    source = source or ingest(ws, publication)
    return EditionView(
        ws=ws,
        publication=publication,
        profile=ws.project.profile_of(publication, language),
        source=source,
        as_of=as_of(ws, publication, language),  # before the rest is read
        drafts=ws.store.drafts.all(publication, language),
        findings=ws.store.findings.all(publication, language),
        decisions=ws.store.decisions.all(publication, language),
    )


def find_terms(ws: Workspace, segments: tuple[Segment, ...], language: str) -> dict[str, tuple[TermHit, ...]]:
    """Segment id to the glossary terms in its source, with what `language` says for them."""
    out = {}
    for segment in segments:
        text = plain(segment.content)
        hits = ws.found.get((text, language))
        if hits is None:
            hits = ws.found[text, language] = ws.matcher.find(text, language)
        out[segment.id] = hits
    return out


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


def stages_of(project: Project) -> tuple[Stage, ...]:
    """The stages that pubpipe.toml describes."""
    return tuple(_stage(settings, project.review) for settings in project.review.stages)


def _stage(settings: StageSettings, review: ReviewSettings) -> Stage:
    return Stage(
        name=settings.name,
        kind=settings.decides,
        approvals=settings.approvals,
        people=settings.people,
        form_size=review.form_size,
        deadline=settings.deadline,
        reminder=settings.reminder,
        delegations=tuple(
            Delegation(absent=absent, delegate=given)
            if isinstance(given, str)
            else Delegation(absent=absent, delegate=given.name, since=given.since, until=given.until)
            for absent, given in (review.delegates | settings.delegates).items()
        ),
        self_approval=review.self_approval if settings.self_approval is None else settings.self_approval,
    )
