"""Makes a translated text fit its text box in the client's Word file: smaller type, where there is no room to grow.

A box keeps its size and its place. Where its text needs more room than it had, the type of the box becomes smaller,
step by step, as a layouter would do it; where even the smallest type does not fit, the type stays as it is, the box
grows, and the inspection of the page says what it covers.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from pubpipe.languages import LanguageProfile
from pubpipe.renderers.fonts import FontSet
from pubpipe.renderers.source_measure import EMU, Block, Measured, Reduce, Ruler, runs_of, stacked
from pubpipe.word import PROPERTY_ORDER, A, V, W, WordFile
from pubpipe.word.package import MC, WP

LEAST_SHARE = 0.7
"""Of the size in the source: smaller type no longer looks like the text of the same rank beside it. Our choice."""
LEAST_POINTS = 7.5
"""The size at which Noto Sans has letters as high as 9 points of Times New Roman, which the European Commission's
Guideline on the readability of the labelling and package leaflet of medicinal products (2009) asks of a leaflet. That
it holds for boxes in all our scripts is our choice. Type that is smaller in the source stays as small.
"""
_STEP = 0.025
_NOTHING, _THIN = 2, 2
"""Half-points, and twips from line to line, of an empty paragraph that is to take no room."""
_WIDTH, _HEIGHT = 0.985, 1.005
"""Share of a box that counts as room: programs differ by a little in how they set a line."""
_TWIPS = 20
_LATIN_LINE = 1.15
"""Em from line to line in Times New Roman."""
_ROOMY = 0.92
"""A text that fits into so much of a box does so in every program, also where it ends its lines elsewhere."""

_SHAPE = "{http://schemas.microsoft.com/office/word/2010/wordprocessingShape}"
_GROUP = "{http://schemas.microsoft.com/office/word/2010/wordprocessingGroup}"
_VML_WORD = "{urn:schemas-microsoft-com:office:word}"
_RANK = {name: place for place, name in enumerate(PROPERTY_ORDER)}
_AFTER_GRID = re.findall(
    r"\w+",
    "spacing ind contextualSpacing mirrorIndents suppressOverlap jc textDirection textAlignment textboxTightWrap "
    "outlineLvl divId cnfStyle rPr sectPr pPrChange",
)
"""Children of w:pPr behind w:snapToGrid in the order of the schema (ISO/IEC 29500-1, 17.3.1.26)."""
_AFTER_MARK = ("sectPr", "pPrChange")
_UNITS = {"pt": 1.0, "in": 72.0, "cm": 72 / 2.54, "mm": 72 / 25.4, "px": 0.75, "pc": 12.0, "pi": 12.0, "emu": 1 / EMU}
_PAGE_WIDE = frozenset(["page", "margin", "topMargin", "bottomMargin", "insideMargin", "outsideMargin"])


class Place(NamedTuple):
    """Where a box hangs, in points from what it is measured from."""

    x: float
    y: float
    across: str
    """What `x` is measured from: "column", "margin", "page" …"""
    down: str
    """The same of `y`: "paragraph", "page" …"""
    over: bool
    """It stands over the text, which does not give way."""


class Box(NamedTuple):
    """A text box, with its twin for older programs."""

    contents: tuple[Any, ...]
    """Its w:txbxContent, then those that say the same again (mc:Fallback)."""
    height: float
    """Points of the shape."""
    wide: float
    """Points of the shape, across."""
    width: float
    """Points that a line may have."""
    room: float
    """Points that its lines may have together."""
    grows: bool
    """It says itself that it grows with its text."""
    place: Place | None
    """None: nobody can say."""

    @property
    def around(self) -> float:
        return self.height - self.room


class Sheet(NamedTuple):
    """The page that boxes stand on, in points."""

    width: float
    height: float
    left: float
    right: float
    top: float
    columns: int
    pitch: float
    """Of the grid that lines snap to; 0: none."""


def fit_boxes(word: WordFile, stories: Sequence[str], profile: LanguageProfile, fonts: FontSet) -> None:
    """Fit the text of every box in these parts, and let grow what has no room to spare.

    A box of a fixed size whose text has room to spare keeps its own setting. Else it grows with its text, so that no
    program hides a line; before that its type becomes smaller if that makes the text fit. A box that grows by its
    own setting is left alone unless it would cover what stands below.
    """
    ruler = Ruler(word, profile, fonts)
    _widen_grid(word.xml(word.main()), ruler)
    for part in stories:
        root = word.xml(part)
        boxes = list(boxes_of(root))
        if not boxes:
            continue
        sheet = sheet_of(word.xml(word.main()))
        pages = _pages(root, boxes)
        for box in boxes:
            if any(t.text for c in box.contents for t in c.iter(f"{W}t")) and not _fit(box, boxes, pages, sheet, ruler):
                for content in box.contents:
                    _grow(content)


def _widen_grid(main: Any, ruler: Ruler) -> None:
    """Let the page's grid of lines be as wide as a line of the script is high: else each of them takes two.

    Only a grid that a line of Latin letters of the same size fits into, as wide as such fonts as Times New Roman are.
    """
    for grid in main.iter(f"{W}docGrid"):
        pitch = grid.get(f"{W}linePitch") or ""
        if (grid.get(f"{W}type") or "default") == "default" or not pitch.isdigit():
            continue
        body = ruler.body()
        points = body.size / 2
        need = math.ceil(ruler.line_of(body) * points * _TWIPS)
        if points * _LATIN_LINE * _TWIPS <= int(pitch) < need:
            grid.set(f"{W}linePitch", str(need))


def _fit(box: Box, boxes: Sequence[Box], pages: dict[Any, int], sheet: Sheet, ruler: Ruler) -> bool:
    """Make the type of a box as much smaller as it has to be; whether the box can stay as its author fixed it."""
    paragraphs = ruler.blocks(box.contents[0], sheet.pitch)
    if not paragraphs or box.width <= 0 or box.room <= 0:
        return False
    room = box.room * _HEIGHT
    if box.grows:
        full = stacked(paragraphs, box.width * _WIDTH, _as_is).height
        if full <= room or (free := _free(box, full + box.around, boxes, pages, sheet, ruler)) is None:
            return True
        room = max(box.room, free - box.around)
    bare = _without_tail(paragraphs)
    found = _share(bare, box.width * _WIDTH, room)
    if found == (1.0, True):
        careful = stacked(bare, box.width * _ROOMY, _as_is)
        if not box.grows and careful.height <= box.room * _ROOMY:
            return True
        if stacked(paragraphs, box.width * _WIDTH, _as_is).height <= room:
            return False
    if found is not None:
        share, grid = found
        for content in box.contents:
            _set_smaller(content, share, grid, ruler)
    return False


def height_needed(box: Box, paragraphs: Sequence[Block]) -> float:
    """Times the height of a box that its text takes as it stands; 0 where nobody can say."""
    if not paragraphs or box.width <= 0 or box.room <= 0:
        return 0.0
    text = stacked(_without_tail(paragraphs), box.width * _WIDTH, _as_is).height
    return 0.0 if text <= box.room * _HEIGHT else (text + box.around) / box.height


def _without_tail(paragraphs: Sequence[Block]) -> list[Block]:
    """The paragraphs without the space at their end, and with next to nothing left of empty ones there."""
    out = list(paragraphs)
    last = _last_said(out)
    for number in range(last, len(out)):
        spacing = replace(out[number].spacing, after=0.0, auto_after=False)
        if number > last:
            spacing = replace(spacing, before=0.0, auto_before=False)
        each = out[number]
        if number > last and isinstance(each, Measured):
            each = replace(each, mark=(_NOTHING, each.mark[1]), line=_THIN / _TWIPS, rule="exact", pitch=0.0)
        out[number] = replace(each, spacing=spacing)
    return out


def _last_said(paragraphs: Sequence[Block]) -> int:
    """The place of the last paragraph with something in it; that of the last one where none has."""
    return max((n for n, each in enumerate(paragraphs) if not _is_empty(each)), default=len(paragraphs) - 1)


def _is_empty(paragraph: Block) -> bool:
    return not paragraph.text.strip() and not paragraph.spacing.listed


def _share(paragraphs: Sequence[Block], width: float, room: float) -> tuple[float, bool] | None:
    """The largest share of its size at which a text fits, and whether its lines stay on the page's grid.

    None where no size fits. A word that is cut because the box is narrower counts as not fitting while there is a
    size at which it is not cut.
    """
    if stacked(paragraphs, width, reduced(LEAST_SHARE), grid=False).height > room:
        return None
    found: tuple[float, bool] | None = None
    least: int | None = None
    for count in range(round((1 - LEAST_SHARE) / _STEP) + 1):
        share = 1 - count * _STEP
        for grid in (True, False):
            set_ = stacked(paragraphs, width, reduced(share), grid=grid)
            if set_.height <= room and (least is None or set_.torn < least):
                found, least = (share, grid), set_.torn
        if least == 0:
            return found
    return found


def reduced(share: float) -> Reduce:
    """The function that makes half-points smaller, none below the least size."""
    least = math.ceil(LEAST_POINTS * 2)

    def reduce(half_points: int) -> int:
        floor = max(least, math.ceil(half_points * LEAST_SHARE))
        return max(int(half_points * share + 1e-6), min(half_points, floor))

    return reduce


def _as_is(half_points: int) -> int:
    return half_points


# -- writing --------------------------------------------------------------------------------------------------------


def own_paragraphs(content: Any) -> Iterator[Any]:
    """The paragraphs of a box itself, none of a box that hangs on one of them."""
    for paragraph in content.iter(f"{W}p"):
        if next(paragraph.iterancestors(f"{W}txbxContent")) is content:
            yield paragraph


def _set_smaller(content: Any, share: float, grid: bool, ruler: Ruler) -> None:
    """Write down how the text of a box fits: smaller sizes, lines off the page's grid, no space behind its end."""
    measured = ruler.blocks(content) or []
    last = _last_said(measured)
    tail = [each.element for each in measured[last + 1 :]]
    end = [each.element for each in measured[last : last + 1] if each.spacing.after]
    for paragraph in list(own_paragraphs(content)):
        around = paragraph.find(f"{W}pPr")
        if around is None:
            around = paragraph.makeelement(f"{W}pPr")
            paragraph.insert(0, around)
        if paragraph in tail:
            spacing = _without_space(around, "before", "after")
            spacing.set(f"{W}line", str(_THIN))
            spacing.set(f"{W}lineRule", "exact")
            _write_size(_child(around, "rPr", _AFTER_MARK), _NOTHING, _NOTHING)
        elif share < 1:
            _shrink(paragraph, around, share, ruler)
        if paragraph in end:
            _without_space(around, "after")
        if paragraph in tail or not grid:
            _child(around, "snapToGrid", _AFTER_GRID).set(f"{W}val", "0")


