"""Makes translated words fit the shapes of a diagram: smaller type where they need more room than there is.

The type becomes as small as in a text box (`LEAST_POINTS`), and no smaller. Programs show the drawing that Word made
for the English, with sizes that are fixed. Shapes of one size of type keep one size: a diagram whose steps have
different sizes says that one of them matters more.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from pubpipe.languages import LanguageProfile
from pubpipe.model import plain
from pubpipe.renderers.fonts import FontSet
from pubpipe.renderers.source_boxes import LEAST_POINTS
from pubpipe.renderers.source_measure import EMU, Measured, Reduce, Ruler, stacked
from pubpipe.word import XML_SPACE, A, DrawnParagraph, W, WordFile, Words

_STEP = 0.025
_WIDTH = 0.97
"""Share of a shape's width that counts as room: programs differ by a little in how they set a line."""
_SIZE = 1800
"""Hundredths of a point where nothing says a size (ISO/IEC 29500-1, 21.1.2.3.9: sz)."""
_INSETS = {"lIns": 91_440, "rIns": 91_440, "tIns": 45_720, "bIns": 45_720}
"""English Metric Units between a shape and its text where nothing is said (ISO/IEC 29500-1, 21.1.2.1.1)."""


def fit_diagrams(words: Words, profile: LanguageProfile, fonts: FontSet) -> None:
    """Give the letters of a diagram's drawing a size at which the translation stands inside its shape."""
    spots = {
        spot.element: plain(text.content)
        for text in words.drawn.texts
        for spot in text.spots
        if isinstance(spot, DrawnParagraph)
    }
    ruler: Ruler | None = None
    for part in words.drawn.parts:
        root = words.word.xml(part)
        if not root.tag.endswith("/2008/diagram}drawing"):
            continue
        ruler = ruler or Ruler(words.word, profile, fonts)
        shares: dict[int, float] = {}
        shapes = [(body, size) for body in root.iter("{*}txBody") if (size := _largest(body))]
        for body, size in shapes:
            share = _share(body, spots, ruler, words.word)
            shares[size] = min(share, shares.get(size, 1.0))
        for body, size in shapes:
            if shares[size] < 1.0:
                _set_smaller(body, shares[size])


def _share(body: Any, sources: dict[Any, str], ruler: Ruler, word: WordFile) -> float:
    """Of its size, at which the text of a shape fits as well as the English did."""
    room = _room(body)
    paragraphs = [p for p in body.iterfind(f"{A}p") if p.find(f"{A}r") is not None]
    if room is None or not any(p in sources for p in paragraphs):
        return 1.0
    width, height = room
    before = _measured(((p, sources.get(p)) for p in paragraphs), ruler, word)
    after = _measured(((p, None) for p in paragraphs), ruler, word)
    english = stacked(before, width, lambda size: size)
    least = min(1.0, LEAST_POINTS * 100 / _largest(body))
    for step in range(math.ceil((1 - least) / _STEP) + 1):
        share = max(least, 1 - step * _STEP)
        made = stacked(after, width, _reduced(share))
        if made.height <= max(height, english.height) and made.torn <= english.torn:
            return share
    return least


def _reduced(share: float) -> Reduce:
    return lambda half_points: math.floor(half_points * share)


def _room(body: Any) -> tuple[float, float] | None:
    """Points of width and height that the text of a shape has; None where it stands upright or has no measures."""
    shape = body.getparent()
    settings = body.find(f"{A}bodyPr")
    extent = next(
        (e for path in ("{*}txXfrm", "{*}spPr/{*}xfrm") if (e := shape.find(f"{path}/{A}ext")) is not None), None
    )
    if extent is None or settings is None or settings.get("vert", "horz") != "horz" or settings.get("wrap") == "none":
        return None
    inset = {name: _number(settings.get(name), default) for name, default in _INSETS.items()}
    width = _number(extent.get("cx"), 0) - inset["lIns"] - inset["rIns"]
    height = _number(extent.get("cy"), 0) - inset["tIns"] - inset["bIns"]
    return (width / EMU * _WIDTH, height / EMU) if width > 0 and height > 0 else None


def _measured(paragraphs: Iterable[tuple[Any, str | None]], ruler: Ruler, word: WordFile) -> list[Measured]:
    """The paragraphs as those of Word, which the ruler knows; with another text where one is given."""
    out = []
    make = word.xml(word.main()).makeelement
    for paragraph, other in paragraphs:
        made = make(f"{W}p")
        settings, spacing = make(f"{W}pPr"), make(f"{W}spacing")
        share = paragraph.find(f"{A}pPr/{A}lnSpc/{A}spcPct")
        line = _number(share.get("val") if share is not None else None, 100_000) / 100_000
        for name, value in (("before", "0"), ("after", "0"), ("line", str(round(240 * line))), ("lineRule", "auto")):
            spacing.set(f"{W}{name}", value)
        settings.append(spacing)
        made.append(settings)
        runs = [r for r in paragraph if r.tag in (f"{A}r", f"{A}fld", f"{A}br")]
        pieces = [(r, r.findtext(f"{A}t")) for r in runs] if other is None else [(runs[0], other)]
        for run, text in pieces:
            of = run.find(f"{A}rPr")
            properties = make(f"{W}rPr")
            size = _number(of.get("sz") if of is not None else None, _SIZE)
            if of is not None and of.get("b") in ("1", "true"):
                properties.extend([make(f"{W}b"), make(f"{W}bCs")])
            for name in ("sz", "szCs"):
                element = make(f"{W}{name}")
                element.set(f"{W}val", str(round(size / 50)))
                properties.append(element)
            shown = make(f"{W}r")
            content = make(f"{W}br" if text is None else f"{W}t")
            if text is not None:
                content.text = text
                content.set(XML_SPACE, "preserve")
            shown.extend([properties, content])
            made.append(shown)
        measured = ruler.paragraph(made)
        if measured is not None:
            out.append(measured)
    return out


def _largest(body: Any) -> int:
    """The largest size of type in a shape, in hundredths of a point; 0: it has no words."""
    return max((round(_number(p.get("sz"), _SIZE)) for p in body.iter(f"{A}rPr")), default=0)


def _set_smaller(body: Any, share: float) -> None:
    for properties in body.iter(f"{A}rPr", f"{A}endParaRPr", f"{A}defRPr"):
        if properties.get("sz") or properties.tag == f"{A}rPr":
            size = _number(properties.get("sz"), _SIZE)
            properties.set("sz", str(max(100, math.floor(size * share / 50) * 50)))


def _number(value: str | None, default: float) -> float:
    return float(value) if value and value.lstrip("-").isdigit() else default


__all__ = ["fit_diagrams"]
