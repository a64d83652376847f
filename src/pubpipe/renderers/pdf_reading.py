"""What the pages of a PDF show, and where: the text by its tags, how far it reaches, the images.

For whoever judges a finished file. The content is read operator by operator (ISO 32000-1, 8.4 and 9.4) without a
program beside it; forms inside forms (drawings) are not entered.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from pubpipe.renderers.pdf_content import (
    PART,
    SHOW,
    SHOW_GOES_ON,
    STRING,
    STRING_GOES_ON,
    parse_cmap,
    string_bytes,
    text_string,
)

_NUMBER = rb"[-+.\d]++\s*+"
_SIX = rb"(?:" + _NUMBER + rb"){6}+"
_DULL = rb"(?:\s*(?:/\w+\s+cs\b|[-+.\d\s]*+(?:scn|Tr)\b|BT\b))"
"""Colours and modes of text, which say nothing of what stands where."""
# Every alternative begins with one of few characters, so that the search skips what lies between at the speed of C;
# what Typst writes side by side (a state and its matrix; a font, a place and a text) is one match.
_OPERATOR = re.compile(
    rb"[/\[(<BEqQT\d.+-](?:"
    rb"(?<=/)(?P<font>[^\s/<>\[\]()]+)\s+(?P<size>[-+.\d]+)\s+Tf\b(?:\s*(?P<place>" + _SIX + rb")Tm\b)?"
    rb"(?:\s*(?P<first>" + SHOW + rb"))?"
    rb"|(?P<show>" + SHOW_GOES_ON + rb")"
    rb"|(?<=/)(?P<tag>[A-Za-z0-9]+)\s*(?P<props><<(?:[^<>()]++|" + STRING + rb")*+>>|/[^\s/<>()\[\]]+)?\s*(?:BDC|BMC)\b"
    rb"|(?<=\bE)(?P<close>MC\b)"
    rb"|(?<=\bq)(?P<save>\b)(?:\s+(?P<shift>" + _SIX + rb")cm\b)?" + _DULL + rb"*+"
    rb"|(?<=\bQ)(?P<restore>\b)"
    rb"|(?<![-+.\d][-+.\d])(?<=[-+.\d])(?P<matrix>(?:[-+.\d]*+\s++)(?:" + _NUMBER + rb"){5}+)(?P<where>cm|Tm)\b"
    rb"|(?<![-+.\d][-+.\d])(?<=[-+.\d])(?P<move>(?:[-+.\d]*+\s++)(?:" + _NUMBER + rb"))T(?P<how>[dD])\b"
    rb"|(?<=/)(?P<object>[^\s/<>\[\]()]+)\s+Do\b"
    rb"|(?<=\bB)(?P<begin>T\b)"
    rb"|(?<=\bT)(?P<next>\*)"
    rb"|(?<![-+.\d][-+.\d])(?<=[-+.\d])(?P<leading>[-+.\d]*+\s++)TL\b"
    rb"|" + STRING_GOES_ON + rb")"
)
_MCID = re.compile(rb"/MCID\s+(\d+)")
_ACTUAL = re.compile(rb"/ActualText\s*(" + STRING + rb")")
_Matrix = tuple[float, ...]
_UNIT: _Matrix = (1, 0, 0, 1, 0, 0)
_KNOWN_AT_MOST = 20_000


class Box(NamedTuple):
    """Points from the lower left corner of the page."""

    left: float
    bottom: float
    right: float
    top: float


class Stray(NamedTuple):
    """The first thing on a page that reaches beyond a box."""

    text: str
    """Its words, "" for an image."""
    context: str
    """The words before it and its own."""
    by: float
    """Points that it reaches beyond."""


class Line(NamedTuple):
    """Upright text that one operator shows."""

    left: float
    right: float
    baseline: float
    size: float
    """Points of the type."""
    mcid: int
    """The marked content that it belongs to; -1 for none."""
    text: str


class Image(NamedTuple):
    upright: bool
    """Neither mirrored nor turned."""
    cmyk: bool


class Font(NamedTuple):
    name: str
    embedded: bool
    wide: bool
    """Two bytes are one glyph: only of these fonts is glyph 0 the missing character."""
    mapping: dict[int, str]
    widths: dict[int, float]
    """Thousandths of an em by code."""
    default: float
    shown: dict[bytes, Shown]
    """What was read before, by operator."""


class Shown(NamedTuple):
    text: str
    lacks: bool
    """There is a glyph 0."""
    advance: float
    """Thousandths of an em to where the next text begins."""
    ink: float
    """The same to the end of the last glyph that is no space."""


class PageRead(NamedTuple):
    key: tuple[int, int]
    marked: dict[int, str]
    """Marked-content id to text."""
    all: str
    """All text, that of artifacts too."""
    content: bool
    """There is text or an image that is no artifact."""
    images: tuple[Image, ...]
    missing: str
    """The text around the first character without a glyph; "" where all have one."""
    lacks: bool
    off_page: Stray | None
    """The first text or image that reaches over the edge of the paper."""
    off_frame: Stray | None
    """The first one that is no artifact and reaches into the margin."""
    lines: tuple[Line, ...] = ()
    """Where each piece of text that is no artifact stands; only where that is asked for."""


def read_page(
    page: Any,
    fonts: dict[tuple[int, int], Font],
    frame: Box | None = None,
    slack: float = 6.0,
    *,
    lines: bool = False,
) -> PageRead:
    """What a page shows; `fonts` collects the fonts of the file, by object.

    `frame` is where text and images may stand, `slack` the points beyond it that count as in it.
    `lines`: say where each piece of text stands.
    """
    import pikepdf

    contents = page.obj.get("/Contents")
    if isinstance(contents, pikepdf.Array):
        data = b"\n".join(part.read_bytes() for part in contents)
    else:
        data = contents.read_bytes() if contents is not None else b""
    resources = page.obj.get("/Resources", {})
    walk = _Walk(
        fonts={str(name)[1:]: _font(font, fonts) for name, font in resources.get("/Font", {}).items()},
        objects={str(name)[1:]: value for name, value in resources.get("/XObject", {}).items()},
        paper=Box(*(float(edge) for edge in page.mediabox)),
        frame=frame,
        slack=slack,
    )
    walk.lines = [] if lines else None
    for match in _OPERATOR.finditer(data):
        kind = match.lastgroup
        if kind is not None:
            walk.step(kind, match)
    return PageRead(
        key=page.obj.objgen,
        marked={mcid: "".join(parts) for mcid, parts in walk.marked.items()},
        all="".join(walk.whole),
        content=walk.content,
        images=tuple(walk.images),
        missing=walk.missing,
        lacks=walk.lacks,
        off_page=walk.off_page,
        off_frame=walk.off_frame,
        lines=tuple(walk.lines or ()),
    )


def link_addresses(pdf: Any) -> list[str]:
    """Where the links of a PDF lead out of it; an action that runs something stands there by its name, as an address
    that nobody may open (“javascript:”).
    """
    out = []
    for page in pdf.pages:
        for annotation in page.obj.get("/Annots", []):
            action = annotation.get("/A", {})
            if "/URI" in action:
                out.append(str(action.URI))
            elif action.get("/S") in ("/JavaScript", "/Launch", "/SubmitForm"):
                out.append(f"{str(action.S)[1:].lower()}:")
    return out


class _Tag(NamedTuple):
    mcid: int
    artifact: bool
    spelled: bool
    """Its text is given as /ActualText."""


class _Walk:
    """Follows the operators of one page: where the pen is, what is tagged, what is shown."""

    def __init__(
        self, fonts: dict[str, Font], objects: dict[str, Any], paper: Box, frame: Box | None, slack: float
    ) -> None:
        self.fonts, self.objects = fonts, objects
        self.paper = Box(paper.left - 2, paper.bottom - 2, paper.right + 2, paper.top + 2)
        self.frame = None
        if frame is not None:
            self.frame = Box(frame.left - slack, frame.bottom - slack, frame.right + slack, frame.top + slack)
        self.marked: dict[int, list[str]] = {}
        self.whole: list[str] = []
        self.content = self.lacks = False
        self.images: list[Image] = []
        self.missing = ""
        self.off_page: Stray | None = None
        self.off_frame: Stray | None = None
        self.lines: list[Line] | None = None
        self.font: Font | None = None
        self.size = 0.0
        self.pen = self.leading = 0.0
        self.tags: list[_Tag] = [_Tag(-1, artifact=False, spelled=False)]
        self.base = self.line = _UNIT
        self.saved: list[_Matrix] = []

    def step(self, kind: str, match: re.Match[bytes]) -> None:
        if kind in ("first", "place", "size"):
            self.font = self.fonts.get(match["font"].decode("latin-1"))
            self.size = _number(match["size"])
            if match["place"] is not None:
                self.line, self.pen = _matrix(match["place"]), 0.0
            if kind == "first":
                self.show(match["first"])
        elif kind == "show":
            self.show(match.group())
        elif kind in ("tag", "props"):
            self.tag(match["tag"], match["props"] or b"")
        elif kind == "close":
            self.tags = self.tags[:-1] or self.tags
        elif kind in ("save", "shift"):
            self.saved.append(self.base)
            self.line, self.pen = _UNIT, 0.0  # a text begins anew after it
            if kind == "shift":
                self.base = _times(_matrix(match["shift"]), self.base)
        elif kind == "restore":
            self.base = self.saved.pop() if self.saved else self.base
        elif kind == "where":
            matrix = _matrix(match.group()[:-2])
            if match["where"] == b"Tm":
                self.line, self.pen = matrix, 0.0
            else:
                self.base = _times(matrix, self.base)
        elif kind == "how":
            across, up = (_number(n) for n in match.group()[:-2].split())
            self.move(across, up)
            if match["how"] == b"D":
                self.leading = -up
        elif kind == "begin":
            self.line, self.pen = _UNIT, 0.0
        elif kind == "leading":
            self.leading = _number(match.group()[:-2])
        elif kind == "next":
            self.move(0, -self.leading)
        elif kind == "object":
            self.draw(match["object"].decode("latin-1"))

    def move(self, across: float, up: float) -> None:
        """To the next line of a text (ISO 32000-1, 9.4.2)."""
        self.line, self.pen = _times((1, 0, 0, 1, across, up), self.line), 0.0

    def tag(self, kind: bytes, properties: bytes) -> None:
        number, actual = _properties(properties)
        outer = self.tags[-1]
        tag = _Tag(
            outer.mcid if number is None else number,
            artifact=outer.artifact or kind == b"Artifact",
            spelled=outer.spelled or actual is not None,
        )
        self.tags.append(tag)
        if actual is not None and not outer.spelled:
            self.say(actual)

    def show(self, operator: bytes) -> None:
        font = self.font
        if font is None:
            return
        if operator[-1] in b"'\"":
            self.move(0, -self.leading)
        shown = font.shown.get(operator) or _shown(operator, font)
        if shown.lacks and not self.lacks:
            self.lacks, self.missing = True, "".join(self.whole)[-30:]
        a, b, _, _, e, f = self.line
        g, h, i, j, k, m = self.base
        start, end = self.pen, self.pen + shown.ink * self.size / 1000
        self.pen += shown.advance * self.size / 1000
        x, y = e + a * start, f + b * start
        left, below = x * g + y * i + k, x * h + y * j + m
        x, y = e + a * end, f + b * end
        right, above = x * g + y * i + k, x * h + y * j + m
        tag = self.tags[-1]
        self.content = self.content or not tag.artifact
        if not tag.spelled:
            self.say(shown.text)
        self.place(
            Box(min(left, right), min(below, above), max(left, right), max(below, above)), tag, shown.text or "?"
        )
        if self.lines is not None and not tag.artifact and abs(above - below) < 0.1:
            height = abs(b * h + self.line[3] * j) * self.size
            self.lines.append(Line(min(left, right), max(left, right), below, height, tag.mcid, shown.text))

    def place(self, box: Box, tag: _Tag, text: str) -> None:
        """Notes the first thing that leaves the paper, and the first that is no artifact and leaves the frame."""
        if self.off_page is None and (by := _beyond(box, self.paper)) > 0:
            self.off_page = self.stray(text, by + 2)
        if self.frame is not None and not tag.artifact and self.off_frame is None:
            by = _beyond(box, self.frame)
            if by > 0:
                self.off_frame = self.stray(text, by)

    def stray(self, text: str, by: float) -> Stray:
        return Stray(text[:30], "".join(self.whole[-40:])[-60:] if text else "", by)

    def draw(self, name: str) -> None:
        drawn = self.objects.get(name)
        if drawn is None:
            return
        tag = self.tags[-1]
        self.content = self.content or not tag.artifact
        if drawn.get("/Subtype") != "/Image":
            return
        a, b, c, d, e, f = self.base
        across, up = sorted((e, e + a, e + c, e + a + c)), sorted((f, f + b, f + d, f + b + d))
        self.images.append(Image(upright=a > 0 and d > 0, cmyk=_in_cmyk(drawn)))
        self.place(Box(across[0], up[0], across[-1], up[-1]), tag, "")

    def say(self, text: str) -> None:
        self.whole.append(text)
        mcid = self.tags[-1].mcid
        if mcid >= 0:
            self.marked.setdefault(mcid, []).append(text)


@lru_cache(maxsize=8192)
def _properties(properties: bytes) -> tuple[int | None, str | None]:
    """The marked-content id and the /ActualText of a tag."""
    number, actual = _MCID.search(properties), _ACTUAL.search(properties)
    text = text_string(string_bytes(actual[1])).replace("\ufeff", "") if actual else None
    return int(number[1]) if number else None, text


def _number(digits: bytes) -> float:
    try:
        return float(digits)
    except ValueError:
        return 0.0


def _matrix(six: bytes) -> _Matrix:
    try:
        matrix = tuple(map(float, six.split()))
    except ValueError:
        return _UNIT
    return matrix if len(matrix) == 6 else _UNIT


def _times(inner: _Matrix, outer: _Matrix) -> _Matrix:
    """The matrix that does `inner` first (ISO 32000-1, 8.3.4)."""
    a, b, c, d, e, f = inner
    g, h, i, j, k, m = outer
    return (a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m)


def _beyond(box: Box, room: Box) -> float:
    """How far a box reaches out of another, in points; 0 or less where it does not."""
    return max(room.left - box.left, room.bottom - box.bottom, box.right - room.right, box.top - room.top)


def _shown(operator: bytes, font: Font) -> Shown:
    """What one operator shows, kept for the next time that the same stands in a page."""
    texts: list[str] = []
    advance = ink = 0.0
    lacks = False
    for part in PART.findall(operator):
        if part[0] not in b"(<":
            advance -= _number(part)
            continue
        for code in _codes(string_bytes(part), wide=font.wide):
            text = font.mapping.get(code, "")
            texts.append(text)
            lacks = lacks or (font.wide and code == 0)
            advance += font.widths.get(code, font.default)
            if not text.isspace():
                ink = advance
    shown = Shown("".join(texts), lacks, advance, ink)
    if len(font.shown) < _KNOWN_AT_MOST:
        font.shown[operator] = shown
    return shown


def _codes(data: bytes, *, wide: bool) -> Iterator[int]:
    return (data[i] << 8 | data[i + 1] for i in range(0, len(data) - 1, 2)) if wide else iter(data)


def _font(font: Any, fonts: dict[tuple[int, int], Font]) -> Font:
    known = fonts.get(font.objgen)
    if known is not None and font.objgen != (0, 0):
        return known
    inner = font.DescendantFonts[0] if "/DescendantFonts" in font else font
    descriptor = inner.get("/FontDescriptor", {})
    table = font.get("/ToUnicode")
    made = fonts[font.objgen] = Font(
        name=str(font.get("/BaseFont", "/?"))[1:].split("+")[-1],
        embedded=any(key in descriptor for key in ("/FontFile", "/FontFile2", "/FontFile3")),
        wide=font.get("/Subtype") == "/Type0" and str(font.get("/Encoding", "")).startswith("/Identity"),
        mapping=parse_cmap(table.read_bytes()) if table is not None else {},
        widths=dict(_widths(font, inner)),
        default=_default_width(font, inner),
        shown={},
    )
    return made


def _default_width(font: Any, inner: Any) -> float:
    """Of a glyph that the font does not name: ISO 32000-1, 9.7.4.3 for composite fonts, nothing for simple ones."""
    return float(inner.get("/DW", 1000)) if font.get("/Subtype") == "/Type0" else 0.0


def _widths(font: Any, inner: Any) -> Iterator[tuple[int, float]]:
    """(code, thousandths of an em) of each glyph that a font names the width of."""
    import pikepdf

    if font.get("/Subtype") != "/Type0":
        scale = 1000 * float(font.FontMatrix[0]) if "/FontMatrix" in font else 1.0
        yield from enumerate((float(w) * scale for w in font.get("/Widths", [])), int(font.get("/FirstChar", 0)))
        return
    entries = list(inner.get("/W", []))
    place = 0
    while place + 1 < len(entries):
        first, then = int(entries[place]), entries[place + 1]
        if isinstance(then, pikepdf.Array):
            yield from enumerate((float(w) for w in then), first)
            place += 2
        elif place + 2 < len(entries):
            yield from ((code, float(entries[place + 2])) for code in range(first, min(int(then), first + 65535) + 1))
            place += 3
        else:
            return


def _in_cmyk(image: Any) -> bool:
    import pikepdf

    space = image.get("/ColorSpace")
    if isinstance(space, pikepdf.Array) and len(space) > 1 and space[0] == "/ICCBased":
        return int(space[1].get("/N", 3)) == 4
    return bool(space == "/DeviceCMYK")