def _without_space(around: Any, *sides: str) -> Any:
    """The w:spacing of a paragraph, which leaves no space on these sides any more."""
    spacing = _child(around, "spacing", _AFTER_GRID[1:])
    for side in sides:
        for name in (side, f"{side}Lines", f"{side}Autospacing"):
            spacing.set(f"{W}{name}", "0")
    return spacing


def _shrink(paragraph: Any, around: Any, share: float, ruler: Ruler) -> None:
    """Smaller type for the runs and the mark of a paragraph, and its lines as much nearer where they have a height."""
    reduce = reduced(share)
    inherited = ruler.spacing_of(paragraph)
    if inherited.get("lineRule") in ("exact", "atLeast") and inherited.get("line", "").isdigit():
        spacing = _child(around, "spacing", _AFTER_GRID[1:])
        spacing.set(f"{W}line", str(round(int(inherited["line"]) * share)))
        spacing.set(f"{W}lineRule", inherited["lineRule"])
    holders = [_child(around, "rPr", _AFTER_MARK)]
    for run in runs_of(paragraph):
        properties = run.find(f"{W}rPr")
        if properties is None:
            properties = run.makeelement(f"{W}rPr")
            run.insert(0, properties)
        holders.append(properties)
    for properties in holders:
        look = ruler.look(paragraph, properties)
        plain = look.half_points("sz") or look.size
        _write_size(properties, reduce(plain), reduce(look.half_points("szCs") or plain))


