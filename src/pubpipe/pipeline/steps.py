"""One edition, step by step: prepare, wait for people, render. Each step finds what it did before and does no more."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal

from pubpipe.errors import PubpipeError, fault
from pubpipe.model import Rendition, ReviewRequest, Value
from pubpipe.pipeline import notices
from pubpipe.pipeline.checking import check
from pubpipe.pipeline.drafting import draft
from pubpipe.pipeline.edition import EditionView
from pubpipe.pipeline.ingesting import ingest
from pubpipe.pipeline.publishing import Moved, Work, as_found, begin, held_back, publish, render, up_to_date
from pubpipe.pipeline.reviewing import request_for
from pubpipe.pipeline.workspace import Workspace

if TYPE_CHECKING:
    from pubpipe.pipeline.beside import Beside, Result

log = logging.getLogger(__name__)


class Outcome(Value):
    """How far an edition came without a person."""

    publication: str
    language: str
    state: Literal["up to date", "rendered", "waits for review", "rejected"]
    renditions: tuple[Rendition, ...] = ()
    request: ReviewRequest | None = None
    """The round that waits, where one does."""


def prepare(
    ws: Workspace, publication: str, language: str, on_progress: Callable[[int, int], None] | None = None
) -> EditionView:
    """Read, segment, draft and check one edition; what is done already is not done again.

    `on_progress(done, total)` is called as sentences come back from an engine; the store is told in any case.
    """

    def progress(step: str) -> None:
        ws.store.progress.set(publication, language, step, 0, 0, ws.now())

    progress("reading")
    source = ingest(ws, publication)
    progress("translating")

    def translated(done: int, total: int) -> None:
        ws.store.progress.set(publication, language, "translating", done, total, ws.now())
        if on_progress is not None:
            on_progress(done, total)

    present = draft(ws, publication, language, source, translated)
    progress("checking")
    present = check(ws, present)
    notices.observe(present)
    progress("review" if present.standing.state != "approved" else "rendering")
    return present


def run_edition(ws: Workspace, publication: str, language: str) -> Outcome:
    """The whole way as far as it goes without a person: to the files of an approved edition, or to the review."""
    ready = up_to_review(ws, publication, language)
    return ready if isinstance(ready, Outcome) else finish(ws, publication, language)


def up_to_review(ws: Workspace, publication: str, language: str) -> Outcome | EditionView:
    """How far the edition came; where it is approved and only its files have to be made, the edition itself."""

    def outcome(state: Literal["up to date", "waits for review", "rejected"], **more: object) -> Outcome:
        return Outcome.model_validate({"publication": publication, "language": language, "state": state, **more})

    as_found(ws, publication)
    files = up_to_date(ws, publication, language)
    if files is not None:
        return outcome("up to date", renditions=files)
    present = prepare(ws, publication, language)
    if present.standing.state == "rejected":
        return outcome("rejected")
    if present.standing.state != "approved":
        return outcome("waits for review", request=request_for(present))
    return present


def finish(ws: Workspace, publication: str, language: str) -> Outcome:
    """The files of an approved edition; NotApproved for any other."""
    before = ws.store.renditions.current(publication, language)
    return _outcome(publication, language, before, render(ws, publication, language))


def _publish(work: Work, made: Result) -> Outcome:
    """The same with files that were made apart, by this process or another one."""
    ws, publication, language = work.present.ws, work.present.publication, work.present.profile.tag
    before = ws.store.renditions.current(publication, language)
    try:
        with held_back(ws, publication, language):
            if isinstance(made, PubpipeError):
                raise made
            return _outcome(publication, language, before, publish(work, made))
    except Moved:
        return finish(ws, publication, language)


def _outcome(publication: str, language: str, before: Mapping[str, Rendition], made: tuple[Rendition, ...]) -> Outcome:
    same = all(before.get(r.format) == r for r in made)
    return Outcome(
        publication=publication, language=language, state="up to date" if same else "rendered", renditions=made
    )


def run_together(
    ws: Workspace,
    editions: Sequence[tuple[str, str]],
    *,
    beside: Beside,
    on_start: Callable[[str, str], None],
    on_end: Callable[[str, str, Outcome | PubpipeError], None],
) -> None:
    """Several editions as far as each goes: prepared one after the other, their files made side by side.

    Engines are asked by one process only, so that their limits hold; pages are set on all processors, by the helpers
    `beside` this process and by itself. What happened to an edition, its failure too, goes to `on_end`, and the others
    go on.
    """
    alone = len(editions) < 2  # a helper would load what is loaded here
    if not alone and _much_to_do(ws, editions[:1]):
        beside.start()
    for publication, language in editions:
        on_start(publication, language)
        with _failing(on_end, publication, language):
            ready = up_to_review(ws, publication, language)
            if isinstance(ready, Outcome):
                on_end(publication, language, ready)
                continue
            with held_back(ws, publication, language):
                work = begin(ready)
            # the first pages are being set while the next edition is prepared
            beside.add(work, here=alone)
    for work, made in beside.made():
        publication, language = work.present.publication, work.present.profile.tag
        with _failing(on_end, publication, language):
            on_end(publication, language, _publish(work, made))


@contextmanager
def _failing(
    on_end: Callable[[str, str, Outcome | PubpipeError], None], publication: str, language: str
) -> Iterator[None]:
    """Around the work on one edition: its failure is told, a fault of ours too, and the others go on."""
    try:
        yield
    except PubpipeError as error:
        on_end(publication, language, error)
    except Exception as error:
        on_end(publication, language, fault(error))


def _much_to_do(ws: Workspace, editions: Sequence[tuple[str, str]]) -> bool:
    """Somebody decided on these editions and their files are not there: it looks as if they are to be made."""
    try:
        return any(ws.store.decisions.last(*e) and up_to_date(ws, *e) is None for e in editions)
    except PubpipeError:  # it is told with the edition
        return False
