"""The words of charts and diagrams (SmartArt): what is translated in them, and each spot of the file that says it.

A chart says its words as paragraphs of DrawingML (titles, labels, boxes drawn on it) and as copies of cells of an
embedded workbook (names of series and categories); a diagram says them in its data and once more in the drawing
that programs show. The numbers of a chart are no words and stay what they are.
"""

from __future__ import annotations

import copy
import itertools
import posixpath
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from pubpipe.identity import content_hash
from pubpipe.model import Content, Inline, Placeholder, Role, Severity, TagClose, TagKind, TagOpen, Text, quoted, tidy
from pubpipe.word.datasheet import Cell, DataSheet
from pubpipe.word.package import MC, SYMBOL_FONTS, A, R, Value, WordFile, near
from pubpipe.word.paragraph import LETTER, clean

_LIVE_FIELD = re.compile(
    r"CELLRANGE|SERIESNAME|CATEGORYNAME|VALUE|XVALUE|YVALUE|BUBBLESIZE|PERCENTAGE|slidenum|datetime.*"
)
"""Fields of a label that the program fills: their words are those of the chart, or numbers."""
_UNSEEN = {"lang", "altLang", "dirty", "err", "smtClean", "smtId", "bmk", "noProof", "kern", "normalizeH", "kumimoji"}
_UNSEEN_CHILDREN = {"latin", "ea", "cs", "sym", "rtl", "extLst"}
"""Properties of a run that a reader does not see, or that the new script decides."""
_NESTING: tuple[TagKind, ...] = ("strong", "emphasis", "underline", "strike", "superscript", "subscript")
_DRAWING = "{http://schemas.microsoft.com/office/drawing/2008/diagram}"
_NUMBERS = ("}numCache", "}numLit", "}numDim")
_FORMAT_WORDS = re.compile(r'"([^"]*[^\W\d_]{2,}[^"]*)"')
"""Words in the format of a number ("#,##0 "workers""), ISO/IEC 29500-1, 18.8.31."""


@dataclass(eq=False)
class Cached:
    """A name that a chart copied from a cell, or that stands in no cell."""

    element: Any
    cell: tuple[DataSheet, Cell] | None = None

    def write(self, text: str) -> None:
        """Put the translation into the chart and into the workbook behind it."""
        self.element.text = text
        if self.cell is not None:
            sheet, cell = self.cell
            sheet.say(cell, text)


Format = tuple[tuple[str, str], ...]
"""What a reader sees of a run's properties: (name, value), sorted."""


@dataclass(eq=False)
class DrawnTag:
    """An inline tag of a paragraph and the properties that it changes: None where only the text around has one."""

    open: TagOpen
    attributes: dict[str, str | None]
    children: dict[str, Any]


