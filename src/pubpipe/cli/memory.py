"""pubpipe memory: bring in, take out and count translation memory."""

from __future__ import annotations

import sys
from pathlib import Path

import typer

from pubpipe.cli.options import JsonOption, WorkspaceOption, languages_of, print_json, workspace_root

app = typer.Typer(no_args_is_help=True)
BATCH = 2000


@app.command("import", epilog="Example: pubpipe memory import memory.tmx")
def import_(
    file: Path = typer.Argument(..., help="A .tmx, .jsonl or .tsv file."),
    workspace: Path | None = WorkspaceOption,
    as_json: bool = JsonOption,
) -> None:
    """Add the units of a file to the memory. What says of itself nothing counts as a draft."""
    from itertools import islice

    from pubpipe import exchange, pipeline
    from pubpipe.languages import TARGETS, extra
    from pubpipe.languages.normal import zawgyi
    from pubpipe.model import plain

    counts: dict[str, int] = {}
    skipped = 0
    old_encoding = 0
    languages = {*TARGETS, *extra()}
    with pipeline.open_workspace(workspace_root(workspace)) as ws:
        units = iter(exchange.read(file, at=ws.now()))
        while batch := list(islice(units, BATCH)):
            known = [u for u in batch if u.language in languages]
            skipped += len(batch) - len(known)
            readable = [u for u in known if zawgyi(plain(u.target)) != "yes"]
            old_encoding += len(known) - len(readable)
            ws.store.memory.remember(readable)
            for unit in readable:
                counts[unit.language] = counts.get(unit.language, 0) + 1
    if as_json:
        print_json({"imported": counts, "skipped": skipped, "zawgyi": old_encoding})
        return
    print(f"Imported {sum(counts.values())} units: " + ", ".join(f"{k} {v}" for k, v in counts.items()))
    if skipped:
        print(f"{skipped} units are in other languages and were left out.", file=sys.stderr)
    if old_encoding:
        print(
            f"{old_encoding} units are in Zawgyi encoding and were left out: convert the file to Unicode first.",
            file=sys.stderr,
        )


@app.command(epilog="Example: pubpipe memory export memory.tmx --languages km")
def export(
    file: Path = typer.Argument(..., help="A new .tmx, .jsonl or .tsv file."),
    languages: str | None = typer.Option(
        None, "--languages", "-l", help="Language tags with commas; default: all that the memory has."
    ),
    workspace: Path | None = WorkspaceOption,
) -> None:
    """Write the memory to a file for another tool."""
    import io

    from pubpipe import exchange, pipeline
    from pubpipe.pipeline.workspace import write_atomically

    with pipeline.open_workspace(workspace_root(workspace)) as ws:
        wanted = languages_of(languages) or tuple(ws.store.memory.languages())
        units = [unit for language in wanted for unit in ws.store.memory.all(language)]
    stream = io.BytesIO()
    exchange.write(stream, units, file.suffix.lstrip("."))
    write_atomically(file, stream.getvalue())
    print(f"{len(units)} units are in {file}.")


@app.command(epilog="Example: pubpipe memory stats")
def stats(workspace: Path | None = WorkspaceOption, as_json: bool = JsonOption) -> None:
    """Count the units by language."""
    from pubpipe import pipeline
    from pubpipe.cli.table import print_table

    with pipeline.open_workspace(workspace_root(workspace)) as ws:
        counts = {language: ws.store.memory.count(language) for language in ws.store.memory.languages()}
    if as_json:
        print_json(counts)
    elif counts:
        print_table(("language", "units"), list(counts.items()))
    else:
        print("The memory is empty. Bring in a file with: pubpipe memory import FILE.tmx")
