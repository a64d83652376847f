"""The formats that an edition can be rendered to: one line each."""

from __future__ import annotations

from collections.abc import Callable

from pubpipe.errors import RenderError
from pubpipe.languages import LanguageProfile
from pubpipe.model import Edition, Format, Layout, Value
from pubpipe.renderers.base import Imprint, Original, Renderer
from pubpipe.renderers.docx import render_docx
from pubpipe.renderers.fonts import FontSet
from pubpipe.renderers.html import render_html
from pubpipe.renderers.office import find_office
from pubpipe.renderers.pdf import render_pdf
from pubpipe.renderers.source_docx import render_source_docx
from pubpipe.renderers.source_pdf import render_source_pdf
from pubpipe.renderers.subtitles import render_srt, render_vtt
from pubpipe.renderers.template import Template
from pubpipe.renderers.versions import KEPT, LIBRARIES, fingerprint, source_fingerprint


class FormatRenderer(Value):
    """A render function under the name of its format; `versions` says what else decides its bytes."""

    format: Format
    function: Callable[[Edition, Template, LanguageProfile, FontSet, Imprint], bytes]

    @property
    def libraries(self) -> tuple[str, ...]:
        return LIBRARIES[self.format]

    @property
    def fingerprint(self) -> str:
        return fingerprint(self.format)

    def render(
        self,
        edition: Edition,
        template: Template,
        profile: LanguageProfile,
        fonts: FontSet,
        imprint: Imprint,
    ) -> bytes:
        return self.function(edition, template, profile, fonts, imprint)


RENDERERS: dict[str, Renderer] = {
    "docx": FormatRenderer(format="docx", function=render_docx),
    "pdf": FormatRenderer(format="pdf", function=render_pdf),
    "html": FormatRenderer(format="html", function=render_html),
    "srt": FormatRenderer(format="srt", function=render_srt),
    "vtt": FormatRenderer(format="vtt", function=render_vtt),
}
"""Format to renderer, in the order in which files are made."""


class SourceRenderer(Value):
    """Makes a file in the layout of the client's own, which is a part of it."""

    format: Format
    original: Original | None = None
    """None: only to ask for the fingerprint."""
    soffice: str | None = None
    """Where LibreOffice is, if not on the path."""

    @property
    def libraries(self) -> tuple[str, ...]:
        return LIBRARIES[f"source-{self.format}"]

    @property
    def fingerprint(self) -> str:
        return source_fingerprint(self.format, self.soffice)

    def render(
        self,
        edition: Edition,
        template: Template,
        profile: LanguageProfile,
        fonts: FontSet,
        imprint: Imprint,
    ) -> bytes:
        if self.original is None:
            raise RenderError(f"{edition.publication}: there is no source file to keep the layout of.")
        if self.format == "pdf":
            office = find_office(self.soffice)
            return render_source_pdf(edition, self.original, template, profile, fonts, imprint, office)
        return render_source_docx(edition, self.original, template, profile, fonts, imprint)


def renderer(format_: str, layout: Layout, original: Original | None = None, soffice: str | None = None) -> Renderer:
    """What makes the files of a format for a publication with that layout; of "source" that of the client's file."""
    if layout == "source" and format_ in KEPT:
        kept: Format = "pdf" if format_ == "pdf" else "docx"
        return SourceRenderer(format=kept, original=original, soffice=soffice)
    return RENDERERS[format_]
