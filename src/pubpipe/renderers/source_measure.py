"""How wide and how high a paragraph of a Word file is once it is set in our fonts.

Letters are shaped by HarfBuzz in the very font that their run names, lines end where ICU lets them end, sizes and
spacing are those of the styles: what LibreOffice and Word do, as far as it decides how many lines a text has.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

from pubpipe.languages import LanguageProfile
from pubpipe.renderers.fonts import FontSet
from pubpipe.word import W, WordFile
from pubpipe.word.package import MC, WP, is_on, value_of

EMU = 12_700
"""English Metric Units in a point (ISO/IEC 29500-1, 20.1.2.1)."""
_TWIPS = 20
_SIZE = 20
"""Half-points of type where no style says a size (ISO/IEC 29500-1, 17.3.2.38)."""
_AUTO_SPACE = 14.0
"""Points before and after a paragraph with automatic spacing, as browsers set it (ISO/IEC 29500-1, 17.3.1.33)."""
_TAB = 36.0
_CELL_SIDE = 5.4
"""Points between the side of a cell and its text where no table says another (ISO/IEC 29500-1, 17.4.42)."""
_OBJECT = "\ufffc"
_NOTE_MARKS = frozenset(f"{W}{name}" for name in ("footnoteReference", "endnoteReference", "footnoteRef", "pgNum"))

Reduce = Callable[[int], int]
"""Half-points that the file says to half-points that the page has."""


class Measure(NamedTuple):
    """What a text takes."""

    height: float
    """Points."""
    torn: int
    """Words that are wider than the line."""
    widest: float
    """Points of the longest line."""


@dataclass(frozen=True)
class Spacing:
    """Points around a paragraph and between its lines."""

    before: float
    after: float
    auto_before: bool
    auto_after: bool
    style: str
    contextual: bool
    listed: bool


@dataclass(frozen=True)
class Measured:
    """A paragraph whose letters are shaped: asked for its height as often as sizes are tried."""

    element: Any
    text: str
    advances: tuple[float, ...]
    """Width of each character in em; a cluster's stands at its first one."""
    sizes: tuple[int, ...]
    """Half-points of each character."""
    lines: tuple[float, ...]
    """Height of a line of each character's font, in em."""
    fixed: tuple[float, ...]
    """Points that each character takes whatever its size."""
    high: tuple[float, ...]
    """Points that an object in the place of a character is high."""
    ends: tuple[int, ...]
    """Where a line may end."""
    mark: tuple[int, float]
    """Half-points and line height in em of the paragraph's own mark: those of a line without letters."""
    left: float
    right: float
    first: float
    line: float
    """Times the height of the letters, or points, as `rule` says."""
    rule: str
    pitch: float
    """Points of the page's grid of lines; 0: none."""
    spacing: Spacing

    def measure(self, width: float, reduce: Reduce, *, grid: bool = True) -> Measure:
        """What the paragraph takes between margins that are `width` points apart, its own spacing left out."""
        room = max(1.0, width - self.left - self.right)
        at = self.first
        widest, torn, height = 0.0, 0, 0.0
        tallest = 0.0
        empty = True

        def close() -> None:
            nonlocal height, tallest, at, empty, widest
            size, em = self.mark
            height += self._line(tallest if not empty else em * reduce(size) / 2, reduce, grid)
            tallest, at, empty = 0.0, 0.0, True

        start = 0
        for end in self.ends:
            widths = [self._width(place, reduce) for place in range(start, end)]
            text = self.text[start:end]
            seen = len(text.rstrip(" \t\n\r\u3000\u200b"))
            wide = sum(widths[:seen])
            if not empty and at + wide > room:
                close()
            if wide > room and seen > 1:
                torn += 1
                for place in range(start, start + seen):
                    if not empty and at + widths[place - start] > room:
                        close()
                    at += widths[place - start]
                    tallest, empty = max(tallest, self._tall(place, reduce)), False
                    widest = max(widest, at)
                at += sum(widths[seen:])
            else:
                widest = max(widest, at + wide)
                for place in range(start, end):
                    if self.text[place] == "\t":
                        at = (math.floor((self.left + at) / _TAB) + 1) * _TAB - self.left
                    else:
                        at += widths[place - start]
                    if self.text[place] != "\n":
                        tallest, empty = max(tallest, self._tall(place, reduce)), False
            if text.endswith("\n"):
                close()
            start = end
        if not empty or not self.text or self.text.endswith("\n"):
            close()
        return Measure(height, torn, self.left + widest)

    def _width(self, place: int, reduce: Reduce) -> float:
        return self.advances[place] * reduce(self.sizes[place]) / 2 + self.fixed[place]

    def _tall(self, place: int, reduce: Reduce) -> float:
        return max(self.lines[place] * reduce(self.sizes[place]) / 2, self.high[place])

    def _line(self, natural: float, reduce: Reduce, grid: bool) -> float:
        if self.rule == "auto":
            snapped = math.ceil(natural / self.pitch - 0.01) * self.pitch if grid and self.pitch else natural
            return snapped * self.line
        if self.rule == "exact":
            return self.line
        least = self.line * reduce(1000) / 1000
        return max(natural, least)


