"""pubpipe inspect: look at a finished file as a reader, a screen reader and a search engine would."""

from __future__ import annotations

from pathlib import Path

import typer

from pubpipe.cli.options import JsonOption, print_json
from pubpipe.errors import RenderError, SourceError


def inspect(
    file: Path = typer.Argument(..., help="A .pdf or .docx file, made by pubpipe or not."),
    language: str = typer.Option(..., "--language", "-l", help="The language that it is in: km, my, th, vi, lo, ja."),
    as_json: bool = JsonOption,
) -> None:
    """Say what is wrong with a document: glyphs, fonts, empty pages, language tags, text off the page.

    Exit code 7 where something must not be published. No workspace is needed.
    """
    from pubpipe.languages import profile
    from pubpipe.renderers import inspect_docx, inspect_pdf

    spoken = profile(language)
    try:
        data = file.read_bytes()
    except OSError as error:
        raise SourceError(f"{file} cannot be read: {error.strerror}.", remedy="Check the name.") from error
    if data.startswith(b"%PDF"):
        findings = inspect_pdf(data, None, spoken)
    elif data.startswith(b"PK"):
        findings = inspect_docx(data, None, spoken)
    else:
        raise SourceError(f"{file} is neither PDF nor Word.", remedy="Name a .pdf or .docx file.")
    if as_json:
        print_json([f.model_dump(mode="json", exclude_none=True) for f in findings])
    else:
        for finding in findings:
            print(f"{finding.severity}: {finding.message}")
        if not findings:
            print(f"{file.name}: nothing to find fault with.")
    if any(finding.severity == "block" for finding in findings):
        raise typer.Exit(RenderError.exit_code)
