"""Processes that make the files of editions beside this one, and what waits for all of them to be done."""

from __future__ import annotations

import atexit
import gc
import os
import signal
from collections.abc import Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from importlib import import_module
from multiprocessing import get_context, parent_process
from pathlib import Path
from threading import Lock, Thread
from types import TracebackType
from typing import TYPE_CHECKING, NamedTuple, Self

from pubpipe.errors import PubpipeError, RenderError, fault
from pubpipe.pipeline.making import Job, Made, make

if TYPE_CHECKING:
    from pubpipe.pipeline.publishing import Work


_PARTS = (
    *(f"pubpipe.renderers.{name}" for name in ("docx", "pdf", "registry", "inspection", "inspecting")),
    *("lxml.etree", "pikepdf", "PIL.Image", "PIL.PngImagePlugin", "icu4py.breakers"),
)
"""What the first file needs beyond `make` itself."""


_NO_HELPER = (RuntimeError, OSError)
"""Helpers were killed or sent home; or the machine has no room for another process."""


class Part(NamedTuple):
    """One file of an edition."""

    work: Work
    job: Job


Result = Mapping[str, Made] | PubpipeError


class Beside:
    """Approved editions that wait for their files. Helpers take a file as soon as they are free, we do in `made`.

    A file is handed out when somebody can begin with it and not before, the longest work first: so nobody
    waits long for another at the end. Helpers make files and no more: what they made is published by this process,
    which has the database. With no helpers, this process makes everything.
    """

    def __init__(self, root: str, environ: dict[str, str], helpers: int) -> None:
        self._root, self._environ, self._helpers = root, environ, helpers
        self._waiting: list[Part] = []
        self._begun: dict[Future[Made], Part] = {}
        self._files: dict[int, dict[str, Made]] = {}
        """By the edition's `id`: what is made of it so far."""
        self._whole: list[tuple[Work, Result]] = []
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
            if kind is not None:  # nobody waits for what they make any more, and a long document takes its time
                for helper in list((self._pool._processes or {}).values()):
                    helper.terminate()
            self._pool.shutdown(cancel_futures=True)

    def start(self) -> None:
        """Begin to load what helpers need, before there is something to do for them. Once is enough."""
        if self._helpers > 0 and self._pool is None:
            with suppress(*_NO_HELPER):
                self._opened().submit(_get_ready, self._root, self._environ)

    def add(self, work: Work, *, here: bool = False) -> None:
        """Another edition whose files are to be made; `here`: only by this process."""
        jobs = work.jobs
        if not jobs:
            self._whole.append((work, {}))
            return
        self._files[id(work)] = {}
        with self._lock:
            self._waiting += [Part(work, job) for job in jobs]
            self._waiting.sort(key=_shortness)
        if not here:
            self._hand_out()

    def made(self) -> Iterator[tuple[Work, Result]]:
        """Every edition that was added, once: its files by format as soon as all are made, or why there are none."""
        while True:
            part = self._take()
            if part is not None:
                self._keep(part, _made(part.job))
            else:
                with self._lock:
                    begun = list(self._begun)
                wait(begun, return_when=FIRST_COMPLETED)
            with self._lock:
                done = [(job, self._begun.pop(job)) for job in list(self._begun) if job.done()]
            for job, finished in done:
                self._keep(finished, _result(job))
            while self._whole:
                yield self._whole.pop(0)
            if part is None and not done and not self._begun:
                return

    def _take(self) -> Part | None:
        with self._lock:
            return self._waiting.pop(0) if self._waiting else None

    def _keep(self, part: Part, result: Made | PubpipeError) -> None:
        work = part.work
        files = self._files.get(id(work))
        if files is None:  # another file of the same edition has failed
            return
        if isinstance(result, PubpipeError):
            with self._lock:
                self._waiting = [p for p in self._waiting if p.work is not work]
        else:
            files[part.job.format] = result
            if len(files) < len(work.jobs):
                return
        del self._files[id(work)]
        self._whole.append((work, result if isinstance(result, PubpipeError) else files))

    def _opened(self) -> ProcessPoolExecutor:
        if self._pool is None:
            # spawned, not forked: this process has open databases and threads
            self._pool = ProcessPoolExecutor(
                self._helpers, mp_context=get_context("spawn"), initializer=_end_with_parent
            )
        return self._pool

    def _hand_out(self) -> None:
        with self._lock:
            begun = []
            while self._waiting and sum(not job.done() for job in self._begun) < self._helpers:
                part = self._waiting[0]
                try:
                    job = self._opened().submit(make, part.job)
                except _NO_HELPER:  # what is left is for this process
                    break
                self._waiting.pop(0)
                self._begun[job] = part
                begun.append(job)
        for job in begun:  # outside of the lock: a job that is done already calls back at once
            job.add_done_callback(self._freed)

    def _freed(self, job: Future[Made]) -> None:
        """A helper has nothing to do any more. Where it died nothing is handed out: newer Pythons tell so with
        the pool's lock held, and `submit` would wait for that lock for ever."""
        if not job.cancelled() and not isinstance(job.exception(), BrokenProcessPool):
            self._hand_out()


def _shortness(part: Part) -> tuple[bool, bool]:
    """Longest work first: pages take ten times as long as a Word file, and those of scripts without spaces twice as
    long as others (measured on the example publication)."""
    return part.job.format != "pdf", not part.job.setting.profile.typesetting.dictionary_breaks


def _made(job: Job) -> Made | PubpipeError:
    try:
        return make(job)
    except PubpipeError as error:
        return error
    except Exception as error:  # the other editions go on
        return fault(error)


def _result(job: Future[Made]) -> Made | PubpipeError:
    try:
        return job.result()
    except PubpipeError as error:
        return error
    except BrokenProcessPool:
        return RenderError(
            "the process that made the files was killed.",
            remedy="Start again; if it happens again, there is too little memory.",
        )
    except Exception as error:
        return fault(error)


def _end_with_parent() -> None:
    """Let this helper end when the process that it helps is gone: one that was killed tells nobody.

    Ctrl-C is for that process alone, which then ends its helpers.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = parent_process()
    if parent is not None:

        def end() -> None:
            parent.join()
            os._exit(1)

        Thread(target=end, daemon=True).start()


def _get_ready(root: str, environ: dict[str, str]) -> None:
    """Load what `make` needs, in a process that has nothing to do yet."""
    gc.set_threshold(50_000, 20, 20)  # as in the command line itself: much is made and kept, little is garbage
    atexit.register(gc.freeze)
    from pubpipe.pipeline.workspace import open_workspace
    from pubpipe.renderers.fonts import typst_fonts

    for name in _PARTS:
        import_module(name)
    with open_workspace(Path(root), environ=environ) as ws:
        typst_fonts(ws.fonts)
