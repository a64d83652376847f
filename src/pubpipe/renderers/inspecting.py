"""Which inspection a finished file gets: by the name of its format, or by its first bytes."""

from __future__ import annotations

import io
import re

from pubpipe.errors import RenderError
from pubpipe.languages import LanguageProfile
from pubpipe.model import Edition, Finding, Layout, Role, plain, quoted
from pubpipe.renderers.base import Original
from pubpipe.renderers.findings import NAMED_AT_MOST, as_finding, worst_first
from pubpipe.renderers.fonts import FontSet
from pubpipe.renderers.template import Page
from pubpipe.renderers.versions import KEPT

_DRAWN: tuple[Role, ...] = (
    "chart-title", "chart-axis", "chart-series", "chart-category", "chart-label", "diagram",
)  # fmt: skip


def inspect_file(
    format_: str,
    data: bytes,
    edition: Edition | None,
    profile: LanguageProfile,
    fonts: FontSet | None = None,
    layout: Layout = "template",
    page: Page | None = None,
    original: Original | None = None,
) -> tuple[Finding, ...]:
    """What is wrong with a file of this format, worst first; a block keeps it from being published.

    With an edition: whether everything that was approved is in it. With the template's `page`: whether the margins of
    a PDF are free. With the client's file: which of its text boxes have smaller type now. RenderError for a format
    that nobody inspects.
    """
    from pubpipe.renderers import inspection
    from pubpipe.renderers.inspect_html import inspect_html

    if layout == "source" and edition is not None and format_ in KEPT:
        from pubpipe.renderers.inspect_source import inspect_source_docx, inspect_source_pdf

        if format_ == "pdf":
            return inspect_source_pdf(data, edition, profile)
        return inspect_source_docx(data, edition, profile, fonts, original)
    drawn = _drawn(edition)
    if edition is not None and edition.localized.document.furniture:
        edition = _without_furniture(edition)
    match format_:
        case "pdf":
            return inspection.inspect_pdf(data, edition, profile, page)
        case "docx":
            return inspection.inspect_docx(data, edition, profile, fonts)
        case "html":
            return worst_first([*inspect_html(data, edition, profile), *drawn])
        case "srt" | "vtt":
            from pubpipe.renderers.subtitles import inspect_subtitles

            return inspect_subtitles(data, edition)
    raise RenderError(f"a file of format {format_!r} cannot be inspected.", remedy="Name a .pdf, .docx or .html file.")


def _drawn(edition: Edition | None) -> list[Finding]:
    """What a page of ours cannot show of the client's file: its charts and diagrams are drawn by Word alone."""
    units = edition.localized.document.furniture if edition is not None else ()
    words = [plain(unit.content) for unit in units if unit.role in _DRAWN]
    if not words:
        return []
    named = ", ".join(quoted(text) for text in words[:NAMED_AT_MOST])
    message = f"the charts and diagrams of the Word file are not on this page, with the words {named}"
    return [as_finding("drawn", "warning", message)]


def _without_furniture(edition: Edition) -> Edition:
    """The edition as a template sets it: what stands around the text of the client's file is not on these pages."""
    document = edition.localized.document.model_copy(update={"furniture": ()})
    return edition.model_copy(update={"localized": edition.localized.model_copy(update={"document": document})})


def format_of(data: bytes) -> str:
    """The format that a file's first bytes tell ("pdf", "docx", "html", "srt", "vtt"); "" for any other."""
    if data.startswith(b"%PDF"):
        return "pdf"
    if data.startswith(b"PK"):
        return "docx"
    head = data[:2000].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if head.startswith((b"<!doctype html", b"<html")) or b"<html" in head:
        return "html"
    if head.startswith(b"webvtt"):
        return "vtt"
    return "srt" if b"-->" in head else ""


def language_said(format_: str, data: bytes) -> str | None:
    """The language tag that a file names for itself ("km-KH"); "" where it names none, None where it cannot be read.

    PDF: /Lang of the catalogue (ISO 32000-1, 14.9.2); Word: dc:language of the core properties; web page: `lang`.
    """
    match format_:
        case "pdf":
            import pikepdf

            try:
                with pikepdf.open(io.BytesIO(data)) as pdf:
                    return str(pdf.Root.get("/Lang", ""))
            except (pikepdf.PdfError, pikepdf.PasswordError):
                return None
        case "docx":
            from pubpipe.word import DC, open_word

            try:
                word = open_word(data, lambda _: RenderError("the file cannot be read as a Word document."))
                said = (
                    e.text
                    for part in word.parts
                    if part.endswith("core.xml")
                    for e in word.xml(part).iter(f"{DC}language")
                )
                return (next(said, None) or "").strip()
            except RenderError:
                return None
        case "html":
            found = re.search(rb"<html[^>]{0,500}?\slang\s*=\s*[\"']?([A-Za-z-]{2,35})", data[:5000], re.IGNORECASE)
            return found[1].decode() if found else ""
    return ""


__all__ = ["format_of", "inspect_file", "language_said"]
