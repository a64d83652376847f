"""An edition as PDF: tagged, PDF/A-2a and PDF/UA-1, set by Typst inside this process."""

from __future__ import annotations

import ctypes
import logging
import re
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal, NamedTuple

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
    with project(edition, template, profile, fonts, imprint) as (folder, inputs, moment):
        data = _compile(folder, fonts, moment, template, inputs)
    if len(data) > _LONG and not _AHEAD.get():
        _forget_pages(fonts)
    return mend(data) if mend_text else data


_LONG = 1_000_000
"""Bytes of a PDF (some forty pages) from which on what Typst keeps of it is worth giving back."""
_GENERATIONS = 12
"""Typst drops what was of no use for ten compilations (typst-py calls comemo's `evict(10)` after each)."""


def _forget_pages(fonts: FontSet) -> None:
    """Let Typst drop the lines and pages that it keeps for the next compilation, which will be of another document.

    It has no call for that. 170 pages are 180 MB, and those of another language would come on top.
    """
    import typst

    with TemporaryDirectory(prefix="pubpipe-") as folder:
        empty = Path(folder) / "empty.typ"
        empty.write_bytes(b"")
        compiler: Any = typst.Compiler(str(empty), root=folder, font_paths=typst_fonts(fonts))
        for _ in range(_GENERATIONS):
            compiler.compile()
    if sys.platform == "linux" and (trim := getattr(ctypes.CDLL(None), "malloc_trim", None)) is not None:
        trim(0)  # glibc keeps what was given back to it


@contextmanager
def project(
    edition: ApprovedEdition | DraftEdition,
    template: Template,
    profile: LanguageProfile,
    fonts: FontSet,
    imprint: Imprint,
) -> Iterator[tuple[str, dict[str, str], int]]:
    """The Typst project of an edition in a folder of its own, the inputs that it wants, and its moment in seconds."""
    document: SourceDocument = edition.localized.document
    profile = template.dressed(profile)
    around = matter(edition, template, profile, imprint)
    fonts.require_glyphs(printed(document, around), profile)
    sources, images = typst_files(document, around, template, profile, pictures_of(document), fonts)
    with TemporaryDirectory(prefix="pubpipe-") as folder:  # Typst takes images only from disk
        for name, data in images.items():
            (Path(folder) / name).write_bytes(data)
        for name, data in sources.items():
            (Path(folder) / name).write_bytes(data)
        inputs = _balanced(folder, fonts, template).inputs() if _in_columns(template) else {}
        yield folder, inputs, int(around.moment.timestamp())


def _in_columns(template: Template) -> bool:
    return template.design.columns.count > 1 and template.design.columns.balanced


_LINE = 6.0
"""Millimetres that columns may differ in height: about a line."""
_LOW = 0.4
"""The share of a page below which a table that spans the columns may stand at its foot."""


class LastPage(NamedTuple):
    """How the last page of a design in columns ends; the layout reads it as `matter.last`."""

    imprint: Literal["none", "float", "foot", "page"] = "float"
    """Left out; after the text, wherever Typst finds room; at the foot of the page on which the text ends; on a
    page of its own."""
    anchor: int = -1
    """The first block of the text that begins on the last page: the room at its foot is kept free from there on."""
    balance: float = 0
    """Millimetres by which the columns of that page are shorter than the page has room for."""

    def inputs(self) -> dict[str, str]:
        return {"imprint": self.imprint, "anchor": str(self.anchor), "balance": f"{self.balance:.2f}"}


_AHEAD = ContextVar("_AHEAD", default=False)
_AT_THE_FOOT: tuple[Literal["foot", "float"], ...] = ("foot", "float")
"""Where the imprint stands on the page on which the text ends, the better place first."""


class _End(NamedTuple):
    page: int
    """On which the text ends."""
    pages: int
    x: float
    """Millimetres from the left edge of the page, as `y` from the top."""
    y: float
    foot: float
    """Millimetres that were kept free at the foot of the last page."""
    starts: tuple[tuple[int, int], ...]
    """Block and the page on which it begins."""
    wide: tuple[tuple[int, float], ...]
    """Page and height, in millimetres from its top, of each figure and table that spans the columns."""


