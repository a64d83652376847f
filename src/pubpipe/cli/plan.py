"""pubpipe plan: what is stale, and why."""

from __future__ import annotations

from pathlib import Path

import typer

from pubpipe.cli.options import JsonOption, WorkspaceOption, print_json, workspace_root

_SHOWN = 12
"""Sentences that are named for one edition: a new text has hundreds."""
_NEW = 3
"""More sentences than these are counted where all of them are new: that is a new text, not an edit."""
_REASONS = 6
"""Reasons that are named for one edition: a new glossary has hundreds."""


def plan(
    publications: list[str] | None = typer.Argument(None, help="Ids of publications; default: all."),
    workspace: Path | None = WorkspaceOption,
    as_json: bool = JsonOption,
) -> None:
    """Say what each edition needs and why, with the sentences and published files concerned; change nothing."""
    from pubpipe import pipeline
    from pubpipe.server.wording import visible

    with pipeline.open_workspace(workspace_root(workspace)) as ws:
        items = pipeline.plan(ws, tuple(publications or ()))
    if as_json:
        print_json([item.model_dump(mode="json") for item in items])
        return
    for item in items:
        named = {f": segment {segment.number}: " for segment in item.segments}
        said = [r for r in item.reasons if not any(name in r for name in named) and not r.endswith(" more segments")]
        more = f"; and {len(said) - _REASONS} more" if len(said) > _REASONS else ""
        reasons = "; ".join(said[:_REASONS]) + more
        print(f"{item.publication}/{item.language}: {item.needs}" + (f" ({reasons})" if reasons else ""))
        if len(item.segments) > _NEW and all(segment.reason == "new" for segment in item.segments):
            print(f"  {len(item.segments)} new sentences; --json lists them")
        else:
            for segment in item.segments[:_SHOWN]:
                print(visible(f"  sentence {segment.number} “{segment.words}”: {segment.reason}"))
            if len(item.segments) > _SHOWN:
                print(f"  and {len(item.segments) - _SHOWN} more sentences; --json lists them all")
        for path in item.files:
            print(f"  published file: {path}")
    if all(item.needs == "nothing" for item in items):
        print("Nothing is stale.")
    elif all(item.needs in ("nothing", "waiting") for item in items):
        print("Nothing can be done without a person: 'pubpipe review list'.")
