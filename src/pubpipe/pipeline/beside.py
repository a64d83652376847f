"""Processes that make the files of editions beside this one, and what waits for all of them to be done."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from importlib import import_module
from multiprocessing import get_context, parent_process
from pathlib import Path
from threading import Lock, Thread
from types import TracebackType
from typing import TYPE_CHECKING, Self

from pubpipe.errors import PubpipeError, RenderError
from pubpipe.pipeline.making import Made, make

if TYPE_CHECKING:
    from pubpipe.pipeline.publishing import Work


class Beside:
    """Approved editions that wait for their files. Helpers take one as soon as they are free, this process with `take`.

    An edition is handed out when somebody can begin with it and not before, the longest work first: so nobody
    waits long for another at the end. Helpers make files and no more: what they made is published by this process,
    which has the database. With no helpers, everything is left for `take`.
    """

    def __init__(self, root: str, environ: dict[str, str], helpers: int) -> None:
        self._root, self._environ, self._helpers = root, environ, helpers
        self._waiting: list[Work] = []
        self._jobs: dict[Future[dict[str, Made]], Work] = {}
        self._lock = Lock()
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._lock:
            self._waiting.clear()
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def start(self) -> None:
        """Begin to load what helpers need, before there is something to do for them. Once is enough."""
        if self._helpers > 0 and self._pool is None:
            self._opened().submit(_get_ready, self._root, self._environ)

    def add(self, work: Work, *, here: bool = False) -> None:
        """Another edition whose files are to be made; `here`: only by this process."""
        with self._lock:
            self._waiting.append(work)
            # pages of scripts without spaces take about twice as long (measured on the example publication)
            self._waiting.sort(key=lambda each: not each.present.profile.typesetting.dictionary_breaks)
        if not here:
            self._hand_out()

    def take(self) -> Work | None:
        """The next edition that nobody has begun, for the caller to do; None where there is none left."""
        with self._lock:
            return self._waiting.pop(0) if self._waiting else None

    def results(self, *, wait: bool = True) -> Iterator[tuple[Work, Mapping[str, Made] | PubpipeError]]:
        """What helpers made, each once; without `wait` only what is done already."""
        while True:
            with self._lock:
                jobs = list(self._jobs)
            job = next((job for job in jobs if wait or job.done()), None)
            if job is None:
                return
            try:
                made: Mapping[str, Made] | PubpipeError = job.result()
            except PubpipeError as error:
                made = error
            except BrokenProcessPool:
                made = RenderError(
                    "the process that made the files was killed.",
                    remedy="Start again; if it happens again, there is too little memory.",
                )
            with self._lock:
                work = self._jobs.pop(job)
            yield work, made

    def _opened(self) -> ProcessPoolExecutor:
        if self._pool is None:
            # spawned, not forked: this process has open databases and threads
            self._pool = ProcessPoolExecutor(
                self._helpers, mp_context=get_context("spawn"), initializer=_end_with_parent
            )
        return self._pool

    def _hand_out(self, _: object = None) -> None:
        with self._lock:
            begun = []
            while self._waiting and sum(not job.done() for job in self._jobs) < self._helpers:
                work = self._waiting[0]
                try:
                    job = self._opened().submit(make, work.job)
                except RuntimeError:  # helpers that were killed or sent home: what is left is for `take`
                    break
                self._waiting.pop(0)
                self._jobs[job] = work
                begun.append(job)
        for job in begun:  # outside of the lock: a job that is done already calls back at once
            job.add_done_callback(self._hand_out)


def _end_with_parent() -> None:
    """Let this helper end when the process that it helps is gone: one that was killed tells nobody."""
    parent = parent_process()
    if parent is not None:

        def wait() -> None:
            parent.join()
            os._exit(1)

        Thread(target=wait, daemon=True).start()


def _get_ready(root: str, environ: dict[str, str]) -> None:
    """Load what `make` needs, in a process that has nothing to do yet."""
    gc.set_threshold(50_000, 20, 20)  # as in the command line itself: much is made and kept, little is garbage
    from pubpipe.pipeline.workspace import open_workspace
    from pubpipe.renderers.fonts import typst_fonts

    for part in ("docx", "pdf", "inspection"):
        import_module(f"pubpipe.renderers.{part}")
    with open_workspace(Path(root), environ=environ) as ws:
        typst_fonts(ws.fonts)
