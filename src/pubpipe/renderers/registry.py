"""The formats that an edition can be rendered to: one line each."""

from __future__ import annotations

from collections.abc import Callable

from pubpipe.languages import LanguageProfile
from pubpipe.model import Edition, Format, Layout, Value
from pubpipe.renderers.base import Imprint, Renderer
from pubpipe.renderers.docx import render_docx
from pubpipe.renderers.fonts import FontSet
from pubpipe.renderers.html import render_html
from pubpipe.renderers.pdf import render_pdf
from pubpipe.renderers.subtitles import render_srt, render_vtt
from pubpipe.renderers.template import Template
from pubpipe.renderers.versions import LIBRARIES, fingerprint


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

SOURCE_RENDERERS: dict[str, Renderer] = {}
"""Formats that can also keep the layout of the source; the others are set by the template in either layout."""


def renderer(format_: str, layout: Layout) -> Renderer:
    """What makes the files of a format for a publication with that layout."""
    kept = SOURCE_RENDERERS.get(format_) if layout == "source" else None
    return kept or RENDERERS[format_]
