"""The preview that stands beside a review: pages with a watermark and the segments' numbers in the margin."""

from __future__ import annotations

import json
import logging
import shutil
from pathlib import Path

from pubpipe.errors import RenderError
from pubpipe.identity import Hash, content_hash, digest, digest_bytes, short
from pubpipe.model import DraftEdition, Placeholder
from pubpipe.pipeline.edition import EditionView, view
from pubpipe.pipeline.making import made_file
from pubpipe.pipeline.publishing import SUBTITLES, formats_of, imprint_of, output_folder, preview, setting_of
from pubpipe.pipeline.workspace import Workspace, write_atomically

log = logging.getLogger(__name__)

PICTURES = "pages"
"""The folder of the page pictures, under that of the edition's previews."""
NOTE = "pages.json"
"""Beside them: sizes, where each segment begins, and which text they show."""


def numbered(present: EditionView) -> DraftEdition:
    """The edition as it stands, with a mark at the beginning of each segment that puts its number in the margin."""
    from pubpipe import review
    from pubpipe.renderers.typst_source import SEGMENT_MARK
    from pubpipe.segmentation import localize

    targets = {}
    for segment in present.segments:
        # no other mark of a segment has the number 0
        mark = Placeholder(id=0, kind="raw", ref=f"{SEGMENT_MARK}{segment.number}")
        targets[segment.id] = (mark, *(present.targets[segment.id] or segment.content))
    localized = localize(present.source.document, present.segments, targets, present.profile)
    return review.draft_edition(present.standing, localized, present.credits)


def review_preview(ws: Workspace, publication: str, language: str) -> Path:
    """The file to look at beside a review: a PDF with the segments' numbers in the margin, and its pages as pictures.

    Where the publication keeps the layout of its source, or has no pages (subtitles), it is the plain preview. Pages
    that cannot be drawn are left out; RenderError where there is no preview at all.
    """
    folder = output_folder(ws, publication) / language / "review"
    shutil.rmtree(folder / PICTURES, ignore_errors=True)
    if ws.project.layout_of(publication) == "source" or formats_of(ws, publication)[0] in SUBTITLES:
        (path, *_) = preview(ws, publication, language)
        return path
    present = view(ws, publication, language)
    edition = numbered(present)
    path = folder / f"{publication}.{language}.preview.pdf"
    write_atomically(path, made_file(edition, setting_of(present), "pdf"))
    try:
        _draw(present, edition, folder / PICTURES)
    except RenderError as error:
        log.warning("no pictures of %s/%s: %s", publication, language, error)
    return path


def _draw(present: EditionView, edition: DraftEdition, folder: Path) -> None:
    """A picture of each page, and the note beside them."""
    from pubpipe.renderers.page_pictures import page_pictures

    ws = present.ws
    made = page_pictures(edition, ws.template(present.publication), present.profile, ws.fonts, imprint_of(present))
    for number, data in enumerate(made.pictures, 1):
        write_atomically(folder / f"{number}.webp", data)
    note = {
        "sizes": made.sizes,
        "segments": made.segments,
        "version": short(digest("pages", [digest_bytes(data) for data in made.pictures])),
        "text": shown_text(present),
    }
    write_atomically(folder / NOTE, json.dumps(note, sort_keys=True).encode())


def shown_text(present: EditionView) -> Hash:
    """What the pages say: when it changes, pictures that were made before show an older text."""
    pairs = [(s.source_hash, content_hash(t) if (t := present.targets[s.id]) else "") for s in present.segments]
    return digest("preview", 1, present.profile.tag, pairs)
