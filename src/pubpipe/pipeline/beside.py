"""Processes that make the files of editions beside this one, and what waits for all of them to be done."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from importlib import import_module
from multiprocessing import get_context, parent_process
from pathlib import Path
from threading import Lock, Thread
from types import TracebackType
from typing import TYPE_CHECKING, Self

from pubpipe.errors import PubpipeError, RenderError

if TYPE_CHECKING:
    from pubpipe.pipeline.steps import Outcome


class Beside:
    """Approved editions that wait for their files. Helpers take one as soon as they are free, this process with `take`.

    An edition is handed out when somebody can begin with it and not before, the longest work first: so nobody
    waits long for another at the end. With no helpers, everything is left for `take`.
    """

    def __init__(self, root: str, environ: dict[str, str], helpers: int) -> None:
        self._root, self._environ, self._helpers = root, environ, helpers
        self._waiting: list[tuple[str, str]] = []
        self._jobs: dict[Future[Outcome], tuple[str, str]] = {}
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

    def add(self, publication: str, language: str, *, here: bool = False) -> None:
        """Another edition whose files are to be made; `here`: only by this process."""
        with self._lock:
            self._waiting.append((publication, language))
            self._waiting.sort(key=lambda edition: not _takes_long(edition[1]))
        if not here:
            self._hand_out()

    def take(self) -> tuple[str, str] | None:
        """The next edition that nobody has begun, for the caller to do; None where there is none left."""
        with self._lock:
            return self._waiting.pop(0) if self._waiting else None

    def results(self) -> Iterator[tuple[str, str, Outcome | PubpipeError]]:
        """What became of the editions that helpers did, as each comes to its end."""
        for job, (publication, language) in list(self._jobs.items()):
            try:
                yield publication, language, job.result()
            except PubpipeError as error:
                yield publication, language, error
            except BrokenProcessPool:
                gone = RenderError(
                    f"the process that made the files of {publication}/{language} was killed.",
                    remedy="Start again; if it happens again, there is too little memory.",
                )
                yield publication, language, gone

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
                publication, language = self._waiting[0]
                try:
                    job = self._opened().submit(_finish, self._root, self._environ, publication, language)
                except RuntimeError:  # helpers that were killed or sent home: what is left is for `take`
                    break
                self._waiting.pop(0)
                self._jobs[job] = (publication, language)
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


def _takes_long(language: str) -> bool:
    """Pages of scripts without spaces take about twice as long (measured on the example publication)."""
    from pubpipe.languages import profile

    return profile(language).typesetting.dictionary_breaks


def _finish(root: str, environ: dict[str, str], publication: str, language: str) -> Outcome:
    """`finish` in a process of its own: everything that it needs is a name."""
    from pubpipe.pipeline.steps import finish
    from pubpipe.pipeline.workspace import open_workspace

    with open_workspace(Path(root), environ=environ) as ws:
        return finish(ws, publication, language)


def _get_ready(root: str, environ: dict[str, str]) -> None:
    """Load what `_finish` needs, in a process that has nothing to do yet."""
    gc.set_threshold(50_000, 20, 20)  # as in the command line itself: much is made and kept, little is garbage
    import_module("pubpipe.pipeline.steps")
    from pubpipe.pipeline.workspace import open_workspace
    from pubpipe.renderers.fonts import typst_fonts

    for part in ("docx", "pdf", "inspection"):
        import_module(f"pubpipe.renderers.{part}")
    with open_workspace(Path(root), environ=environ) as ws:
        typst_fonts(ws.fonts)
        ws.store.publications.all()
