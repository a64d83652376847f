"""One edition, step by step: prepare, wait for people, render. Each step finds what it did before and does no more."""

from __future__ import annotations

import logging
from typing import Literal

from pubpipe.model import Rendition, ReviewRequest, Value
from pubpipe.pipeline.checking import check
from pubpipe.pipeline.drafting import draft
from pubpipe.pipeline.edition import EditionView
from pubpipe.pipeline.ingest import ingest
from pubpipe.pipeline.publishing import render_view, up_to_date
from pubpipe.pipeline.reviewing import request_for
from pubpipe.pipeline.workspace import Workspace

log = logging.getLogger(__name__)


class Outcome(Value):
    """How far an edition came without a person."""

    publication: str
    language: str
    state: Literal["up to date", "rendered", "waits for review", "rejected"]
    renditions: tuple[Rendition, ...] = ()
    request: ReviewRequest | None = None
    """The round that waits, where one does."""


def prepare(ws: Workspace, publication: str, language: str) -> EditionView:
    """Read, segment, draft and check one edition; what is done already is not done again."""

    def progress(step: str) -> None:
        ws.store.progress.set(publication, language, step, 0, 0, ws.now())

    progress("reading")
    source = ingest(ws, publication)
    progress("translating")

    def translated(done: int, total: int) -> None:
        ws.store.progress.set(publication, language, "translating", done, total, ws.now())

    present = draft(ws, publication, language, source, translated)
    progress("checking")
    present = check(ws, present)
    progress("review" if present.standing.state != "approved" else "rendering")
    return present


def run_edition(ws: Workspace, publication: str, language: str) -> Outcome:
    """The whole way as far as it goes without a person: to the files of an approved edition, or to the review."""

    def outcome(state: Literal["up to date", "rendered", "waits for review", "rejected"], **more: object) -> Outcome:
        return Outcome.model_validate({"publication": publication, "language": language, "state": state, **more})

    files = up_to_date(ws, publication, language)
    if files is not None:
        return outcome("up to date", renditions=files)
    present = prepare(ws, publication, language)
    if present.standing.state == "approved":
        before = ws.store.renditions.current(publication, language)
        made = render_view(present)
        ws.store.progress.set(publication, language, "done", 1, 1, ws.now())
        same = all(before.get(r.format) == r for r in made)
        return outcome("up to date" if same else "rendered", renditions=made)
    if present.standing.state == "rejected":
        return outcome("rejected")
    return outcome("waits for review", request=request_for(present))