class DrawnParagraph:
    """An a:p taken apart: its translatable content, and how the runs of a translation look."""

    def __init__(self, element: Any) -> None:
        self.element = element
        self.base_properties: Any = None
        self.tags: list[DrawnTag] = []
        self.objects: list[tuple[Placeholder, Any]] = []
        """What stands in the text without being text, with the element that it is."""
        self.texts: list[Any] = []
        """The elements whose text the content has."""
        self.content: Content = ()
        tokens = self._trimmed(list(self._tokens()))
        if any(LETTER.search(text) for kind, _, text, _ in tokens if kind == "text"):
            self._build(tokens)

    def _tokens(self) -> Iterator[tuple[str, Any, str, Any]]:
        """(kind, element, text, its properties) of each piece in order."""
        for child in self.element:
            name = _local(child)
            properties = child.find(f"{A}rPr") if name else None
            text = "".join(t.text or "" for t in child.iterfind(f"{A}t"))
            live = name == "fld" and _LIVE_FIELD.fullmatch(child.get("type") or "")
            if name == "r" and _pictured(properties) and text.strip():
                yield "symbol", child, "", None
            elif name == "r" or (name == "fld" and not live):
                self.texts += child.iterfind(f"{A}t")
                for part in re.findall(r"\s+|\S+(?:\s+\S+)*", clean(text)):
                    yield "text", child, part, properties
            elif name == "br":
                yield "break", child, "", properties
            elif name == "fld":
                yield f"field {child.get('type')}", child, "", properties
            elif name not in ("pPr", "endParaRPr", ""):
                yield "drawing", child, "", None

    @staticmethod
    def _trimmed(tokens: list[tuple[str, Any, str, Any]]) -> list[tuple[str, Any, str, Any]]:
        """Without white space at the edges."""
        while tokens and tokens[0][0] == "text" and not tokens[0][2].strip():
            tokens.pop(0)
        while tokens and tokens[-1][0] == "text" and not tokens[-1][2].strip():
            tokens.pop()
        return tokens

    def _build(self, tokens: list[tuple[str, Any, str, Any]]) -> None:
        looks = [_seen(properties) for _, _, _, properties in tokens]
        sizes = Counter[Format]()
        for (kind, _, text, _), look in zip(tokens, looks, strict=True):
            if kind == "text" and text.strip():
                sizes[look] += len(text)
        quiet = [look for look in sizes if not any(_kind_of(name, value) for name, value in look)]
        base = max(quiet or sizes, key=lambda look: (sizes[look], look))  # without emphasis, where any text has none
        self.base_properties = next(
            p for (kind, _, text, p), look in zip(tokens, looks, strict=True) if look == base and text.strip()
        )
        wanted = [_kinds(base, look) for look in looks]
        for place, (kind, _, text, _) in enumerate(tokens):
            if kind != "text" or not text.strip():  # what shows no letters looks like what stands around it
                before = wanted[place - 1] if place else []
                after = next((w for t, w in zip(tokens[place:], wanted[place:], strict=True) if t[2].strip()), [])
                wanted[place] = before if before == after else []
        numbers = itertools.count(1)
        items: list[Inline] = []
        stack: list[tuple[tuple[TagKind, str], int]] = []
        for (kind, element, text, properties), look, kinds in zip(tokens, looks, wanted, strict=True):
            keep = 0
            while keep < min(len(stack), len(kinds)) and stack[keep][0] == kinds[keep]:
                keep += 1
            items += [TagClose(id=number) for _, number in reversed(stack[keep:])]
            del stack[keep:]
            for kind_, title in kinds[keep:]:
                opened = TagOpen(id=next(numbers), kind=kind_, title=title or None)
                self.tags.append(_tag(opened, base, look, properties))
                stack.append(((kind_, title), opened.id))
                items.append(opened)
            if kind == "text":
                items.append(Text(text=text))
            elif kind == "break":
                items.append(Placeholder(id=next(numbers), kind="break"))
            else:
                holder = Placeholder(id=next(numbers), kind="raw", ref=kind)
                self.objects.append((holder, element))
                items.append(holder)
        items += [TagClose(id=number) for _, number in reversed(stack)]
        self.content = tidy(items)

    def properties(self) -> Any:
        """New a:rPr with what most of the text looks like."""
        if self.base_properties is not None:
            return copy.deepcopy(self.base_properties)
        return self.element.makeelement(f"{A}rPr")


@dataclass(eq=False)
class DrawnText:
    """A text of a chart or diagram with every spot that says it."""

    role: Role
    content: Content
    spots: list[DrawnParagraph | Cached | Value]


@dataclass
class Drawn:
    """All that was found in the charts and diagrams of a file."""

    texts: list[DrawnText] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    """The parts with letters in them: charts, what is drawn on them, the data of diagrams and their drawings."""
    sheets: list[DataSheet] = field(default_factory=list)
    findings: list[tuple[str, Severity, str]] = field(default_factory=list)
    """(check, severity, message) of what stays English or is lost."""


def read_drawn(word: WordFile, stories: Iterable[str]) -> Drawn:
    """The words of all charts and diagrams that the pages of these parts show, in their order."""
    drawn = Drawn()
    for part in stories:
        relations = word.relationships(part)
        for data in word.xml(part).iter(f"{A}graphicData"):
            kind = (data.get("uri") or "").rsplit("/", 1)[-1]
            if kind not in ("chart", "diagram") or any(a.tag == f"{MC}Fallback" for a in data.iterancestors()):
                continue
            targets = [
                relations[value][1]
                for child in data.iter()
                for key, value in child.attrib.items()
                if value in relations and key == (f"{R}dm" if kind == "diagram" else f"{R}id")
            ]
            for target in targets:
                if target in word.parts and target not in drawn.parts and target.endswith(".xml"):
                    one = _Chart(word, drawn, near(data)) if kind == "chart" else _Diagram(word, drawn, near(data))
                    one.read(target, part)
    return drawn


