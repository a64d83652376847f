"""A Word package as parts and trees, its styles and relations, with its tracked changes accepted."""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from pubpipe.identity import digest_bytes, short
from pubpipe.model import quoted
from pubpipe.ooxml import Limits, Package, Problem, Refuse, open_package, parse

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
V = "{urn:schemas-microsoft-com:vml}"
O = "{urn:schemas-microsoft-com:office:office}"  # noqa: E741 (its usual prefix)
C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
DC = "{http://purl.org/dc/elements/1.1/}"
XML_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_RELATIONSHIP = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"

STRICT = (
    (
        b"http://purl.oclc.org/ooxml/officeDocument/relationships",
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    ),
    (b"http://purl.oclc.org/ooxml/officeDocument/math", b"http://schemas.openxmlformats.org/officeDocument/2006/math"),
    (
        b"http://purl.oclc.org/ooxml/wordprocessingml/main",
        b"http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    ),
    (b"http://purl.oclc.org/ooxml/drawingml/main", b"http://schemas.openxmlformats.org/drawingml/2006/main"),
    (b"http://purl.oclc.org/ooxml/drawingml/chart", b"http://schemas.openxmlformats.org/drawingml/2006/chart"),
    (b"http://purl.oclc.org/ooxml/drawingml/diagram", b"http://schemas.openxmlformats.org/drawingml/2006/diagram"),
    (b"http://purl.oclc.org/ooxml/drawingml/picture", b"http://schemas.openxmlformats.org/drawingml/2006/picture"),
    (
        b"http://purl.oclc.org/ooxml/drawingml/wordprocessingDrawing",
        b"http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
    ),
)
"""Namespaces of ISO/IEC 29500 Strict and their Transitional twins (ISO/IEC 29500-1 and -4), which all programs know."""

PROPERTY_ORDER = tuple(
    re.findall(
        r"\w+",
        "rStyle rFonts b bCs i iCs caps smallCaps strike dstrike outline shadow emboss imprint noProof snapToGrid "
        "vanish webHidden color spacing w kern position sz szCs highlight u effect bdr shd fitText vertAlign rtl cs em "
        "lang eastAsianLayout specVanish oMath",
    )
)
"""Children of w:rPr in the order of the schema (ISO/IEC 29500-1, 17.3.2.28)."""

SYMBOL_FONTS = frozenset(
    ["symbol", "wingdings", "wingdings 2", "wingdings 3", "webdings", "zapfdingbats", "marlett", "monotype sorts"]
)
"""Fonts whose letters are pictures: their text is never translated and their name never replaced."""

WordLimits = Limits()


@dataclass
class WordFile:
    """A Word package: its parts as bytes, and as trees where they were asked for."""

    parts: dict[str, bytes]
    refuse: Refuse
    trees: dict[str, Any] = field(default_factory=dict)
    strict: bool = False
    """The file is one of ISO/IEC 29500 Strict; its parts here are in the Transitional namespaces."""
    images: dict[str, str] = field(default_factory=dict)
    """Image name (`image`) to the part that has it."""
    _styles: dict[str, Style] | None = None

    def xml(self, name: str) -> Any:
        """The root element of a part; the same one at each call, so that changes stay."""
        if name not in self.trees:
            self.trees[name] = parse(self.parts[name], name, self.refuse)
        return self.trees[name]

    def main(self) -> str:
        """The part that holds the text."""
        for kind, target, _ in self.relationships("").values():
            if kind.endswith("/officeDocument") and target in self.parts:
                return target
        if "word/document.xml" in self.parts:
            return "word/document.xml"
        raise self.refuse(Problem("part", part="word/document.xml"))

    def relationships(self, part: str) -> dict[str, tuple[str, str, bool]]:
        """Of a part: id to (type, target, whether the target is outside the file)."""
        name = relations_of(part)
        if name not in self.parts:
            return {}
        folder = posixpath.dirname(part)
        out = {}
        for item in self.xml(name).iter(_RELATIONSHIP):
            outside = item.get("TargetMode") == "External"
            target = item.get("Target") or ""
            if not outside:
                target = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
            out[item.get("Id") or ""] = (item.get("Type") or "", target, outside)
        return out

    def related(self, part: str, kind: str) -> list[str]:
        """The parts inside the file that a part refers to as `kind`."""
        return [
            target
            for type_, target, outside in self.relationships(part).values()
            if type_.endswith(f"/{kind}") and target in self.parts and not outside
        ]

    def image(self, part: str) -> str:
        """The name of an image that every page format can show, by its bytes; "" for another kind."""
        data = self.parts[part]
        for magic, extension in ((b"\x89PNG\r\n", "png"), (b"\xff\xd8\xff", "jpg"), (b"GIF8", "gif")):
            if data.startswith(magic):
                name = f"image-{short(digest_bytes(data))}.{extension}"
                self.images.setdefault(name, part)
                return name
        return ""

    def styles(self) -> dict[str, Style]:
        """Style id to what is known of it, inherited properties among it."""
        if self._styles is None:
            self._styles = {}
            for name in self.related(self.main(), "styles"):
                raw = {s.get(f"{W}styleId") or "": s for s in self.xml(name).iter(f"{W}style")}
                for key in raw:
                    self._styles[key] = _style(key, raw)
        return self._styles

    def style_of(self, element: Any, path: str) -> Style:
        """The style that an element names at `path`; one without a name where it names none."""
        named = element.find(path)
        return self.styles().get(named.get(f"{W}val") or "", _NO_STYLE) if named is not None else _NO_STYLE


@dataclass(frozen=True)
class Style:
    name: str = ""
    """Lower case: "heading 1"."""
    hidden: bool = False
    level: int = 0
    """Of a heading, from 1."""
    numbering: str = ""


_NO_STYLE = Style()


def _style(key: str, raw: dict[str, Any]) -> Style:
    title = raw[key].find(f"{W}name")
    name = (title.get(f"{W}val") or "").lower() if title is not None else ""
    hidden: bool | None = None
    outline = number = ""
    seen: set[str] = set()
    while key in raw and key not in seen:
        seen.add(key)
        style = raw[key]
        if hidden is None:
            hidden = is_on(style.find(f"{W}rPr"), "vanish")
        outline = outline or value_of(style, f"{W}pPr/{W}outlineLvl")
        number = number or value_of(style, f"{W}pPr/{W}numPr/{W}numId")
        key = value_of(style, f"{W}basedOn")
    named = re.fullmatch(r"heading (\d)", name)
    level = int(named[1]) if named else int(outline) + 1 if outline.isdigit() and int(outline) < 9 else 0
    return Style(name, bool(hidden), level, "" if number == "0" else number)


@dataclass(eq=False)
class Value:
    """A text that is no run: an alternative text, the pattern of a list's numbers, the title of the file."""

    element: Any
    attribute: str = ""
    """"": the text of the element itself."""

    def write(self, text: str) -> None:
        """Put the translation in its place."""
        if self.attribute:
            self.element.set(self.attribute, text)
        else:
            self.element.text = text


def open_word(data: bytes, refuse: Refuse, limits: Limits = WordLimits) -> WordFile:
    """The Word package in `data`, Strict files as Transitional ones; `refuse`'s error for one that is not read."""
    package: Package = open_package(data, limits, refuse)
    parts = {name: package[name] for name in package}
    text = [name for name in parts if name.endswith((".xml", ".rels", ".vml"))]
    strict = any(b"http://purl.oclc.org/ooxml/" in parts[name][:20_000] for name in text)
    if strict:
        for old, new in STRICT:
            parts.update({name: parts[name].replace(old, new) for name in text})
    for name in text:
        if len(parts[name]) > limits.part:
            raise refuse(Problem("bomb", part=name, detail=f"part {name!r} has more than {limits.part:,} bytes"))
    return WordFile(parts, refuse, strict=strict)


def relations_of(part: str) -> str:
    """The name of the part that lists what `part` refers to."""
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def is_on(properties: Any, name: str) -> bool | None:
    """Whether a toggle property is on, off (False) or not said (None)."""
    element = properties.find(f"{W}{name}") if properties is not None else None
    if element is None:
        return None
    return element.get(f"{W}val") not in ("0", "false", "off", "none")


def value_of(element: Any, path: str) -> str:
    """The w:val of the element at `path`; "" where there is none."""
    found = element.find(path) if element is not None else None
    return (found.get(f"{W}val") or "") if found is not None else ""


def text_of(element: Any) -> str:
    """The visible characters in an element."""
    return "".join(t.text or "" for t in element.iter(f"{W}t"))


def near(element: Any) -> str:
    """The words near an element, for people to find the place."""
    place = element
    while place is not None and place.tag != f"{W}p":
        place = place.getparent()
    while place is not None:
        words = " ".join(text_of(place).split()) if place.tag in (f"{W}p", f"{W}tbl") else ""
        if words:
            return f"(near {quoted(words)})"
        before = place.getprevious()
        place = before if before is not None else place.getparent()
    return "(at the start)"


def remove(element: Any) -> None:
    """Take an element out and keep the text that follows it."""
    parent = element.getparent()
    if parent is not None:
        element.tail = None
        parent.remove(element)


def unwrap(element: Any, children: Iterable[Any] | None = None) -> None:
    """Put an element's children (or the given ones) in its place."""
    parent = element.getparent()
    if parent is None:
        return
    place = parent.index(element)
    inner = list(element if children is None else children)
    element.tail = None
    parent.remove(element)
    for offset, child in enumerate(inner):
        parent.insert(place + offset, child)


class DeletedCell(NamedTuple):
    """A table cell that is marked as deleted."""

    words: str
    place: str
    """Where it is, as `near` says it."""


@dataclass(frozen=True)
class Changes:
    """Tracked changes that were accepted."""

    insertions: int = 0
    deletions: int = 0
    authors: tuple[str, ...] = ()
    deleted_cells: tuple[DeletedCell, ...] = ()
    """Nobody can say what remains without them: they stay."""


def accept_changes(root: Any) -> Changes:
    """Accept all tracked changes of a part in place, as "Accept All Changes" of a word processor does."""
    changes = accept_texts(root)
    join_paragraphs(root)
    for mark in [e for r in root.iter(f"{W}rPr", f"{W}trPr", f"{W}numPr") for e in r]:
        if mark.tag in (f"{W}ins", f"{W}moveTo", f"{W}del", f"{W}moveFrom"):
            remove(mark)
    return changes


def accept_texts(root: Any) -> Changes:
    """Accept what concerns words, rows and properties; paragraphs whose mark is deleted stay (`join_paragraphs`)."""
    authors: dict[str, None] = {}
    count = Counter[str]()
    for name in ("del", "moveFrom", "ins", "moveTo"):
        for element in list(root.iter(f"{W}{name}")):
            parent = element.getparent()
            if parent is None or parent.tag in (f"{W}rPr", f"{W}trPr", f"{W}numPr"):
                continue
            gone = name in ("del", "moveFrom")
            if next(element.iter(f"{W}t", f"{W}delText"), None) is not None:
                authors.setdefault(element.get(f"{W}author") or "?")
                count["del" if gone else "ins"] += 1
            if gone:
                remove(element)
            else:
                unwrap(element)
    for row in list(root.iter(f"{W}tr")):
        if row.find(f"{W}trPr/{W}del") is not None:
            count["del"] += 1
            remove(row)
    for table in list(root.iter(f"{W}tbl")):
        if table.find(f"{W}tr") is None:
            remove(table)
    cells = tuple(
        DeletedCell(" ".join(text_of(cell).split()), near(cell))
        for cell in root.iter(f"{W}tc")
        if cell.find(f"{W}tcPr/{W}cellDel") is not None
    )
    for name in _CHANGE_MARKS:
        for element in list(root.iter(f"{W}{name}")):
            remove(element)
    return Changes(count["ins"], count["del"], tuple(sorted(authors)), cells)


def join_paragraphs(root: Any) -> None:
    """Let each paragraph whose mark is deleted run on into the next one."""
    for paragraph in list(root.iter(f"{W}p")):
        mark = paragraph.find(f"{W}pPr/{W}rPr")
        if mark is None or (mark.find(f"{W}del") is None and mark.find(f"{W}moveFrom") is None):
            continue
        following = paragraph.getnext()
        if following is None or following.tag != f"{W}p":
            continue
        place = 1 if following.find(f"{W}pPr") is not None else 0
        for child in [c for c in paragraph if c.tag != f"{W}pPr"]:
            following.insert(place, child)
            place += 1
        remove(paragraph)


_CHANGE_MARKS = re.findall(
    r"\w+",
    "rPrChange pPrChange sectPrChange tblPrChange tblPrExChange tblGridChange trPrChange tcPrChange numberingChange "
    "moveFromRangeStart moveFromRangeEnd moveToRangeStart moveToRangeEnd customXmlInsRangeStart customXmlInsRangeEnd "
    "customXmlDelRangeStart customXmlDelRangeEnd cellIns",
)
