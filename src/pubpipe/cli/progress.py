"""Progress on the terminal: one line an edition, on standard error, silent where nobody looks."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol


class Advance(Protocol):
    def __call__(self, name: str, state: str, *, done: bool = False) -> None:
        """Say what `name` is doing; `done` when it does no more."""


@contextmanager
def editions_progress(names: list[str], *, quiet: bool = False) -> Iterator[Advance]:
    """A bar over all editions and the state of the one at work; plain lines where stderr is no terminal."""
    if quiet or not sys.stderr.isatty():

        def silent(name: str, state: str, *, done: bool = False) -> None:
            if done and not quiet:
                print(f"{name}: {state}", file=sys.stderr)

        yield silent
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        SpinnerColumn,
        TextColumn,
        TimeElapsedColumn,
    )

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("editions", total=len(names))

        def advance(name: str, state: str, *, done: bool = False) -> None:
            progress.update(task, description=f"{name}: {state}", advance=1 if done else 0)

        yield advance