def _write_size(properties: Any, plain: int, complex_script: int) -> None:
    for name, size in (("sz", plain), ("szCs", complex_script)):
        element = properties.find(f"{W}{name}")
        if element is None:
            element = properties.makeelement(f"{W}{name}")
            properties.append(element)
        element.set(f"{W}val", str(size))
    properties[:] = sorted(properties, key=lambda e: _RANK.get(str(e.tag).removeprefix(W), len(_RANK)))


def _child(properties: Any, name: str, later: Iterable[str]) -> Any:
    """A child of w:pPr, made before those that have to stand behind it where there is none."""
    element = properties.find(f"{W}{name}")
    if element is None:
        element = properties.makeelement(f"{W}{name}")
        behind = {f"{W}{n}" for n in later}
        following = next((c for c in properties if c.tag in behind), None)
        if following is not None:
            following.addprevious(element)
        else:
            properties.append(element)
    return element


def _grow(content: Any) -> None:
    """Let the shape of a text be as high as the text needs it."""
    holder = content.getparent()
    if holder.tag == f"{V}textbox":
        style = [s for s in (holder.get("style") or "").split(";") if s and not s.startswith("mso-fit-shape-to-text")]
        holder.set("style", ";".join([*style, "mso-fit-shape-to-text:t"]))
        return
    body = holder.getparent().find(f"{_SHAPE}bodyPr") if holder.tag == f"{_SHAPE}txbx" else None
    if body is None:
        return
    for name in ("noAutofit", "normAutofit"):
        for element in body.findall(f"{A}{name}"):
            body.remove(element)
    if body.find(f"{A}spAutoFit") is None:
        place = 1 if body.find(f"{A}prstTxWarp") is not None else 0
        body.insert(place, body.makeelement(f"{A}spAutoFit"))


