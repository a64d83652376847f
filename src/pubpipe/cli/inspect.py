"""pubpipe inspect: look at a finished file as a reader, a screen reader and a search engine would."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from pubpipe.cli.options import JsonOption, print_json
from pubpipe.errors import ConfigError, RenderError, SourceError

if TYPE_CHECKING:
    from pubpipe.languages import LanguageProfile


def inspect(
    file: Path = typer.Argument(..., help="A .pdf, .docx, .html, .srt or .vtt file, made by pubpipe or not."),
    language: str | None = typer.Option(
        None,
        "--language",
        "-l",
        help="The language that it is in: km, my, th, vi, lo, ja. Default: what the file says.",
    ),
    as_json: bool = JsonOption,
) -> None:
    """Say what is wrong with a document: glyphs, fonts, empty pages, language tags, text off the page.

    Exit code 7 where something must not be published. No workspace is needed.
    """
    from pubpipe.languages import profile
    from pubpipe.renderers.inspecting import format_of, inspect_file

    spoken = profile(language) if language is not None else None
    try:
        data = file.read_bytes()
    except OSError as error:
        raise SourceError(f"{file} cannot be read: {error.strerror}.", remedy="Check the name.") from error
    kind = format_of(data)
    if not kind:
        raise SourceError(
            f"{file} is neither PDF nor Word nor a web page nor subtitles.",
            remedy="Name a .pdf, .docx, .html, .srt or .vtt file.",
        )
    findings = inspect_file(kind, data, None, spoken or _said(kind, data, file.name))
    if as_json:
        print_json([f.model_dump(mode="json", exclude_none=True) for f in findings])
    else:
        for finding in findings:
            print(f"{finding.severity}: {finding.message}")
        if not findings:
            print(f"{file.name}: nothing to find fault with.")
    if any(finding.severity == "block" for finding in findings):
        raise typer.Exit(RenderError.exit_code)


def _said(kind: str, data: bytes, name: str) -> LanguageProfile:
    """The language that the file itself names."""
    from pubpipe.languages import SOURCE, TARGETS, extra
    from pubpipe.renderers.inspecting import language_said

    tag = language_said(kind, data)
    if tag is None:
        return SOURCE  # the inspection says what is wrong with it
    known = {p.tag: p for p in (SOURCE, *TARGETS.values(), *extra().values())}
    found = known.get(tag) or known.get(tag.replace("_", "-").partition("-")[0].lower())
    if found is None:
        says = f"says that it is in {tag!r}" if tag else "does not say in which language it is"
        raise ConfigError(f"{name} {says}.", remedy="Name the language: --language km.")
    return found
