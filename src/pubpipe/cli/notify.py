"""pubpipe notify: tell people what waits for them, now; the server does the same on a schedule."""

from __future__ import annotations

from pathlib import Path

import typer

from pubpipe.cli.options import WorkspaceOption, workspace_root
from pubpipe.errors import ConfigError, ServerError


def notify(
    dry_run: bool = typer.Option(False, "--dry-run", help="Show the messages that would go out now; send nothing."),
    now: bool = typer.Option(False, "--now", help="Do not wait for the digest: send what there is."),
    retry: bool = typer.Option(False, "--retry", help="Try again what had failed for good."),
    workspace: Path | None = WorkspaceOption,
) -> None:
    """Look for reviews that are due, and send the messages that are ready, by mail and to webhooks.

    Exit code 10 if something could not be sent; it is tried again later.
    """
    from pubpipe import pipeline
    from pubpipe.server.notices import preview, tell

    with pipeline.open_workspace(workspace_root(workspace)) as ws:
        if not ws.project.notify.wanted:
            raise ConfigError(
                "nobody is told here: [notify] in pubpipe.toml names neither a mail server nor a webhook.",
                remedy="docs/how-to/tell-people.md says how.",
            )
        if dry_run:
            batches = preview(ws, at_once=now)
            for batch, words in batches:
                print(f"---- to {batch.person} ({batch.channel.partition(':')[0]})")
                print(words)
            count = f"{len(batches)} message{'' if len(batches) == 1 else 's'}"
            print(f"{count} would go out. Nothing was sent (--dry-run).")
            return
        if retry:
            print(f"to be tried again of what had failed: {ws.store.outbox.retry(ws.now())}")
        report = tell(ws, at_once=now or retry)
    print(f"{report.words()}.")
    if report.problems:
        raise ServerError(
            f"not everybody was told: {'; '.join(report.problems[:5])}",
            remedy="It is tried again; 'pubpipe doctor' looks at the mail settings.",
        )