def drawn_texts(drawn: Drawn) -> Iterator[str]:
    """The words that charts and diagrams show, a space for each field between them, as often as they stand there."""
    for text in drawn.texts:
        for spot in text.spots:
            if not isinstance(spot, Value):
                yield "".join(
                    item.text if isinstance(item, Text) else " " * isinstance(item, Placeholder)
                    for item in text.content
                )


def drawn_characters(root: Any) -> set[str]:
    """Every character of a chart or diagram, those of its numbers and their formats too; none of another part."""
    out: set[str] = set()
    if _local(root) in ("chartSpace", "userShapes", "dataModel") or root.tag == f"{_DRAWING}drawing":
        for element in root.iter("{*}t", "{*}v", "{*}name", "{*}formatCode", "{*}numFmt", "{*}separator"):
            out.update(element.text or "", element.get("formatCode") or "")
    return out


class _Drawing:
    """One chart or diagram."""

    check = "chart"
    what = "chart"

    def __init__(self, word: WordFile, drawn: Drawn, where: str) -> None:
        self.word = word
        self.drawn = drawn
        self.where = where
        self.known: dict[str, DrawnText] = {}
        """Content hash to the text that says it: what is said twice in a chart is translated once."""
        self.done: set[Any] = set()
        """Elements whose words are taken care of."""

    def find(self, severity: Severity, message: str) -> None:
        self.drawn.findings.append((self.check, severity, message))

    def add(self, role: Role, content: Content, spot: DrawnParagraph | Cached | Value) -> None:
        key = content_hash(content)
        if key in self.known:
            self.known[key].spots.append(spot)
            return
        made = self.known[key] = DrawnText(role, content, [spot])
        self.drawn.texts.append(made)

    def paragraphs(self, root: Any, role: Role) -> None:
        for element in root.iter(f"{A}p"):
            self.paragraph(element, role)

    def paragraph(self, element: Any, role: Role) -> None:
        texts = list(element.iter(f"{A}t"))
        if texts and self.done.issuperset(texts):
            return
        self.done.update(texts)
        paragraph = DrawnParagraph(element)
        if paragraph.content:
            self.add(role, paragraph.content, paragraph)

    def descriptions(self, root: Any) -> None:
        for element in root.iter("{*}cNvPr"):
            for name in ("title", "descr"):
                text = clean(element.get(name) or "").strip()
                if LETTER.search(text):
                    self.add("alt", (Text(text=text),), Value(element, name))

    def left(self, parts: Sequence[str]) -> None:
        """Name the words that are none of the known kinds."""
        lost = []
        for part in parts:
            for element in self.word.xml(part).iter():
                if (
                    _local(element) in ("t", "pt", "v")
                    and element not in self.done
                    and LETTER.search(element.text or "")
                    and not any(str(a.tag).endswith(_NUMBERS) for a in element.iterancestors())
                ):
                    lost.append(" ".join((element.text or "").split()))
        if lost:
            said = ", ".join(quoted(t, 40) for t in list(dict.fromkeys(lost))[:3])
            self.find("block", f"words of a {self.what} stay English: {said} {self.where}; translate them in Word")