# -- boxes and where they are ---------------------------------------------------------------------------------------


def boxes_of(root: Any) -> Iterator[Box]:
    """The text boxes of a part in their order, each once with its twin for older programs."""
    for content in root.iter(f"{W}txbxContent"):
        twins = _twins(content)
        if twins is not None:
            yield _box(root, content, twins)


def _twins(content: Any) -> tuple[Any, ...] | None:
    """The same box in the other branches of its drawing; None where it is itself such a twin."""
    branches = (f"{MC}Choice", f"{MC}Fallback")
    branch = next((a for a in content.iterancestors(*branches)), None)
    if branch is None:
        return ()
    others = [b for b in branch.getparent() if b is not branch and b.tag in branches]
    mine = list(branch.iter(f"{W}txbxContent"))
    at = mine.index(content)
    paired = [(b, list(b.iter(f"{W}txbxContent"))) for b in others]
    if branch.tag == f"{MC}Fallback":
        return None if any(len(there) == len(mine) for _, there in paired) else ()
    return tuple(there[at] for _, there in paired if len(there) == len(mine))


def _box(root: Any, content: Any, twins: tuple[Any, ...]) -> Box:
    holder = content.getparent()
    contents = (content, *twins)
    unknown = Box(contents, 0, 0, 0, 0, False, None)
    if holder.tag == f"{_SHAPE}txbx":
        return _drawing(root, holder, contents) or unknown
    if holder.tag == f"{V}textbox":
        return _vml(root, holder, contents) or unknown
    return unknown