class Row(NamedTuple):
    """A row of a table."""

    least: float
    """Points that it is high at the least."""
    cells: tuple[tuple[float, tuple[Block, ...]], ...]
    """Of each cell the points that a line may have, and what stands in it."""
    margins: float
    """Points above and below the text of its cells."""


@dataclass(frozen=True)
class MeasuredTable:
    """A table whose letters are shaped; its columns keep their width."""

    element: Any
    rows: tuple[Row, ...]
    spacing: Spacing

    @property
    def text(self) -> str:
        """No empty paragraph."""
        return _OBJECT

    def measure(self, width: float, reduce: Reduce, *, grid: bool = True) -> Measure:
        """What the table takes: of each row the highest cell."""
        height, torn = 0.0, 0
        for row in self.rows:
            cells = [stacked(inner, across, reduce, grid=grid) for across, inner in row.cells]
            height += max([row.least, *(cell.height + row.margins for cell in cells)])
            torn += sum(cell.torn for cell in cells)
        return Measure(height, torn, width)


Block: TypeAlias = Measured | MeasuredTable
"""What stands in a text box, one below the other."""


def stacked(paragraphs: Iterable[Block], width: float, reduce: Reduce, *, grid: bool = True) -> Measure:
    """What paragraphs take one below the other: the larger of two spacings stands between them, as Word does it."""
    height, torn, widest = 0.0, 0, 0.0
    previous: Spacing | None = None
    for each in paragraphs:
        measure = each.measure(width, reduce, grid=grid)
        here = each.spacing
        if previous is None:
            height += 0.0 if here.auto_before else here.before
        else:
            height += _between(previous, here)
        height, torn, widest = height + measure.height, torn + measure.torn, max(widest, measure.widest)
        previous = here
    if previous is not None and not previous.auto_after:
        height += previous.after
    return Measure(height, torn, widest)


def _between(one: Spacing, other: Spacing) -> float:
    same = one.style == other.style
    in_list = one.listed and other.listed
    after = 0.0 if (one.contextual and same) or (one.auto_after and in_list) else one.after
    before = 0.0 if (other.contextual and same) or (other.auto_before and in_list) else other.before
    return max(after, before)


