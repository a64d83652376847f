"""An edition as PDF: tagged, PDF/A-2a and PDF/UA-1, set by Typst inside this process."""

from __future__ import annotations

import logging
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pubpipe.errors import RenderError
from pubpipe.languages import LanguageProfile
from pubpipe.model import ApprovedEdition, DraftEdition, SourceDocument
from pubpipe.renderers.base import Imprint
from pubpipe.renderers.fonts import FontSet, typst_fonts
from pubpipe.renderers.matter import matter
from pubpipe.renderers.pages import pictures_of, printed
from pubpipe.renderers.template import Template
from pubpipe.renderers.text_layer import mend
from pubpipe.renderers.typst_source import typst_files

log = logging.getLogger(__name__)

_STANDARDS = ["a-2a", "ua-1"]


def render_pdf(
    edition: ApprovedEdition | DraftEdition,
    template: Template,
    profile: LanguageProfile,
    fonts: FontSet,
    imprint: Imprint,
    *,
    mend_text: bool = True,
) -> bytes:
    """The PDF of an edition: same input, same bytes; a `DraftEdition` carries a watermark on every page.

    `mend_text=False` leaves the text layer as Typst writes it, for the day when it needs no mending.
    RenderError names a character that no font has, a font that is missing, an image that cannot be read, a
    label that the template lacks, or what Typst says of the layout.
    """
    document: SourceDocument = edition.localized.document
    around = matter(edition, template, profile, imprint)
    fonts.require_glyphs(printed(document, around), profile)
    sources, images = typst_files(document, around, template, profile, pictures_of(document), fonts)
    with TemporaryDirectory(prefix="pubpipe-") as folder:  # Typst takes sources from memory, images only from disk
        for name, data in images.items():
            (Path(folder) / name).write_bytes(data)
        data = _compile(sources, folder, fonts, int(around.moment.timestamp()), template)
    return mend(data) if mend_text else data


def _compile(sources: dict[str, bytes], folder: str, fonts: FontSet, moment: int, template: Template) -> bytes:
    import typst

    try:
        compiler: Any = typst.Compiler(sources, root=folder, font_paths=typst_fonts(fonts))
        data, warnings = compiler.compile_with_warnings(format="pdf", pdf_standards=_STANDARDS, timestamp=moment)
    except typst.TypstError as error:
        raise RenderError(
            f"template {template.name!r}: Typst could not set the document: {error.message}"
            f"{' (' + '; '.join(error.hints) + ')' if error.hints else ''}.",
            remedy="If the message names a character or an image, mend that in the source; else the layout.",
        ) from error
    for warning in warnings:
        # Text in a family that Typst does not know vanishes from the page with only this warning.
        if "unknown font family" in warning.message:
            raise RenderError(
                f"template {template.name!r}: {warning.message}.",
                remedy="Use only the families of the language profiles in layout.typ.",
            )
        log.warning("template %s: %s", template.name, warning.message)
    assert isinstance(data, bytes)
    return data
