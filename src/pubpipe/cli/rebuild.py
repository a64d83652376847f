"""pubpipe rebuild: bring up to date exactly what has become stale."""

from __future__ import annotations

from pathlib import Path

import typer

from pubpipe.cli.options import JsonOption, WorkspaceOption, print_json, workspace_root


def rebuild(
    publications: list[str] | None = typer.Argument(None, help="Ids of publications; default: all."),
    workspace: Path | None = WorkspaceOption,
    as_json: bool = JsonOption,
) -> None:
    """Rebuild what is stale and say why; touch nothing else. The scheduled flow does the same on the server."""
    from pubpipe import pipeline
    from pubpipe.cli.publish import helpers, run_editions

    root = workspace_root(workspace)
    with helpers(root) as beside, pipeline.open_workspace(root) as ws:
        items = pipeline.plan(ws, tuple(publications or ()))
        stale = [i for i in items if i.needs in ("draft", "review", "render")]
        broken = [i for i in items if i.needs == "error"]
        if not as_json:
            for item in (*stale, *broken):
                print(f"{item.publication}/{item.language}: {item.needs} ({'; '.join(item.reasons)})")
            if not stale and not broken:
                print("Nothing is stale.")
        results, code = run_editions(ws, [(i.publication, i.language) for i in stale], beside, quiet=as_json)
    if as_json:
        print_json({"stale": [i.model_dump(mode="json") for i in (*stale, *broken)], "editions": results})
    else:
        for item, result in zip(stale, results, strict=True):
            print(f"{item.publication}/{item.language}: {result['state']}")
    if code or broken:
        raise typer.Exit(code or 1)