class Ruler:
    """Shapes the paragraphs of one Word file; keeps what it knows of styles, lists and fonts."""

    def __init__(self, word: WordFile, profile: LanguageProfile, fonts: FontSet) -> None:
        self.profile = profile
        main = word.main()
        self._empty = word.xml(main).makeelement(f"{W}p")
        self._styles: dict[str, Any] = {}
        self._default = ""
        self._defaults: Any = None
        for part in word.related(main, "styles"):
            root = word.xml(part)
            self._defaults = root.find(f"{W}docDefaults")
            for style in root.iter(f"{W}style"):
                key = style.get(f"{W}styleId") or ""
                self._styles[key] = style
                if style.get(f"{W}type") == "paragraph" and style.get(f"{W}default") in ("1", "true", "on"):
                    self._default = key
        self._levels: dict[tuple[str, str], Any] = {}
        for part in word.related(main, "numbering"):
            self._read_lists(word.xml(part))
        self._files = {(f.family, f.style): str(f.path) for f in fonts.files}
        self._fonts: dict[tuple[str, bool, bool], Any] = {}
        self._shaped: dict[tuple[str, bool, bool, str], tuple[float, ...]] = {}
        self._looks: dict[tuple[str, str], dict[str, Any]] = {}

    def _read_lists(self, root: Any) -> None:
        abstract = {a.get(f"{W}abstractNumId"): a for a in root.iter(f"{W}abstractNum")}
        for number in root.iter(f"{W}num"):
            of = abstract.get(value_of(number, f"{W}abstractNumId"))
            levels = [*(of.iter(f"{W}lvl") if of is not None else ()), *number.iter(f"{W}lvl")]
            for level in levels:
                self._levels[number.get(f"{W}numId") or "", level.get(f"{W}ilvl") or "0"] = level

    def blocks(self, content: Any, pitch: float = 0.0) -> list[Block] | None:
        """What stands in a text box, shaped; None where something stands in it that nobody can measure."""
        out: list[Block] = []
        for child in content:
            if child.tag == f"{W}p":
                measured = self.paragraph(child, pitch)
                if measured is None:
                    return None
                out.append(measured)
            elif child.tag in (f"{W}sdt", f"{W}sdtContent", f"{W}customXml"):
                inner = child.find(f"{W}sdtContent") if child.tag == f"{W}sdt" else child
                found = self.blocks(inner, pitch) if inner is not None else []
                if found is None:
                    return None
                out += found
            elif child.tag == f"{W}tbl":
                table = self._table(child, pitch)
                if table is None:
                    return None
                out.append(table)
        return out

    def _table(self, element: Any, pitch: float) -> MeasuredTable | None:
        """A table, shaped; None where a cell has no width, or something in it that nobody can measure."""
        columns = [_number(c.get(f"{W}w"), 0) / _TWIPS for c in element.iterfind(f"{W}tblGrid/{W}gridCol")]
        margins = element.find(f"{W}tblPr/{W}tblCellMar")

        def margin(*names: str) -> float:
            said = [margins.find(f"{W}{n}") for n in names] if margins is not None else []
            found = next((_number(e.get(f"{W}w"), 0) / _TWIPS for e in said if e is not None), None)
            return found if found is not None else _CELL_SIDE * (names[0] in ("left", "right"))

        sides, ends = margin("left", "start") + margin("right", "end"), margin("top") + margin("bottom")
        rows = []
        for row in element.iterfind(f"{W}tr"):
            at, cells = 0, []
            for cell in row.iterfind(f"{W}tc"):
                across = max(1, round(_number(value_of(cell, f"{W}tcPr/{W}gridSpan"), 1)))
                inner = self.blocks(cell, pitch)
                wide = sum(columns[at : at + across])
                at += across
                if inner is None or wide <= sides:
                    return None
                cells.append((wide - sides, tuple(inner)))
            height = row.find(f"{W}trPr/{W}trHeight")
            least = _number(height.get(f"{W}val"), 0) / _TWIPS if height is not None else 0.0
            rows.append(Row(least, tuple(cells), ends))
        nothing = Spacing(0.0, 0.0, False, False, "", False, False)
        return MeasuredTable(element, tuple(rows), nothing)

    def paragraph(self, element: Any, pitch: float = 0.0) -> Measured | None:
        """One paragraph, shaped; None where it has a page break or an object of unknown size."""
        text: list[str] = []
        advances: list[float] = []
        sizes: list[int] = []
        lines: list[float] = []
        fixed: list[float] = []
        high: list[float] = []
        for run in runs_of(element):
            look = self.look(element, run.find(f"{W}rPr"))
            if look.on("vanish"):
                continue
            for piece, width, height in _pieces(run):
                if piece is None:
                    return None
                said = piece.upper() if look.on("caps") or look.on("smallCaps") else piece
                text.append(said)
                advances += self._advances(look, said) if width is None else [0.0]
                sizes += [look.size] * len(said)
                lines += [self.line_of(look)] * len(said)
                fixed += [look.extra if width is None else width] * len(said)
                high += [height] * len(said)
        whole = "".join(text)
        mark = self.look(element, element.find(f"{W}pPr/{W}rPr"))
        return Measured(
            element=element,
            text=whole,
            advances=tuple(advances),
            sizes=tuple(sizes),
            lines=tuple(lines),
            fixed=tuple(fixed),
            high=tuple(high),
            ends=tuple(self._ends(whole)),
            mark=(mark.size, self.line_of(mark)),
            **self._around(element, pitch),
        )

    def _ends(self, text: str) -> Iterator[int]:
        from icu4py.breakers import LineBreaker

        place = 0
        for piece in LineBreaker(text, self.profile.locale) if text else ():
            place += len(piece)
            yield place

    # looks

    def look(self, paragraph: Any, properties: Any) -> Look:
        """The size, weight and font that a run with these properties has in its paragraph."""
        named = value_of(properties, f"{W}rStyle") if properties is not None else ""
        style = self.style_of(paragraph)
        key = (style, named)
        if key not in self._looks:
            known: dict[str, Any] = {}
            default = self._defaults.find(f"{W}rPrDefault/{W}rPr") if self._defaults is not None else None
            for each in (default, *(s.find(f"{W}rPr") for s in (*self._chain(style), *self._chain(named)))):
                known.update({c.tag: c for c in each if isinstance(c.tag, str)} if each is not None else {})
            self._looks[key] = known
        merged = dict(self._looks[key])
        own = {c.tag: c for c in properties if isinstance(c.tag, str)} if properties is not None else {}
        merged.update(own)
        return Look(merged, own, self.profile.fonts[0])

    def body(self) -> Look:
        """What a run without any properties has in a paragraph without any."""
        return self.look(self._empty, None)

    def style_of(self, paragraph: Any) -> str:
        return value_of(paragraph, f"{W}pPr/{W}pStyle") or self._default

    def _chain(self, key: str) -> list[Any]:
        """A style and those that it is based on, the most general first."""
        out: list[Any] = []
        while key in self._styles and self._styles[key] not in out:
            out.append(self._styles[key])
            key = value_of(self._styles[key], f"{W}basedOn")
        return out[::-1]

    def _around(self, element: Any, pitch: float) -> dict[str, Any]:
        own = element.find(f"{W}pPr")
        chain = [s.find(f"{W}pPr") for s in self._chain(self.style_of(element))]
        default = self._defaults.find(f"{W}pPrDefault/{W}pPr") if self._defaults is not None else None
        level, direct = self._level(own, chain)
        numbered = level.find(f"{W}pPr") if level is not None else None
        order = [default, *chain, numbered, own] if direct else [default, numbered, *chain, own]
        spacing = _attributes(order, "spacing")
        indent = _attributes(order, "ind")
        flags = {
            name: next((on for p in reversed(order) if (on := is_on(p, name)) is not None), None)
            for name in ("contextualSpacing", "snapToGrid")
        }
        rule = spacing.get("lineRule", "auto")
        line = _number(spacing.get("line"), 240)
        left = _number(indent.get("left") or indent.get("start"), 0) / _TWIPS
        hanging = _number(indent.get("hanging"), 0) / _TWIPS
        first = -hanging if hanging else _number(indent.get("firstLine"), 0) / _TWIPS
        if level is not None:
            first = 0.0 if hanging else first + _TAB / 2
        auto = {side: spacing.get(f"{side}Autospacing") in ("1", "true", "on") for side in ("before", "after")}
        room = {
            side: _AUTO_SPACE
            if auto[side]
            else _number(spacing.get(f"{side}Lines"), 0) / 100 * (pitch or 12.0)
            or _number(spacing.get(side), 0) / _TWIPS
            for side in ("before", "after")
        }
        return {
            "left": left,
            "right": _number(indent.get("right") or indent.get("end"), 0) / _TWIPS,
            "first": first,
            "line": line / 240 if rule == "auto" else line / _TWIPS,
            "rule": rule,
            "pitch": 0.0 if flags["snapToGrid"] is False else pitch,
            "spacing": Spacing(
                before=room["before"],
                after=room["after"],
                auto_before=auto["before"],
                auto_after=auto["after"],
                style=self.style_of(element),
                contextual=bool(flags["contextualSpacing"]),
                listed=level is not None,
            ),
        }

    def spacing_of(self, element: Any) -> dict[str, str]:
        """The attributes of w:spacing that a paragraph has from its styles and itself, without their prefix."""
        default = self._defaults.find(f"{W}pPrDefault/{W}pPr") if self._defaults is not None else None
        chain = [s.find(f"{W}pPr") for s in self._chain(self.style_of(element))]
        return _attributes([default, *chain, element.find(f"{W}pPr")], "spacing")

    def _level(self, own: Any, chain: list[Any]) -> tuple[Any, bool]:
        """The level of a list that a paragraph is an item of, and whether the paragraph itself says so."""
        for properties in (own, *reversed(chain)):
            number = properties.find(f"{W}numPr") if properties is not None else None
            if number is not None and (named := value_of(number, f"{W}numId")):
                return self._levels.get((named, value_of(number, f"{W}ilvl") or "0")), properties is own
        return None, False

    # fonts

    def _font(self, look: Look) -> Any:
        """The font of a look, in em of 1: its HarfBuzz font with the weight set, and its units."""
        import uharfbuzz

        family = look.family if (look.family, "normal") in self._files else self.profile.fonts[0]
        slanted = look.on("i") and (family, "italic") in self._files
        key = (family, look.bold, slanted)
        if key not in self._fonts:
            face = uharfbuzz.Face(uharfbuzz.Blob.from_file_path(self._files[family, "italic" if slanted else "normal"]))
            font = uharfbuzz.Font(face)
            if look.bold and any(axis.tag == "wght" for axis in face.axis_infos):
                font.set_variations({"wght": 700.0})
            self._fonts[key] = (font, face.upem, key)
        return self._fonts[key]

    def line_of(self, look: Look) -> float:
        """Em from line to line that the font of a look asks for."""
        font, units, _ = self._font(look)
        extents = font.get_font_extents("ltr")
        height: int = extents.ascender - extents.descender + extents.line_gap
        return float(height / units)

    def _advances(self, look: Look, text: str) -> tuple[float, ...]:
        import uharfbuzz

        font, units, key = self._font(look)
        known = (*key, text)
        if known not in self._shaped:
            buffer = uharfbuzz.Buffer()
            buffer.add_str(text)
            buffer.guess_segment_properties()
            uharfbuzz.shape(font, buffer, {})
            out = [0.0] * len(text)
            for info, position in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
                out[info.cluster] += position.x_advance / units
            for place, character in enumerate(text):
                if character in "\n\t":
                    out[place] = 0.0
            self._shaped[known] = tuple(out)
        return self._shaped[known]


