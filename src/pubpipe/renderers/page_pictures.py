"""The pages of an edition as small pictures, to be looked at beside its review in a browser; never published."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

from pubpipe.errors import RenderError
from pubpipe.languages import LanguageProfile
from pubpipe.model import DraftEdition, Value
from pubpipe.renderers.base import Imprint
from pubpipe.renderers.fonts import FontSet, typst_fonts
from pubpipe.renderers.pdf import project
from pubpipe.renderers.template import Template

WIDTH = 840
"""Pixels across a page: text of ten points can be read, and a page weighs some 50 kB."""
_QUALITY = 50
_INCH = 25.4


class PagePictures(Value):
    """The pages as WebP, and where the segments are that bear a mark (`typst_source.SEGMENT_MARK`)."""

    pictures: tuple[bytes, ...]
    sizes: tuple[tuple[int, int], ...]
    """Width and height in pixels."""
    segments: dict[int, int]
    """Segment number to the page on which it begins, from 1."""


def page_pictures(
    edition: DraftEdition, template: Template, profile: LanguageProfile, fonts: FontSet, imprint: Imprint
) -> PagePictures:
    """Pictures of the pages that `render_pdf` makes of the same draft. RenderError as there."""
    import typst
    from PIL import Image

    with project(edition, template, profile, fonts, imprint) as (folder, inputs, _):
        try:
            compiler: Any = typst.Compiler(
                str(Path(folder) / "main.typ"), root=folder, font_paths=typst_fonts(fonts), sys_inputs=inputs
            )
            drawn = compiler.compile(format="png", ppi=WIDTH * _INCH / template.design.page.width)
            found = json.loads(compiler.query("<pubpipe-segment-pages>", field="value"))
        except (typst.TypstError, RuntimeError) as error:
            raise RenderError(
                f"template {template.name!r}: Typst could not draw the pages: {error}.",
                remedy="'pubpipe render --preview' says more.",
            ) from error
    pictures, sizes = [], []
    for page in drawn if isinstance(drawn, list) else [drawn]:
        with Image.open(io.BytesIO(page)) as image:
            out = io.BytesIO()
            image.convert("RGB").save(out, "WEBP", quality=_QUALITY, method=4)
            pictures.append(out.getvalue())
            sizes.append(image.size)
    pages: dict[int, int] = {}
    for number, page_number in found[0] if found else ():
        pages.setdefault(int(number), int(page_number))
    return PagePictures(pictures=tuple(pictures), sizes=tuple(sizes), segments=pages)
