"""What people have to be told: seen where it happens, written into the outbox in the same transaction."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from pubpipe.identity import digest

if TYPE_CHECKING:
    from pubpipe.model import ReviewAnswer, ReviewRequest
    from pubpipe.pipeline.edition import EditionView
    from pubpipe.pipeline.workspace import Workspace
    from pubpipe.project import Event
    from pubpipe.review import Right
    from pubpipe.store import Notice, Opening

URGENCY = {"opened": 0, "due": 1, "overdue": 2}
"""Of the same opening only the strongest goes out."""
RECENT = dt.timedelta(days=14)
"""How long it is shown that nobody heard of an answer or of a stop; what is open is shown while it is."""
_REASONS = 5
"""How many reasons a notice carries; the review page has all."""


def observe(present: EditionView) -> None:
    """Note at which stage the edition waits now, and write down what follows from it: opened, or blocked.

    To be called whenever something may have moved; without a change it does nothing.
    """
    ws, publication, language = present.ws, present.publication, present.profile.tag
    standing = present.standing
    stage = standing.stage if standing.state == "waiting" and present.drafts else None
    if standing.state == "rejected":
        said = next(d for d in reversed(present.decisions) if d.verdict == "reject")
        _blocked(ws, publication, language, said.stage, (f"rejected by {said.by}",), said.note, str(said.sequence))
    elif standing.blocking and len(standing.reasons) == len(standing.blocking):
        # every stage has approved: a finding alone holds it back
        names = [f"{finding.check}, segment {_number(present, finding.segment)}" for finding in standing.blocking]
        _blocked(ws, publication, language, stage or "", tuple(names), "", str(standing.edition_hash))
    current = ws.store.openings.current(publication, language)
    waits_at = (current.stage, current.source) if current else None
    if waits_at == ((stage, present.source_hash) if stage else None):
        return
    with ws.store.transaction():
        opening = ws.store.openings.note(publication, language, stage, present.source_hash, ws.now())
        if opening is not None:
            states = standing.segments.get(opening.stage, {})
            asked = sum(s.state != "approved" for s in states.values()) or len(present.segments)
            _record(ws, "opened", opening, asked=asked)


def answered(
    present: EditionView, request: ReviewRequest, answer: ReviewAnswer, right: Right, *, left: tuple[int, ...]
) -> None:
    """Write down that an answer was taken; `left`: the segments that wait for a second person.

    A rejection is not written down here: it blocks the release, and that is told (`observe`).
    """
    ws = present.ws
    if answer.decision == "reject":
        return
    by = f"{answer.reviewer.strip()} for {right.behalf}" if right.behalf else answer.reviewer.strip()
    data: dict[str, Any] = {
        "by": by,
        "reviewer": answer.reviewer.strip(),
        "decision": answer.decision,
        "left": len(left),
        "next": present.standing.stage or present.standing.state,
        "comment": answer.comment.strip(),
        "round": request.round,
    }
    opening = ws.store.openings.current(request.publication, request.language)
    _write(
        ws, "answered", request.publication, request.language, request.stage,
        opening.number if opening else 0, data, str(request.round),
    )  # fmt: skip


def held_back(ws: Workspace, publication: str, language: str, reason: str) -> None:
    """Write down that files of an approved edition could not be published (a failed inspection, above all)."""
    decided = ws.store.decisions.last(publication, language)
    why = ("its files could not be made, or failed their inspection",)
    _blocked(ws, publication, language, "", why, reason, f"{decided} {reason}")


def remind(ws: Workspace) -> int:
    """How many reviews were found to be due or overdue now and were not told of before."""
    from pubpipe import review
    from pubpipe.pipeline.edition import stages_of

    if not ws.project.notify.wanted:
        return 0
    count = 0
    stages = {stage.name: stage for stage in stages_of(ws.project)}
    for opening in ws.store.openings.waiting():
        stage = stages.get(opening.stage)
        known = ws.store.publications.get(opening.publication)
        due = review.deadline(stage, opening.opened) if stage else None
        if due is None or known is None or opening.language not in known.languages:
            continue
        match due.state(ws.now()):
            case "overdue":
                count += _record(ws, "overdue", opening)
            case "due soon":
                count += _record(ws, "due", opening)
    return count


def _record(ws: Workspace, event: Event, opening: Opening, **data: Any) -> bool:
    return _write(
        ws, event, opening.publication, opening.language, opening.stage, opening.number, data, str(opening.number)
    )


def _blocked(
    ws: Workspace, publication: str, language: str, stage: str, reasons: tuple[str, ...], comment: str, about: str
) -> None:
    shown = reasons[:_REASONS]
    more = f" and {len(reasons) - _REASONS} more" if len(reasons) > _REASONS else ""
    data = {"reason": "; ".join(shown) + more, "comment": comment}
    _write(ws, "blocked", publication, language, stage, 0, data, about)


def _write(
    ws: Workspace, event: Event, publication: str, language: str, stage: str, opening: int, data: Any, about: str
) -> bool:
    """Whether this was not written down before. `about`: what makes this event another than the last of its kind.

    Without anybody to tell nothing is written: who turns messages on hears of what happens from then on.
    """
    from pubpipe.store import Notice

    if not ws.project.notify.wanted:
        return False
    id_ = digest("notice", 1, event, publication, language, stage, about)
    return ws.store.outbox.record(Notice(id_, event, publication, language, stage, opening, data, ws.now()))


def _number(present: EditionView, segment: str | None) -> str:
    return next((str(s.number) for s in present.segments if s.id == segment), "-")


def is_open(ws: Workspace, notice: Notice) -> bool:
    """Whether this is about a stage that waits for people now, as it was opened then."""
    return notice.event in URGENCY and still_waits(ws, notice)


def still_waits(ws: Workspace, notice: Notice) -> bool:
    """Whether the stage of which this tells has not been closed or opened anew since."""
    opening = ws.store.openings.current(notice.publication, notice.language)
    return opening is not None and opening.number == notice.opening


def troubles(ws: Workspace) -> tuple[str, ...]:
    """What could not be told, one line each; empty where everybody heard of everything that still matters."""

    def matters(notice: Notice) -> bool:
        return is_open(ws, notice) if notice.event in URGENCY else ws.now() - notice.at < RECENT

    lines = [
        f"{d.person} was not told that {d.notice.publication}/{d.notice.language} {_happened(d.notice)}: {d.problem}"
        for d in ws.store.outbox.failed()
        if matters(d.notice)
    ]
    lines += [
        f"not everybody heard that {n.publication}/{n.language} {_happened(n)}: {problem}"
        for n, problem in ws.store.outbox.unheard()
        if matters(n)
    ]
    return tuple(dict.fromkeys(lines))  # each round of a long text is an event of its own, and reads the same


def _happened(notice: Notice) -> str:
    at = f"at “{notice.stage}”" if notice.stage else ""
    said = {
        "opened": f"waits {at}",
        "due": f"is due {at}",
        "overdue": f"is overdue {at}",
        "answered": f"was answered {at}",
        "blocked": "is stopped",
    }
    return said[notice.event].strip()