def _drawing(root: Any, holder: Any, contents: tuple[Any, ...]) -> Box | None:
    """A DrawingML box; None where its text runs on in another one, is turned, or does not break its lines."""
    shape = holder.getparent()
    body = shape.find(f"{_SHAPE}bodyPr")
    chained = holder.get("id") is not None and any(
        link.get("id") == holder.get("id") for link in root.iter(f"{_SHAPE}linkedTxbx")
    )
    size = shape.find(f"{_SHAPE}spPr/{A}xfrm/{A}ext")
    if body is None or chained or body.get("wrap") == "none" or body.get("vert", "horz") != "horz":
        return None
    anchor = next(shape.iterancestors(f"{WP}anchor", f"{WP}inline"), None)
    if size is None:
        size = anchor.find(f"{WP}extent") if anchor is not None else None
    if size is None:
        return None
    across, down = (_length(size.get(side) or "0") for side in ("cx", "cy"))
    grouped = False
    for group in shape.iterancestors(f"{_GROUP}wgp", f"{_GROUP}grpSp"):
        grouped = True
        frame = group.find(f"{_GROUP}grpSpPr/{A}xfrm")
        outer, inner = (frame.find(f"{A}{n}") if frame is not None else None for n in ("ext", "chExt"))
        if outer is not None and inner is not None:
            scale = [_length(outer.get(s) or "0") / (_length(inner.get(s) or "0") or 1) for s in ("cx", "cy")]
            across, down = across * scale[0], down * scale[1]
    inset = [_length(body.get(n) or str(d)) for n, d in zip(("lIns", "tIns", "rIns", "bIns"), _INSETS, strict=True)]
    form = shape.find(f"{_SHAPE}spPr/{A}prstGeom")
    return _sized(
        contents,
        (across, down),
        form.get("prst") or "rect" if form is not None else "rect",
        inset,
        grows=body.find(f"{A}spAutoFit") is not None,
        place=None if grouped or anchor is None else _anchored(anchor),
    )


_INSETS = (91_440, 45_720, 91_440, 45_720)
"""EMU from the edges of a shape to its text where nothing is said (ISO/IEC 29500-1, 21.1.2.1.1)."""


def _inside(form: str, across: float, down: float) -> tuple[float, float]:
    """The share of a shape's width and height that its text has, and what its corners take off each side.

    ISO/IEC 29500-1, presetShapeDefinitions: the text of an ellipse stands in the rectangle inside it, that of a
    diamond in the middle half, that of rounded corners beside their arcs.
    """
    if form in ("ellipse", "flowChartConnector"):
        return math.sqrt(0.5), 0.0
    if form in ("diamond", "flowChartDecision"):
        return 0.5, 0.0
    if form in ("roundRect", "flowChartAlternateProcess"):
        return 1.0, (1 - math.sqrt(0.5)) * min(across, down) / 6
    return 1.0, 0.0


def _anchored(anchor: Any) -> Place | None:
    """Where a drawing hangs; None for one that stands in a line, or is aligned instead of placed."""
    found = {}
    for name in ("positionH", "positionV"):
        position = anchor.find(f"{WP}{name}")
        offset = position.find(f"{WP}posOffset") if position is not None else None
        if offset is None or not (offset.text or "").strip().lstrip("-").isdigit():
            return None
        found[name] = (float(offset.text) / EMU, position.get("relativeFrom") or "")
    over = anchor.find(f"{WP}wrapNone") is not None and anchor.get("behindDoc") not in ("1", "true")
    return Place(found["positionH"][0], found["positionV"][0], found["positionH"][1], found["positionV"][1], over)


def _sized(
    contents: tuple[Any, ...],
    size: tuple[float, float],
    form: str,
    inset: list[float],
    *,
    grows: bool,
    place: Place | None,
) -> Box:
    """A box of this width and height; `inset` from the left, the top, the right and the bottom. All in points."""
    across, down = size
    share, corner = _inside(form, across, down)
    return Box(
        contents=contents,
        height=down,
        wide=across,
        width=across * share - 2 * corner - inset[0] - inset[2],
        room=down * share - 2 * corner - inset[1] - inset[3],
        grows=grows,
        place=place,
    )


