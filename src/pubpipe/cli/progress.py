"""Progress on standard error: a bar for each edition at work, lines on a terminal that knows no more."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from pubpipe.pipeline import Workspace
    from pubpipe.store import Progress

EVERY = 0.5
"""Seconds between two looks into the store for what the steps write there."""
_STEPS = 4
"""Into so many parts a step is divided on a terminal that shows lines: each part that is done is one line."""


class Advance(Protocol):
    def __call__(self, name: str, state: str, *, done: bool = False, share: float | None = None) -> None:
        """Say what `name` is doing, and which share of it is done; `done` when it does no more."""


@contextmanager
def editions_progress(names: list[str], *, quiet: bool = False) -> Iterator[Advance]:
    """How to say what the editions of these names are doing.

    On a terminal each has a bar while it is at work; on one that cannot move its cursor (TERM=dumb) each step is a
    line; where standard error is no terminal, only how each edition ended is said.
    """
    if quiet:
        yield _silent
    elif not sys.stderr.isatty():
        yield _lines(steps=False)
    elif os.environ.get("TERM", "dumb") in ("dumb", "unknown", ""):
        yield _lines(steps=True)
    else:
        with _bars(names) as advance:
            yield advance


def _silent(name: str, state: str, *, done: bool = False, share: float | None = None) -> None:
    """Says nothing."""


def _lines(*, steps: bool) -> Advance:
    """One line when an edition has ended and, with `steps`, when its step changes or a quarter of it is done."""
    told: dict[str, tuple[str, int]] = {}
    lock = threading.Lock()

    def advance(name: str, state: str, *, done: bool = False, share: float | None = None) -> None:
        now = (state.partition(",")[0], int((share or 0.0) * _STEPS))
        with lock:
            if done or (steps and told.get(name) != now):
                told[name] = now
                print(f"{name}: {state}", file=sys.stderr, flush=True)

    return advance


@contextmanager
def _bars(names: list[str]) -> Iterator[Advance]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

    columns = (
        SpinnerColumn(finished_text=" "),
        TextColumn("{task.fields[edition]}", markup=False),
        BarColumn(bar_width=24),
        TextColumn("{task.description}", markup=False),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        tasks: dict[str, TaskID] = {}
        lock = threading.Lock()

        def advance(name: str, state: str, *, done: bool = False, share: float | None = None) -> None:
            with lock:
                if name not in tasks:
                    tasks[name] = progress.add_task(state, total=None, edition=name)
                total = 1.0 if done or share is not None else None
                progress.update(tasks[name], description=state, total=total, completed=1.0 if done else share or 0.0)
                if done and len(names) > 12:
                    progress.update(tasks[name], visible=False)

        yield advance


@contextmanager
def watched(ws: Workspace, names: Mapping[tuple[str, str], str], advance: Advance) -> Iterator[Callable[[str], None]]:
    """While inside, what the steps write into the store is said for each (publication, language); the function that
    comes back ends it for one name.

    The steps may run in this process, in another one, or on a server's worker: all of them write to the store.
    """
    from pubpipe.errors import StoreError

    over = threading.Event()
    ended: set[str] = set()
    began = ws.now()

    def watch() -> None:
        told: dict[str, Progress] = {}
        while not over.wait(EVERY):
            try:
                found = ws.store.progress.since(began)
            except StoreError:
                continue  # busy: look again
            for edition, progress in found.items():
                name = names.get(edition)
                if name is None or name in ended or told.get(name) == progress or not progress.under_way:
                    continue
                told[name] = progress
                advance(name, str(progress), share=progress.share)

    thread = threading.Thread(target=watch, name="progress", daemon=True)
    thread.start()
    try:
        yield ended.add
    finally:
        over.set()
        thread.join(timeout=5)
