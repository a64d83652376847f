"""What the inspections of all formats share: findings, and what an edition wants to see in every file made from it."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator

from pubpipe.model import (
    DraftEdition,
    Edition,
    Figure,
    Finding,
    Placeholder,
    Severity,
    SourceDocument,
    Text,
    Unit,
)
from pubpipe.renderers.fonts import NO_GLYPH
from pubpipe.renderers.pages import every_block
from pubpipe.renderers.pictures import is_svg
from pubpipe.renderers.runs import clean, cleaned, runs

NAMED_AT_MOST = 5
"""Faults of one kind that are named one by one; a person mends the first, and most of the others go with it."""
_SAFE = ("http:", "https:", "mailto:", "tel:", "ftp:")


def as_finding(check: str, severity: Severity, message: str) -> Finding:
    """What an inspection says: `check` under the name of the inspections, `message` as a sentence without its stop."""
    return Finding(check=f"inspection.{check}", severity=severity, message=f"{message}.")


def worst_first(found: list[Finding]) -> tuple[Finding, ...]:
    """The findings as an inspection hands them back: what must not be published stands first."""
    order: dict[Severity, int] = {"block": 0, "error": 1, "warning": 2, "info": 3}
    return tuple(sorted(found, key=lambda finding: order[finding.severity]))


_UNSEEN = re.compile(r"[\s\x1c-\x1f" + "".join(map(chr, sorted(NO_GLYPH))) + "]+")


def squeezed(text: str) -> str:
    """What has to be equal: the characters, in NFC, without white space and without what no glyph shows."""
    return unicodedata.normalize("NFC", _UNSEEN.sub("", text))


def pieces_of(unit: Unit) -> list[str]:
    """The unit's text between its placeholders: a note mark, a break or an image stands there on the page."""
    text = "".join(
        clean(item.text) if isinstance(item, Text) else "\0" * isinstance(item, Placeholder) for item in unit.content
    )
    return [piece for part in text.split("\0") if (piece := squeezed(part))]


def lost_text(document: SourceDocument, shown: str) -> Iterator[Finding]:
    """Units whose text is not in the file, or not as often as in the edition."""
    text = squeezed(shown)
    wanted: Counter[str] = Counter()
    unit_of: dict[str, Unit] = {}
    for unit in document.units():
        for piece in pieces_of(unit) if unit.role != "alt" else ():
            wanted[piece] += 1
            unit_of[piece] = unit
    lost = []
    for piece, count in wanted.items():
        if text.count(piece) >= count:
            continue
        if any(unicodedata.bidirectional(c) in ("R", "AL") for c in piece) and not Counter(piece) - Counter(text):
            continue  # right-to-left words stand in the file in the order of the page
        lost.append(piece)
    for piece in lost[:NAMED_AT_MOST]:
        short = piece if len(piece) <= 40 else piece[:40] + "…"
        unit = unit_of[piece]
        yield as_finding(
            "text", "block", f"the {unit.role} {unit.id} cannot be found in the file as it was approved: “{short}”"
        )
    if len(lost) > NAMED_AT_MOST:
        yield as_finding("text", "block", f"{len(lost) - NAMED_AT_MOST} more texts cannot be found in the file")


def watermark_faults(edition: Edition, marked: list[int], count: int, place: str) -> Iterator[Finding]:
    """A preview without its watermark, an approved edition with one: `marked` are the places (pages, headers; from 1)
    that carry it, `count` how many there are, `place` what they are called.
    """
    if isinstance(edition, DraftEdition):
        bare = [number for number in range(1, count + 1) if number not in marked]
        if bare or not count:
            where = ", ".join(map(str, bare[:NAMED_AT_MOST])) or "?"
            yield as_finding("watermark", "block", f"a preview lacks its watermark ({place} {where})")
    elif marked:
        yield as_finding(
            "watermark", "block", f"an approved edition carries the watermark of a preview ({place} {marked[0]})"
        )


def lost_links(document: SourceDocument, addresses: list[str]) -> Iterator[Finding]:
    """Links of the edition that are none of the file's `addresses`."""
    wanted = {
        run.href
        for unit in document.units()
        if unit.role != "alt"
        for run in runs(cleaned(unit.content))
        if run.href and squeezed(run.text)
    }
    for href in sorted(wanted - set(addresses)):
        yield as_finding("links", "error", f"the link to {href} is not in the file")


def unsafe_links(addresses: list[str]) -> Iterator[Finding]:
    """Addresses that do something else than lead to a page, a mailbox or a telephone."""
    for address in sorted({a for a in addresses if not a.lower().startswith(_SAFE)}):
        yield as_finding("links", "block", f"a link leads to “{address[:80]}”, which no publication may open")


def lost_images(document: SourceDocument, shown: int, *, vector: bool = False) -> Iterator[Finding]:
    """Fewer images in the file (`shown`) than in the document; SVG that became lines (not `vector`) is not counted."""
    lines = frozenset(r.name for r in document.resources if is_svg(r.data)) if not vector else frozenset()
    wanted = [b.resource for b in every_block(document) if isinstance(b, Figure)]
    for unit in document.units():
        wanted += [i.ref for i in unit.content if isinstance(i, Placeholder) and i.kind == "image" and i.ref]
    expected = sum(name not in lines for name in wanted)
    if shown < expected:
        yield as_finding("images", "block", f"{expected - shown} of {expected} images are not in the file")


__all__ = [
    "NAMED_AT_MOST",
    "as_finding",
    "lost_images",
    "lost_links",
    "lost_text",
    "pieces_of",
    "squeezed",
    "unsafe_links",
    "watermark_faults",
    "worst_first",
]
