"""pubpipe glossary: check the termbase, find its terms."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from pubpipe.cli.options import JsonOption, WorkspaceOption, print_json, workspace_root
from pubpipe.errors import SourceError

if TYPE_CHECKING:
    from pubpipe.model import Content

app = typer.Typer(no_args_is_help=True)


@app.command(epilog="Example: pubpipe glossary check")
def check(workspace: Path | None = WorkspaceOption, as_json: bool = JsonOption) -> None:
    """Validate glossary/*.csv; every problem is named with file, row and column."""
    from pubpipe import pipeline

    with pipeline.open_workspace(workspace_root(workspace)) as ws:
        termbase = ws.glossary
    if as_json:
        print_json(
            {
                "terms": len(termbase.terms),
                "fingerprint": termbase.fingerprint,
                "warnings": [w.message for w in termbase.warnings],
            }
        )
        return
    for warning in termbase.warnings:
        print(f"warning: {warning.message}", file=sys.stderr)
    print(f"{len(termbase.terms)} terms, no errors, {len(termbase.warnings)} warnings.")


@app.command(epilog='Example: pubpipe glossary find "migrant workers" --language km')
def find(
    text: str = typer.Argument(..., help="A text, or the name of a document."),
    language: str | None = typer.Option(None, "--language", "-l", help="Show what this language says for them."),
    workspace: Path | None = WorkspaceOption,
    as_json: bool = JsonOption,
) -> None:
    """Show the terms found in a text or a document, with their place."""
    from pubpipe import pipeline
    from pubpipe.languages import TARGETS, profile

    tag = profile(language).tag if language else next(iter(TARGETS))
    with pipeline.open_workspace(workspace_root(workspace)) as ws:
        texts = _texts(text)
        rows = []
        for number, content in texts:
            for hit in ws.matcher.find(content, tag):
                rows.append(
                    {
                        "segment": number,
                        "start": hit.span.start,
                        "end": hit.span.end,
                        "words": hit.surface,
                        "term": hit.term,
                        **({"preferred": hit.preferred, "forbidden": hit.forbidden} if language else {}),
                    }
                )
    if as_json:
        print_json(rows)
        return
    for row in rows:
        target = f" → {row['preferred']}" if row.get("preferred") else ""
        print(f"{row['segment']:>4} {row['start']:>5}-{row['end']:<5} {row['words']} ({row['term']}){target}")
    print(f"{len(rows)} terms", file=sys.stderr)


def _texts(text: str) -> list[tuple[int, Content | str]]:
    path = Path(text)
    try:
        is_file = path.is_file()
    except OSError:
        is_file = False
    if not is_file:
        if path.suffix in (".docx", ".md", ".odt", ".html") and " " not in text:
            raise SourceError(f"{text} does not exist.", remedy="Check the name and the folder.")
        return [(1, text)]
    from pubpipe.readers import read
    from pubpipe.segmentation import segment

    return [(s.number, s.content) for s in segment(read(path))]