class _Chart(_Drawing):
    def read(self, part: str, _: str) -> None:
        self.part = part
        drawn = [
            t for k, t, out in self.word.relationships(part).values() if k.endswith("/chartUserShapes") and not out
        ]
        parts = [part, *(p for p in drawn if p in self.word.parts)]
        self.drawn.parts += parts
        root = self.word.xml(part)
        self.sheet = self._sheet(root)
        for element in root.iter(f"{A}p"):  # in the order in which people look at a chart: what it is called first
            if _role(element) == "chart-title":
                self.paragraph(element, "chart-title")
        for element in root.iter(f"{A}p"):
            self.paragraph(element, _role(element))
        for cache in root.iter("{*}strCache", "{*}multiLvlStrCache", "{*}dlblRangeCache", "{*}strLit"):
            if not _is_filtered(cache):
                self._names(cache)
        for element in root.iter("{*}v", "{*}name"):
            above = _local(element.getparent())
            alone = (_local(element) == "v" and above == "tx") or (_local(element) == "name" and above == "trendline")
            text = clean(element.text or "").strip()
            if alone and LETTER.search(text):
                self.done.add(element)
                self.add(_role(element), (Text(text=text),), Cached(element))
        self._filtered(root)
        for other in parts[1:]:
            self.paragraphs(self.word.xml(other), "chart-label")
            self.descriptions(self.word.xml(other))
        self._formats(root)
        self._untitled(root)
        self.left(parts)
        if self.sheet is not None and self.sheet.trouble:
            self.find(
                "warning",
                f"the data of a chart cannot follow the translation: of its workbook, {self.sheet.trouble} "
                f"{self.where}; the translated chart is published without it and shows what it shows now",
            )

    def _sheet(self, root: Any) -> DataSheet | None:
        """The workbook behind the chart; one that several charts use is opened once."""
        external = root.find("{*}externalData")
        if external is None:
            return None
        made = DataSheet(self.word, self.part, external)
        for known in self.drawn.sheets:
            if made.part and known.part == made.part:
                known.charts += made.charts
                return known
        self.drawn.sheets.append(made)
        return made

    def _names(self, cache: Any) -> None:
        """The names in the copy of some cells, each with its cell."""
        levels = list(cache.iterfind("{*}lvl")) or [cache]
        found: dict[tuple[int, int], tuple[Any, str]] = {}
        for level, holder in enumerate(levels):
            for point in holder.iterfind("{*}pt"):
                value, index = point.find("{*}v"), point.get("idx") or ""
                text = clean((value.text or "") if value is not None else "").strip()
                if LETTER.search(text) and index.isdigit():
                    found[int(index), level] = (value, text)
        reference = "".join(f.text or "" for f in cache.getparent().iterfind("{*}f"))
        cells: dict[tuple[int, int], Cell] = {}
        if found and reference and self.sheet is not None:
            cells = self.sheet.follow(reference, len(levels), {key: text for key, (_, text) in found.items()})
        for key, (value, text) in found.items():
            self.done.add(value)
            cell = (self.sheet, cells[key]) if self.sheet is not None and key in cells else None
            self.add(_role(cache), (Text(text=text),), Cached(value, cell))

    def _filtered(self, root: Any) -> None:
        """What somebody hid from the chart follows what is shown, else it stays: no page says it."""
        for element in root.iter("{*}v"):
            if _is_filtered(element) and element not in self.done:
                self.done.add(element)
                known = self.known.get(content_hash((Text(text=clean(element.text or "").strip()),)))
                if known is not None:
                    known.spots.append(Cached(element))

    def _formats(self, root: Any) -> None:
        formats = [e.get("formatCode") or "" for e in root.iter("{*}numFmt")]
        formats += [e.text or "" for e in root.iter("{*}formatCode")]
        words = dict.fromkeys(m[1].strip() for code in formats for m in _FORMAT_WORDS.finditer(code))
        if words:
            said = ", ".join(quoted(w, 40) for w in list(words)[:3])
            self.find(
                "block",
                f"words in the number format of a chart stay English: {said} {self.where}; move them to a title of "
                "the axis in Word",
            )

    def _untitled(self, root: Any) -> None:
        """Titles that nobody wrote: programs say "Chart Title" there, unless one series gives its name."""
        series = [s for s in root.iter("{*}ser") if not _is_filtered(s)]
        for title in root.iter("{*}title"):
            whole = _local(title.getparent()) == "chart"
            if title.find("{*}tx") is not None or not (whole or _local(title.getparent()).endswith("Ax")):
                continue
            if not whole or len(series) != 1 or series[0].find("{*}tx") is None:
                said = "Chart Title" if whole else "Axis Title"
                self.find(
                    "block",
                    f"a chart has an empty title, for which programs print “{said}” {self.where}; write one or delete "
                    "it in Word",
                )


class _Diagram(_Drawing):
    check = "diagram"
    what = "SmartArt diagram"

    def read(self, part: str, story: str) -> None:
        root = self.word.xml(part)
        parts = [part, *self._drawing(part, root, story)]
        self.drawn.parts += parts
        for point in root.iter("{*}pt"):  # "[Text]", where nobody wrote anything: no page shows it
            settings = point.find("{*}prSet")
            if settings is not None and settings.get("phldr") in ("1", "true"):
                self.done.update(point.iter(f"{A}t"))
        for one in parts:
            self.paragraphs(self.word.xml(one), "diagram")
        if len(parts) > 1:
            for text in self.known.values():
                if all(spot.element.getroottree().getroot() is root for spot in text.spots):
                    text.role = "label"  # no page of LibreOffice shows it
        for one in parts:
            self.descriptions(self.word.xml(one))
        self.left(parts)

    def _drawing(self, part: str, root: Any, story: str) -> list[str]:
        """The drawing that programs show of a diagram: named by the data, else of the same number."""
        relations = self.word.relationships(story)
        named = [relations[i][1] for e in root.iter("{*}dataModelExt") if (i := e.get("relId") or "") in relations]
        alike = posixpath.join(posixpath.dirname(part), posixpath.basename(part).replace("data", "drawing"))
        return next(([p] for p in (*named, alike) if p in self.word.parts and p != part), [])