class Look:
    """What the properties of a run come to, with those of its styles."""

    def __init__(self, properties: dict[Any, Any], own: dict[Any, Any], family: str) -> None:
        self._properties = properties
        script = self._on(own, "cs") or self._on(own, "rtl")
        self.bold = self.on("bCs" if script else "b")
        size = self.half_points("szCs" if script else "sz")
        self.size = size or self.half_points("sz") or _SIZE
        self.extra = _number(self._value("spacing"), 0) / _TWIPS
        fonts = properties.get(f"{W}rFonts")
        hint = fonts.get(f"{W}hint") if fonts is not None else None
        slot = "cs" if script else "eastAsia" if hint == "eastAsia" else "ascii"
        self.family = (fonts.get(f"{W}{slot}") if fonts is not None else None) or family

    def on(self, name: str) -> bool:
        return self._on(self._properties, name)

    @staticmethod
    def _on(properties: dict[Any, Any], name: str) -> bool:
        element = properties.get(f"{W}{name}")
        return element is not None and element.get(f"{W}val") not in ("0", "false", "off", "none")

    def _value(self, name: str) -> str | None:
        element = self._properties.get(f"{W}{name}")
        return element.get(f"{W}val") if element is not None else None

    def half_points(self, name: str) -> int:
        """Of `sz` or `szCs`; 0 where nothing says it."""
        return round(_number(self._value(name), 0))


