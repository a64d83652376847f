"""pubpipe status: where every edition stands."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from pubpipe.cli.options import JsonOption, WorkspaceOption, print_json, workspace_root

_RECENT = dt.timedelta(minutes=2)
"""Work of which nothing was heard for longer was stopped: an engine that is silent is given up sooner."""


if TYPE_CHECKING:
    from pubpipe.pipeline import Workspace


def status(
    publication: str | None = typer.Argument(None, help="Id of one publication; default: all."),
    workspace: Path | None = WorkspaceOption,
    as_json: bool = JsonOption,
) -> None:
    """Show where every edition stands and what it waits for."""
    from pubpipe import pipeline
    from pubpipe.cli.table import print_table

    with pipeline.open_workspace(workspace_root(workspace)) as ws:
        rows = pipeline.status(ws, publication)
        untold = _untold(ws)
        heard = ws.store.progress.since(ws.now() - _RECENT)
    working = {edition: progress for edition, progress in heard.items() if progress.under_way}
    if as_json:
        print_json(
            [
                row.model_dump(mode="json") | {"working": str(working.get((row.publication, row.language), ""))}
                for row in rows
            ]
        )
        return
    if not rows:
        print("Nothing is published here yet. Start with: pubpipe publish FILE")
        return
    print_table(
        ("publication", "language", "state", "segments", "open", "approved", "findings", "waits for", "due"),
        [
            (
                r.publication,
                f"{r.language} {r.language_name}",
                r.state,
                r.segments,
                r.open,
                r.approved,
                r.findings,
                str(working.get((r.publication, r.language), ""))
                or r.stage
                or (r.reasons[0] if r.reasons and r.state in ("error", "rejected") else ""),
                r.deadline,
            )
            for r in rows
        ],
    )
    for line in untold:
        print(f"! {line}")


def _untold(ws: Workspace) -> tuple[str, ...]:
    """Messages that did not reach people; empty, and nothing is loaded for it, where nobody is told anything."""
    if not ws.project.notify.wanted:
        return ()
    from pubpipe.pipeline.notices import troubles

    found = troubles(ws)
    more = (f"and {len(found) - 5} more messages reached nobody: 'pubpipe doctor'",) if len(found) > 5 else ()
    return (*found[:5], *more)