def _balanced(folder: str, fonts: FontSet, template: Template) -> LastPage:
    """A last page whose columns end at the same height, with the imprint below them where there is room.

    Typst 0.15 fills one column after the other. The layout keeps room free at the foot of the last page: as much as
    leaves the end of the text on this page. A trial costs little: paragraphs that are set already are not set again.
    """
    alone = template.design.imprint.position == "page"
    free = _end(folder, fonts, LastPage(imprint="none"))
    if free is None:
        return LastPage()
    anchor = next((block for block, page in free.starts if page == free.page), -1)
    if anchor < 0:
        return LastPage(imprint="page" if alone else "float")

    def fitting(last: LastPage) -> _End | None:
        end = _end(folder, fonts, last)
        if end is None or not end.page == free.page == end.pages - (last.imprint == "page"):
            return None
        # Typst puts a table at the foot below the room that is kept free there: the imprint would stand on it.
        low = any(where == end.page and y > _LOW * page.height for where, y in end.wide)
        return None if low and last.imprint == "foot" else end

    page = template.design.page
    # On a page of its own: asked for, or there is no room below the text.
    best, end = LastPage(imprint="page", anchor=anchor), free
    below = [LastPage(imprint=kind, anchor=anchor) for kind in _AT_THE_FOOT if not alone]
    if (placed := _first(fitting, below)) is not None:
        best, end = placed
    bottom = page.height - page.margin_bottom - end.foot
    left = end.x < page.width / 2
    unused = bottom - end.y + (bottom - page.margin_top if left else 0)
    half = unused / 2
    heights = (half - _LINE / 2, half - 1.5 * _LINE, half - 4 * _LINE, half / 2, half / 4)
    level = _first(fitting, [best._replace(balance=height) for height in heights if height >= _LINE / 2])
    return level[0] if level is not None else best


def _first(fitting: Callable[[LastPage], _End | None], trials: list[LastPage]) -> tuple[LastPage, _End] | None:
    """The first of these trials that fits, and how it ends; the same whether some are made ahead or not."""
    if not _AHEAD.get():
        return next(((last, end) for last in trials if (end := fitting(last)) is not None), None)
    for pair in (trials[n : n + 2] for n in range(0, len(trials), 2)):
        with ThreadPoolExecutor(2) as pool:  # Typst lets go of the interpreter
            for last, end in zip(pair, pool.map(fitting, pair), strict=True):
                if end is not None:
                    return last, end
    return None


@contextmanager
def ahead() -> Iterator[None]:
    """Inside, trials that may not be needed are made at the same time as the one before them: sooner done on a machine
    that has nothing else to do, and more work where it has."""
    token = _AHEAD.set(True)
    try:
        yield
    finally:
        _AHEAD.reset(token)


def _end(folder: str, fonts: FontSet, last: LastPage) -> _End | None:
    """Where the text ends; None where Typst could not set the document."""
    import json

    import typst

    try:
        compiler: Any = typst.Compiler(
            str(Path(folder) / "main.typ"), root=folder, font_paths=typst_fonts(fonts), sys_inputs=last.inputs()
        )
        found = compiler.query("<pubpipe-end>")
    except (typst.TypstError, RuntimeError):
        return None  # the compilation that follows says why
    values: list[dict[str, Any]] = [
        entry["value"] for entry in (json.loads(found) if isinstance(found, str) else found)
    ]
    if not values:
        return None
    first = values[0]
    starts = tuple((block, page) for block, page in first["starts"])
    wide = tuple((page, y) for page, y in first["wide"])
    return _End(**{name: first[name] for name in ("page", "pages", "x", "y", "foot")}, starts=starts, wide=wide)


def _line(error: Any) -> str:
    """Where in the template's own layout the error is, as far as Typst says it."""
    found = re.search(r"layout\.typ:(\d+):\d+", str(getattr(error, "diagnostic", "")))
    return f", layout.typ line {found[1]}" if found else ""


def _compile(folder: str, fonts: FontSet, moment: int, template: Template, inputs: dict[str, str]) -> bytes:
    import typst

    try:
        compiler: Any = typst.Compiler(
            str(Path(folder) / "main.typ"), root=folder, font_paths=typst_fonts(fonts), sys_inputs=inputs
        )
        data, warnings = compiler.compile_with_warnings(format="pdf", pdf_standards=_STANDARDS, timestamp=moment)
    except typst.TypstError as error:
        raise RenderError(
            f"template {template.name!r}{_line(error)}: Typst could not set the document: {error.message}"
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
