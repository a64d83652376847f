"""pubpipe backup, restore and verify: what people made is kept, and a file can be traced to its approval."""

from __future__ import annotations

import io
from pathlib import Path

import typer

from pubpipe.cli.options import JsonOption, WorkspaceOption, print_json, workspace_root
from pubpipe.errors import NotApproved, ReviewError, SourceError


def backup(
    file: Path = typer.Argument(..., help="A new .jsonl file."),
    workspace: Path | None = WorkspaceOption,
) -> None:
    """Write everything that people made (decisions, edits, memory, reviews) to one file."""
    from pubpipe import pipeline
    from pubpipe.pipeline.workspace import write_atomically

    stream = io.StringIO()
    with pipeline.open_workspace(workspace_root(workspace)) as ws:
        count = ws.store.export_jsonl(stream)
    write_atomically(file, stream.getvalue().encode("utf-8"))
    print(f"{count} records are in {file}.")


def restore(
    file: Path = typer.Argument(..., help="A file that 'pubpipe backup' wrote."),
    workspace: Path | None = WorkspaceOption,
) -> None:
    """Read a backup into the store of this workspace; a record that does not fit its chain is refused."""
    from pubpipe import pipeline

    try:
        stream = io.StringIO(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(
            f"{file} cannot be read: {error}.", remedy="Name a file that 'pubpipe backup' wrote."
        ) from error
    with pipeline.open_workspace(workspace_root(workspace)) as ws:
        count = ws.store.import_jsonl(stream)
    print(f"{count} records were read. Publish the sources again, from where they lay, to make documents.")


def verify(
    file: Path = typer.Argument(..., help="A published file: .docx, .pdf, .html, .srt or .vtt."),
    workspace: Path | None = WorkspaceOption,
    as_json: bool = JsonOption,
) -> None:
    """Say whether this very file is what was approved and published here, and who approved it.

    Exit code 6 where it is not: changed after publication, replaced by a newer edition, or from somewhere else.
    """
    from pubpipe import pipeline
    from pubpipe.pipeline.tracing import trace

    try:
        data = file.read_bytes()
    except OSError as error:
        raise SourceError(f"{file} cannot be read: {error.strerror}.", remedy="Check the name.") from error
    with pipeline.open_workspace(workspace_root(workspace)) as ws:
        broken = ws.store.decisions.verify()
        if broken:
            raise ReviewError(f"the record of decisions is broken: {broken}", remedy="Compare with a backup.")
        found = trace(ws, data)
    if found is None:
        raise NotApproved(
            f"{file.name} is no file that this workspace has published as it is now.",
            remedy="It was changed, a newer edition took its place, or it comes from elsewhere: 'pubpipe status'.",
        )
    if as_json:
        print_json(found.model_dump(mode="json"))
        return
    rendition = found.rendition
    print(f"{file.name} is {rendition.publication}/{rendition.language}, made {rendition.at:%Y-%m-%d %H:%M} UTC.")
    print(f"sha256 {rendition.file_hash}")
    for stage, reviewer, at in found.approvals:
        print(f"approved: {stage} by {reviewer}, {at:%Y-%m-%d %H:%M} UTC")
    if found.outdated:
        print(f"The edition has moved on since: {'; '.join(found.outdated)}")
