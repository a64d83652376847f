"""pubpipe up and down: the Prefect server, its deployments with their schedules, and a worker."""

from __future__ import annotations

from pathlib import Path

import typer

from pubpipe.cli.options import WorkspaceOption, workspace_root
from pubpipe.errors import ConfigError


def up(
    port: int | None = typer.Option(None, "--port", help="Port; default: the project's (4200)."),
    host: str | None = typer.Option(None, "--host", help="Address; default: the project's (127.0.0.1)."),
    background: bool = typer.Option(False, "--background", help="Return when it is up; 'pubpipe down' stops it."),
    workspace: Path | None = WorkspaceOption,
) -> None:
    """Start the server, the deployments and a worker; stop all of it with Ctrl-C or 'pubpipe down'."""
    from pubpipe import pipeline
    from pubpipe.server import up as start
    from pubpipe.server import up_in_background

    root = workspace_root(workspace)
    if background:
        if host is not None:
            raise ConfigError("--background takes no --host.", remedy="Set host under [server] in pubpipe.toml.")
        print(up_in_background(root, say=print, port=port))
        return
    with pipeline.open_workspace(root) as ws:
        settings = ws.project.server
        rebuild = ws.project.rebuild
    chosen = {k: v for k, v in (("port", port), ("host", host)) if v is not None}
    start(root, settings.model_copy(update=chosen), rebuild, say=print)


def down(workspace: Path | None = WorkspaceOption) -> None:
    """Stop what 'pubpipe up' started here. Waiting reviews and schedules stay as they are."""
    from pubpipe.server import down as stop

    stop(workspace_root(workspace), say=print)