def _vml(root: Any, holder: Any, contents: tuple[Any, ...]) -> Box | None:
    """A VML box; None where its text runs on in another one, is turned, or does not break its lines."""
    shape = holder.getparent()
    style, own = _css(shape), _css(holder)
    following = own.get("mso-next-textbox", "").lstrip("#")
    if following and following != shape.get("id") and any(s.get("id") == following for s in root.iter(shape.tag)):
        return None
    if "layout-flow" in own or style.get("mso-wrap-style") == "none" or own.get("mso-wrap-style") == "none":
        return None
    across, down = _vml_size(shape)
    if not across or not down:
        return None
    given = [part.strip() for part in (holder.get("inset") or "").split(",")]
    inset = [
        _length(given[n]) if n < len(given) and given[n] else _INSETS[n] / EMU
        for n in range(4)  # left, top, right, bottom
    ]
    form = {f"{V}oval": "ellipse", f"{V}roundrect": "roundRect"}.get(shape.tag, "rect")
    place = None
    if style.get("position") == "absolute" and shape.getparent().tag != f"{V}group":
        wrap = shape.find(f"{_VML_WORD}wrap")
        down_from = style.get("mso-position-vertical-relative", "text")
        across_from = style.get("mso-position-horizontal-relative", "text")
        place = Place(
            _length(style.get("margin-left", "0")),
            _length(style.get("margin-top", "0")),
            {"text": "column"}.get(across_from, across_from),
            {"text": "paragraph"}.get(down_from, down_from),
            (wrap is None or wrap.get("type") in (None, "none")) and not style.get("z-index", "").startswith("-"),
        )
    grows = own.get("mso-fit-shape-to-text") in ("t", "true")
    return _sized(contents, (across, down), form, inset, grows=grows, place=place)


def _css(element: Any) -> dict[str, str]:
    pairs = (part.partition(":") for part in (element.get("style") or "").split(";"))
    return {name.strip().lower(): value.strip() for name, _, value in pairs if name.strip()}


def _length(value: str) -> float:
    """Points; a number without a unit is in EMU (ISO/IEC 29500-1, 20.1.10.16; 29500-4, 19.1.2.22)."""
    found = re.fullmatch(r"(-?[\d.]+)([a-z]*)", value.strip())
    if found is None or found[1].count(".") > 1 or not found[1].strip("-."):
        return 0.0
    return float(found[1]) * _UNITS.get(found[2] or "emu", 0.0)


def _vml_size(shape: Any) -> tuple[float, float]:
    """Width and height in points; inside a group in the group's own units."""
    style, group = _css(shape), shape.getparent()
    sizes = (style.get("width", ""), style.get("height", ""))
    if group.tag != f"{V}group" or re.search("[a-z]", "".join(sizes)):
        return _length(sizes[0]), _length(sizes[1])
    units = [float(u) for u in (group.get("coordsize") or "").split(",") if re.fullmatch(r"\d+", u)]
    outer = _vml_size(group)
    if len(units) != 2 or not all(units) or not all(re.fullmatch(r"[\d.]+", s) for s in sizes):
        return 0.0, 0.0
    return float(sizes[0]) * outer[0] / units[0], float(sizes[1]) * outer[1] / units[1]


# -- what stands below ----------------------------------------------------------------------------------------------


def sheet_of(main: Any) -> Sheet:
    """The pages of a file's first section."""
    section = next(iter(main.iter(f"{W}sectPr")), None)

    def said(name: str, key: str, default: float) -> float:
        element = section.find(f"{W}{name}") if section is not None else None
        value = element.get(f"{W}{key}") if element is not None else None
        return float(value) if value and re.fullmatch(r"-?\d+(\.\d+)?", value) else default

    grid = section.find(f"{W}docGrid") if section is not None else None
    snaps = grid is not None and (grid.get(f"{W}type") or "default") != "default"
    return Sheet(
        width=said("pgSz", "w", 11906) / 20,
        height=said("pgSz", "h", 16838) / 20,
        left=said("pgMar", "left", 1440) / 20,
        right=said("pgMar", "right", 1440) / 20,
        top=said("pgMar", "top", 1440) / 20,
        columns=int(said("cols", "num", 1)),
        pitch=said("docGrid", "linePitch", 0) / 20 if snaps else 0.0,
    )


