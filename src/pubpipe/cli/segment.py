"""pubpipe segment: show how a document is read and cut."""

from __future__ import annotations

import sys
from pathlib import Path

import typer

from pubpipe.cli.options import JsonOption, print_json


def segment(
    file: Path = typer.Argument(..., help="A .docx, .md, .odt, .html, .srt or .vtt file."),
    as_json: bool = JsonOption,
) -> None:
    """Show the segments of a document, and what could not be read. No workspace is needed."""
    from pubpipe.model import to_markup
    from pubpipe.readers import read
    from pubpipe.segmentation import segment as cut

    document = read(file)
    segments = cut(document)
    if as_json:
        print_json(
            {
                "file": file.name,
                "segments": [
                    {
                        "number": s.number,
                        "id": s.id,
                        "unit": s.unit,
                        "role": s.role,
                        "source": to_markup(s.content),
                        "translatable": s.translatable,
                        "source_hash": s.source_hash,
                        "context_hash": s.context_hash,
                    }
                    for s in segments
                ],
                "findings": [f.model_dump(mode="json", exclude_none=True) for f in document.findings],
            }
        )
        return
    for s in segments:
        print(f"{s.number:4}  {s.role:<10} {to_markup(s.content)}")
    for finding in document.findings:
        print(f"{finding.severity}: {finding.message}", file=sys.stderr)
    print(f"{len(segments)} segments", file=sys.stderr)