def runs_of(paragraph: Any) -> Iterator[Any]:
    """The runs of a paragraph itself, none of a text box that hangs on it."""
    for run in paragraph.iter(f"{W}r"):
        if next(run.iterancestors(f"{W}p")) is paragraph:
            yield run


def _pieces(run: Any) -> Iterator[tuple[str | None, float | None, float]]:
    """What stands in a run: (text, None, 0) or (the sign of an object, its width, its height) in points."""
    for child in run:
        tag = child.tag
        if tag == f"{W}t" and child.text:
            yield child.text, None, 0.0
        elif tag == f"{W}tab":
            yield "\t", 0.0, 0.0
        elif tag in (f"{W}br", f"{W}cr"):
            kind = child.get(f"{W}type") or "textWrapping"
            yield ("\n" if kind == "textWrapping" else None), 0.0, 0.0
        elif tag == f"{W}noBreakHyphen":
            yield "-", None, 0.0
        elif tag == f"{W}sym":
            yield "M", None, 0.0
        elif tag in _NOTE_MARKS:
            yield "0", None, 0.0
        elif tag in (f"{W}drawing", f"{MC}AlternateContent", f"{W}object", f"{W}pict"):
            inline = next(child.iter(f"{WP}inline"), None)
            extent = inline.find(f"{WP}extent") if inline is not None else None
            if extent is not None:
                yield _OBJECT, _number(extent.get("cx"), 0) / EMU, _number(extent.get("cy"), 0) / EMU
            elif next(child.iter(f"{WP}anchor"), None) is None:
                yield None, 0.0, 0.0


def _attributes(properties: Iterable[Any], name: str) -> dict[str, str]:
    """The attributes of an element that several levels say in part, the last one first heard."""
    out: dict[str, str] = {}
    for each in properties:
        element = each.find(f"{W}{name}") if each is not None else None
        if element is not None:
            out.update({str(k).removeprefix(W): str(v) for k, v in element.attrib.items()})
    return out


def _number(value: str | None, default: float) -> float:
    return float(value) if value and re.fullmatch(r"-?\d{1,9}(\.\d{1,9})?", value) else default


__all__ = ["EMU", "Block", "Look", "Measure", "Measured", "Reduce", "Ruler", "Spacing", "runs_of", "stacked"]