def _local(element: Any) -> str:
    return element.tag.rsplit("}", 1)[-1] if element is not None and isinstance(element.tag, str) else ""


def _role(element: Any) -> Role:
    """What a text of a chart is, by what it stands in."""
    for above in element.iterancestors():
        match _local(above):
            case "title" | "dispUnitsLbl":
                return "chart-title" if _local(above.getparent()) == "chart" else "chart-axis"
            case "dLbl" | "trendlineLbl" | "trendline" | "datalabelsRange":
                return "chart-label"
            case "cat" | "xVal":
                return "chart-category"
            case "tx" if _local(above.getparent()) == "ser":
                return "chart-series"
    return "chart-label"


def _is_filtered(element: Any) -> bool:
    return any(_local(a).startswith("filtered") for a in element.iterancestors())


def _pictured(properties: Any) -> bool:
    """Whether a run is set in a font whose letters are pictures."""
    faces = [] if properties is None else properties.iterfind(f"{A}latin")
    return any((f.get("typeface") or "").lower() in SYMBOL_FONTS for f in faces)


def _seen(properties: Any) -> Format:
    from lxml import etree

    if properties is None:
        return ()
    out = {k: v for k, v in properties.attrib.items() if k not in _UNSEEN}
    for child in properties:
        if _local(child) and _local(child) not in _UNSEEN_CHILDREN:
            out[f"<{_local(child)}>"] = etree.tostring(child, method="c14n", exclusive=True, with_tail=False).decode()
    quiet = {"u": "none", "strike": "noStrike", "baseline": "0", "cap": "none", "spc": "0"}
    return tuple(sorted((k, v) for k, v in out.items() if quiet.get(k) != v))


def _kind_of(name: str, value: str) -> TagKind | None:
    match name:
        case "b" if value in ("1", "true"):
            return "strong"
        case "i" if value in ("1", "true"):
            return "emphasis"
        case "u" if value:
            return "underline"
        case "strike" if value:
            return "strike"
        case "baseline" if value:
            return "subscript" if value.startswith("-") else "superscript"
    return None


def _differing(base: Format, own: Format) -> dict[str, str]:
    one, other = dict(base), dict(own)
    return {n: other.get(n, "") for n in sorted(one.keys() | other.keys()) if one.get(n) != other.get(n)}


def _kinds(base: Format, own: Format) -> list[tuple[TagKind, str]]:
    """The tags that a look needs, in one order; what has no name of its own is one span."""
    delta = _differing(base, own)
    kinds = {k for name, value in delta.items() if (k := _kind_of(name, value)) is not None}
    out: list[tuple[TagKind, str]] = [(kind, "") for kind in _NESTING if kind in kinds]
    rest = [
        f"{name.strip('<>')} {'' if name.startswith('<') else value or 'none'}".strip()
        for name, value in delta.items()
        if _kind_of(name, value) is None
    ]
    return [*out, ("span", "; ".join(rest))] if rest else out


def _tag(opened: TagOpen, base: Format, own: Format, properties: Any) -> DrawnTag:
    """A tag with what it changes in the properties around it."""
    tag = DrawnTag(opened, {}, {})
    for name, value in _differing(base, own).items():
        kind = _kind_of(name, value)
        if kind != (opened.kind if opened.kind != "span" else None):
            continue
        if name.startswith("<"):
            local = name.strip("<>")
            found = [] if properties is None else [c for c in properties if _local(c) == local]
            tag.children[local] = found[0] if found else None
        else:
            tag.attributes[name] = value or None
    return tag


__all__ = [
    "Cached",
    "Drawn",
    "DrawnParagraph",
    "DrawnTag",
    "DrawnText",
    "drawn_characters",
    "drawn_texts",
    "read_drawn",
]
