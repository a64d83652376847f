"""pubpipe plan: what is stale, and why."""

from __future__ import annotations

from pathlib import Path

import typer

from pubpipe.cli.options import JsonOption, WorkspaceOption, print_json, workspace_root


def plan(
    publications: list[str] | None = typer.Argument(None, help="Ids of publications; default: all."),
    workspace: Path | None = WorkspaceOption,
    as_json: bool = JsonOption,
) -> None:
    """Say what each edition needs and why; change nothing."""
    from pubpipe import pipeline

    with pipeline.open_workspace(workspace_root(workspace)) as ws:
        items = pipeline.plan(ws, tuple(publications or ()))
    if as_json:
        print_json([item.model_dump(mode="json") for item in items])
        return
    for item in items:
        reasons = "; ".join(item.reasons)
        print(f"{item.publication}/{item.language}: {item.needs}" + (f" ({reasons})" if reasons else ""))
    if all(item.needs in ("nothing", "waiting") for item in items):
        print("Nothing is stale.")
