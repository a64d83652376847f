"""One edition, step by step: prepare, wait for people, render. Each step finds what it did before and does no more."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

from pubpipe.errors import PubpipeError, RenderError
from pubpipe.model import Rendition, ReviewRequest, Value
from pubpipe.pipeline import notices
from pubpipe.pipeline.checking import check
from pubpipe.pipeline.drafting import draft
from pubpipe.pipeline.edition import EditionView
from pubpipe.pipeline.ingest import ingest
from pubpipe.pipeline.publishing import render, up_to_date
from pubpipe.pipeline.reviewing import request_for
from pubpipe.pipeline.workspace import Workspace, open_workspace

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
    notices.observe(present)
    progress("review" if present.standing.state != "approved" else "rendering")
    return present


def run_edition(ws: Workspace, publication: str, language: str) -> Outcome:
    """The whole way as far as it goes without a person: to the files of an approved edition, or to the review."""
    ready = up_to_review(ws, publication, language)
    return ready if ready is not None else finish(ws, publication, language)


def up_to_review(ws: Workspace, publication: str, language: str) -> Outcome | None:
    """How far the edition came, or None where it is approved and only its files have to be made (`finish`)."""

    def outcome(state: Literal["up to date", "waits for review", "rejected"], **more: object) -> Outcome:
        return Outcome.model_validate({"publication": publication, "language": language, "state": state, **more})

    files = up_to_date(ws, publication, language)
    if files is not None:
        return outcome("up to date", renditions=files)
    present = prepare(ws, publication, language)
    if present.standing.state == "rejected":
        return outcome("rejected")
    if present.standing.state != "approved":
        return outcome("waits for review", request=request_for(present))
    return None


def finish(ws: Workspace, publication: str, language: str) -> Outcome:
    """The files of an approved edition; NotApproved for any other."""
    before = ws.store.renditions.current(publication, language)
    made = render(ws, publication, language)
    ws.store.progress.set(publication, language, "done", 1, 1, ws.now())
    same = all(before.get(r.format) == r for r in made)
    return Outcome(
        publication=publication, language=language, state="up to date" if same else "rendered", renditions=made
    )


def finish_elsewhere(root: str, environ: dict[str, str], publication: str, language: str) -> Outcome:
    """`finish` in a process of its own: everything that it needs is a name."""
    with open_workspace(Path(root), environ=environ) as ws:
        return finish(ws, publication, language)


def run_together(
    ws: Workspace,
    editions: Sequence[tuple[str, str]],
    *,
    workers: int,
    on_start: Callable[[str, str], None],
    on_end: Callable[[str, str, Outcome | PubpipeError], None],
) -> None:
    """Several editions as far as each goes: prepared one after the other, their files made side by side.

    Engines are asked by one process only, so that their limits hold; pages are set on all processors. What happened
    to an edition, its failure too, goes to `on_end`, and the others go on.
    """
    from concurrent.futures import Future, ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool
    from multiprocessing import get_context

    root, environ = str(ws.root), dict(ws.environ)
    workers = min(workers, len(editions))
    jobs: dict[Future[Outcome], tuple[str, str]] = {}
    pool: ProcessPoolExecutor | None = None
    try:
        for publication, language in editions:
            on_start(publication, language)
            try:
                outcome = up_to_review(ws, publication, language)
                if outcome is None and workers < 2:
                    outcome = finish(ws, publication, language)
            except PubpipeError as error:
                on_end(publication, language, error)
                continue
            if outcome is not None:
                on_end(publication, language, outcome)
                continue
            # the first pages are being set while the next edition is prepared
            pool = pool or ProcessPoolExecutor(workers, mp_context=get_context("spawn"))
            job = pool.submit(finish_elsewhere, root, environ, publication, language)
            jobs[job] = (publication, language)
        for job, (publication, language) in jobs.items():
            try:
                on_end(publication, language, job.result())
            except PubpipeError as error:
                on_end(publication, language, error)
            except BrokenProcessPool:
                gone = RenderError(
                    f"the process that made the files of {publication}/{language} was killed.",
                    remedy="Start again; if it happens again, there is too little memory.",
                )
                on_end(publication, language, gone)
    finally:
        if pool is not None:
            pool.shutdown(cancel_futures=True)
