"""The review desk: what waits for a person, and what their answer does. One path for form and terminal."""

from __future__ import annotations

import logging

from pubpipe import memory, review
from pubpipe.errors import ReviewError
from pubpipe.identity import content_hash
from pubpipe.model import (
    Decision,
    Draft,
    Edit,
    MarkupError,
    MemoryUnit,
    ReviewAnswer,
    ReviewRequest,
)
from pubpipe.pipeline import notices
from pubpipe.pipeline.checking import check
from pubpipe.pipeline.deciding import deadline_of, right_of, zone
from pubpipe.pipeline.edition import EditionView, view
from pubpipe.pipeline.moved_terms import keep_entries
from pubpipe.pipeline.provenance import first_draft, origin_words
from pubpipe.pipeline.workspace import Workspace
from pubpipe.review.right import Find

log = logging.getLogger(__name__)


def next_review(ws: Workspace, publication: str, language: str) -> ReviewRequest | None:
    """The round that waits for a person now; None where the edition is approved (or was rejected).

    The same state of the store always gives the same request with the same digest, so that a flow which starts
    again from the top finds the round that it opened.
    """
    return request_for(view(ws, publication, language))


def request_for(present: EditionView) -> ReviewRequest | None:
    ws = present.ws
    if present.standing.state in ("approved", "rejected"):
        return None
    known = ws.store.publications.get(present.publication)
    made = review.request(
        present.standing,
        present.segments,
        present.drafts,
        present.hits,
        present.findings,
        present.decisions,
        title=known.title if known else present.publication,
        language_name=present.profile.english_name,
        rounds=ws.store.rounds.all(present.publication, present.profile.tag),
        replaced=present.replaced,
        authors=present.authors,
        read=present.read,
        moved_terms={id_: tuple(t.words for t in found) for id_, found in present.moved_terms.items()},
    )
    due = deadline_of(ws, present.publication, present.profile.tag, made.stage)
    return made.model_copy(update={"due": due.due.astimezone(zone(ws.project))}) if due else made


def take_answer(
    ws: Workspace, request: ReviewRequest, answer: ReviewAnswer, *, find: Find | None = None
) -> tuple[str, ...]:
    """What is wrong with the answer, in words; nothing where it was recorded.

    An answer that is refused leaves the typed texts as the reviewer's wording, so that the next round shows them.
    Taking the same answer twice records it once. Edits, decisions, memory and the round go down in one transaction.
    `find`: the accounts, where the workspace has some.
    """
    said = answer.model_dump(mode="json", exclude={"at"})
    for earlier in ws.store.rounds.all(answer.publication, answer.language):
        if earlier.answer == said:
            return earlier.problems
    present = view(ws, answer.publication, answer.language)
    right = right_of(ws, request.publication, request.language, request.stage, answer.reviewer, find=find, at=answer.at)
    problems = review.answer_problems(request, answer, present.segments, right)
    if problems:
        edits, decisions = _typed(present, answer), tuple[Decision, ...]()
    else:
        edits, decisions = review.decisions_for(request, answer, present.segments, right)
    with ws.store.transaction():
        for edit in edits:
            ws.store.edits.append(edit)
        ws.store.drafts.put(answer.publication, [_draft_of(edit, present) for edit in edits])
        if decisions:
            ws.store.decisions.append(decisions)
            keep_entries(present, decisions)
        ws.store.rounds.record(
            answer.publication,
            answer.language,
            round=request.round,
            digest=request.digest,
            stage=request.stage,
            answer=said,
            problems=problems,
            at=answer.at,
        )
        after = check(ws, view(ws, answer.publication, answer.language, present.source))
        if not problems:
            remember(after, answer)
            left = review.left_to_others(request, answer, present.segments)
            notices.answered(after, request, answer, right, left=left)
        notices.observe(after)
    log.info(
        "%s/%s: %s by %s at %s, %d edits, %d problems",
        answer.publication, answer.language, answer.decision, answer.reviewer, answer.stage, len(edits), len(problems),
    )  # fmt: skip
    return problems


def _typed(present: EditionView, answer: ReviewAnswer) -> tuple[Edit, ...]:
    """The texts of a refused answer that can be kept: those of present segments whose tags can be read.

    A segment's id is made of its source text, so that also what was typed into a form that has gone stale can only
    land on the sentence that it was typed for.
    """
    if not answer.reviewer.strip():
        return ()
    edits = []
    for segment in present.segments:
        try:
            target = review.typed_content(answer.texts.get(segment.id, ""), segment.content, answer.language)
        except MarkupError:
            continue
        if target is None:
            continue
        current = present.targets[segment.id]
        if current is None or content_hash(target) != content_hash(current):
            edits.append(
                Edit(
                    publication=answer.publication,
                    language=answer.language,
                    segment=segment.id,
                    source_hash=segment.source_hash,
                    target=target,
                    editor=answer.reviewer,
                    at=answer.at,
                    note="typed in an answer that was refused",
                    editors=answer.authors.get(segment.id, ()),
                )
            )
    return tuple(edits)


def _draft_of(edit: Edit, present: EditionView) -> Draft:
    old = present.drafts.get(edit.segment)
    return Draft(
        segment=edit.segment,
        language=edit.language,
        source_hash=edit.source_hash,
        target=edit.target,
        origin="human",
        detail=edit.editor,
        key=old.key if old else edit.source_hash,
    )


def remember(present: EditionView, answer: ReviewAnswer) -> None:
    """Put what people accepted into the memory: reviewed after a segment stage, approved once the edition is.

    Each sentence under the name of whose approval of it counts: who answered last has not read those of earlier rounds.
    """
    if answer.decision != "approve":
        return
    status = "approved" if present.standing.state == "approved" else "reviewed"
    units = []
    carried = present.standing.carried
    said = {(d.source_hash, d.target_hash): d for d in present.standing.counted if d.segment is not None}
    signed = [d for d in present.standing.counted if d.segment is None] if status == "approved" else []
    began = present.ws.store.beginnings.latest(answer.publication, answer.language)
    for segment in present.segments:
        target = present.targets[segment.id]
        if target is None or not segment.translatable:
            continue
        if not present.standing.segment_accepted(segment.id):
            continue
        if segment.id in carried:
            continue  # what people accepted is the earlier English, and that is in the memory
        decision = signed[-1] if signed else said.get((segment.source_hash, content_hash(target)))
        if decision is None:
            continue  # it came from the memory, and nobody was asked
        draft = present.drafts[segment.id]
        units.append(
            MemoryUnit(
                key=memory.key(segment.content),
                source=segment.content,
                target=target,
                language=present.profile.tag,
                context_hash=segment.context_hash,
                status=status,
                terms_hash=present.terms[segment.id],
                publication=answer.publication,
                reviewer=decision.reviewer,
                at=decision.at,
                origin=origin_words(draft, first_draft(draft, began)),
            )
        )
    if units:
        present.ws.store.memory.remember(units)


def reopen(ws: Workspace, publication: str, language: str, reviewer: str, note: str) -> None:
    """Open a rejected edition for review again, on record; ReviewError where it is not rejected."""
    present = view(ws, publication, language)
    if present.standing.state != "rejected":
        raise ReviewError(
            f"{publication}/{language} is not rejected but {present.standing.state}.",
            remedy="Nothing to open again.",
        )
    stage = present.standing.stage or present.stages[0].name
    with ws.store.transaction():
        ws.store.decisions.append([review.reopening(publication, language, stage, reviewer, note, ws.now())])
        notices.observe(view(ws, publication, language, present.source))