def _paragraph_of(box: Box) -> Any:
    """The paragraph that a box hangs on."""
    return next(box.contents[0].iterancestors(f"{W}p"), None)


def _pages(root: Any, boxes: Sequence[Box]) -> dict[Any, int]:
    """How many ends of pages stand before the paragraph of each box, as far as the file knows them."""
    wanted = {_paragraph_of(box) for box in boxes} - {None}
    out: dict[Any, int] = {}
    count = 0
    for element in root.iter(f"{W}p", f"{W}br", f"{W}lastRenderedPageBreak", f"{W}pageBreakBefore", f"{W}sectPr"):
        if element.tag == f"{W}p":
            if element in wanted:
                out[element] = count
        elif element.tag != f"{W}br" or element.get(f"{W}type") == "page":
            count += 1
    return out


def _free(
    box: Box, needed: float, boxes: Sequence[Box], pages: dict[Any, int], sheet: Sheet, ruler: Ruler
) -> float | None:
    """Points from the top of a box to the text below that it would cover at this height; None: it covers none.

    Text that it covers already is its author's wish. Only what the file itself says is known here: boxes that are
    measured from the same place, paragraphs behind the one that it hangs on, the edge of the page.
    """
    place, paragraph = box.place, _paragraph_of(box)
    if place is None or not place.over or paragraph is None:
        return None
    tops = []
    if place.down in ("page", "margin"):
        tops.append(sheet.height - (sheet.top if place.down == "margin" else 0.0) - place.y)
    for other in boxes:
        there = other.place
        if other is box or there is None or (there.down, there.across) != (place.down, place.across):
            continue
        if not any(t.text for t in other.contents[0].iter(f"{W}t")):
            continue
        home = _paragraph_of(other)
        near = pages.get(home) == pages.get(paragraph) if place.down in _PAGE_WIDE else home is paragraph
        if near and there.x < place.x + box.wide and place.x < there.x + other.wide:
            tops.append(there.y - place.y)
    if place.down in ("paragraph", "line"):
        tops += _flow(box, place, paragraph, needed, sheet, ruler)
    return min((top for top in tops if box.height - 1 <= top < needed), default=None)


def _flow(box: Box, place: Place, paragraph: Any, needed: float, sheet: Sheet, ruler: Ruler) -> Iterator[float]:
    """How far below the top of a box the texts of the following paragraphs begin that stand under it."""
    start = {"column": 0.0, "margin": 0.0, "character": None, "page": -sheet.left}.get(place.across)
    if start is None or sheet.columns > 1 or paragraph.getparent().tag not in (f"{W}body", f"{W}hdr", f"{W}ftr"):
        return
    left, right = start + place.x, start + place.x + box.wide
    column = sheet.width - sheet.left - sheet.right
    y = 0.0
    element = paragraph
    while element is not None and y - place.y < needed:
        if element.tag == f"{W}tbl":
            yield y - place.y
            return
        if element.tag == f"{W}p":
            measured = ruler.paragraph(element, sheet.pitch)
            if measured is None:
                return
            set_ = measured.measure(column, _as_is)
            y += measured.spacing.before
            begin = {"center": (column - set_.widest) / 2, "right": column - set_.widest}.get(
                _align(element), measured.left
            )
            if measured.text.strip() and begin < right and left < begin + set_.widest - measured.left:
                yield y - place.y
            y += set_.height + measured.spacing.after
        element = element.getnext()


def _align(paragraph: Any) -> str:
    element = paragraph.find(f"{W}pPr/{W}jc")
    value = (element.get(f"{W}val") or "") if element is not None else ""
    return {"end": "right"}.get(value, value)


__all__ = [
    "LEAST_POINTS",
    "LEAST_SHARE",
    "Box",
    "boxes_of",
    "fit_boxes",
    "height_needed",
    "own_paragraphs",
    "reduced",
    "sheet_of",
]
