"""The words of a Word file and where each of them stands: what the reader reads is what the renderer writes back.

Both use this one walk over the package, so that the units of a document and the paragraphs of its file match by
construction. `open_word` unpacks, `read_words` walks; a `Spot` knows how to put a translation where its text stood.
"""

from __future__ import annotations

import copy
import itertools
import posixpath
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from pubpipe.identity import content_hash, digest_bytes, short
from pubpipe.languages import canonical
from pubpipe.model import Content, Inline, Placeholder, Role, Severity, TagClose, TagKind, TagOpen, Text, plain, tidy
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

_UNSEEN = {"rFonts", "lang", "noProof", "bCs", "iCs", "szCs", "kern", "spacing", "w", "webHidden", "snapToGrid"}
_UNSEEN |= {"rtl", "cs", "rPrChange", "ins", "del", "moveFrom", "moveTo", "fitText", "specVanish", "eastAsianLayout"}
"""Run properties that a reader does not see, or that the new script decides: they make no inline tag."""
_UNWANTED = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u200b\u2060\ufeff\ufdd0-\ufdef\ufffe\uffff]"
)
_LETTER = re.compile(r"[^\W\d_]")
_FILE_NAME = re.compile(r"\s*\S*[\\/]?[^\\/]+\.(png|jpe?g|gif|bmp|tiff?|emf|wmf|svg|webp)\s*", re.IGNORECASE)
_PUBLISHED = re.compile(r"(https?://|mailto:|tel:)", re.IGNORECASE)
_UNSEEN_FIELDS = {"XE", "TC", "TA", "RD", "SET", "ASK", "ADVANCE", "PRIVATE"}
"""Fields that show nothing where they stand."""
_CODE_FIELDS = {
    "MERGEFIELD",
    "SEQ",
    "PAGE",
    "NUMPAGES",
    "PAGEREF",
    "NOTEREF",
    "SECTION",
    "SECTIONPAGES",
    "FORMCHECKBOX",
}
_CODE_FIELDS |= {"FORMDROPDOWN", "LISTNUM", "AUTONUM", "AUTONUMLGL", "AUTONUMOUT", "EQ", *_UNSEEN_FIELDS}
"""Fields that are not words, whatever their last result was."""
_TOGGLES: tuple[tuple[str, TagKind], ...] = (
    ("b", "strong"),
    ("i", "emphasis"),
    ("u", "underline"),
    ("strike", "strike"),
    ("vertAlign", "superscript"),
    ("smallCaps", "smallcaps"),
)
_NESTING: tuple[TagKind, ...] = (
    "strong", "emphasis", "underline", "strike", "superscript", "subscript", "smallcaps",
)  # fmt: skip
_NEUTRAL_REFS = {"tab", "image", "drawing", "page-break"}
"""Objects that stay where they are when they stand at the edge of a paragraph."""

WordLimits = Limits()


# -- the package ----------------------------------------------------------------------------------------------------


@dataclass
class WordFile:
    """A Word package: its parts as bytes, and as trees where they were asked for."""

    parts: dict[str, bytes]
    refuse: Refuse
    trees: dict[str, Any] = field(default_factory=dict)
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


def open_word(data: bytes, refuse: Refuse, limits: Limits = WordLimits) -> WordFile:
    """The Word package in `data`, Strict files as Transitional ones; `refuse`'s error for one that is not read."""
    package: Package = open_package(data, limits, refuse)
    parts = {name: package[name] for name in package}
    text = [name for name in parts if name.endswith((".xml", ".rels", ".vml"))]
    if any(b"http://purl.oclc.org/ooxml/" in parts[name][:20_000] for name in text):
        for old, new in STRICT:
            parts.update({name: parts[name].replace(old, new) for name in text})
    for name in text:
        if len(parts[name]) > limits.part:
            raise refuse(Problem("bomb", part=name, detail=f"part {name!r} has more than {limits.part:,} bytes"))
    return WordFile(parts, refuse)


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


def said(element: Any) -> str:
    """The visible characters in an element."""
    return "".join(t.text or "" for t in element.iter(f"{W}t"))


def remove(element: Any) -> None:
    """Take an element out and keep the text that follows it."""
    parent = element.getparent()
    if parent is not None:
        element.tail = None
        parent.remove(element)


def unwrap(element: Any) -> None:
    """Put an element's children in its place."""
    parent = element.getparent()
    if parent is None:
        return
    place = parent.index(element)
    inner = list(element)
    element.tail = None
    parent.remove(element)
    for offset, child in enumerate(inner):
        parent.insert(place + offset, child)


@dataclass(frozen=True)
class Changes:
    """Tracked changes that were accepted."""

    insertions: int = 0
    deletions: int = 0
    authors: tuple[str, ...] = ()
    deleted_cells: tuple[str, ...] = ()
    """The words of table cells that are marked as deleted: nobody can say what remains, they stay."""


def accept_changes(root: Any) -> Changes:
    """Accept all tracked changes of a part in place, as "Accept All Changes" of a word processor does."""
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
        " ".join(said(cell).split()) for cell in root.iter(f"{W}tc") if cell.find(f"{W}tcPr/{W}cellDel") is not None
    )
    for paragraph in list(root.iter(f"{W}p")):  # a paragraph whose mark is deleted runs on into the next one
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
    for name in _CHANGE_MARKS:
        for element in list(root.iter(f"{W}{name}")):
            remove(element)
    for mark in [e for r in root.iter(f"{W}rPr", f"{W}trPr", f"{W}numPr") for e in r]:
        if mark.tag in (f"{W}ins", f"{W}moveTo", f"{W}del", f"{W}moveFrom"):
            remove(mark)
    return Changes(count["ins"], count["del"], tuple(sorted(authors)), cells)


_CHANGE_MARKS = re.findall(
    r"\w+",
    "rPrChange pPrChange sectPrChange tblPrChange tblPrExChange tblGridChange trPrChange tcPrChange numberingChange "
    "moveFromRangeStart moveFromRangeEnd moveToRangeStart moveToRangeEnd customXmlInsRangeStart customXmlInsRangeEnd "
    "customXmlDelRangeStart customXmlDelRangeEnd cellIns",
)


# -- what stands in a paragraph -------------------------------------------------------------------------------------


@dataclass(eq=False)
class Wrapper:
    """What goes around text: a link, a content control, a field with words as its result."""

    tag: TagOpen
    element: Any = None
    """The element that is copied without its content; None for a complex field."""
    head: list[Any] = field(default_factory=list)
    tail: list[Any] = field(default_factory=list)
    """Runs before and after the result of a complex field."""
    uses: int = 0
    """How often it was written already: a second time takes copies."""


Format = tuple[tuple[str, str], ...]
"""Run properties that a reader sees, as (name, canonical XML), in the order of the schema."""


@dataclass(eq=False)
class Token:
    kind: Literal["text", "break", "object", "note", "anchor", "field"]
    nodes: list[Any]
    path: tuple[Wrapper, ...] = ()
    text: str = ""
    """Of an object: what it shows (the number of a field)."""
    ref: str = ""
    properties: Any = None
    """w:rPr of a text."""
    format: Format = ()
    holder: Placeholder | None = None


@dataclass(eq=False)
class Tag:
    """An inline tag of the source and what it stands for."""

    open: TagOpen
    wrapper: Wrapper | None = None
    delta: dict[str, Any] = field(default_factory=dict)
    """Run property to the element that has it inside the tag, None where only the text around has it."""


@dataclass
class Anchor:
    """Something without text (a bookmark, a comment's range) and where it stands in the content."""

    token: Token
    after: Inline | None = None
    before: Inline | None = None
    share: float = 0.0
    """How much of the text stands before it, where it stands inside text."""


class Paragraph:
    """A w:p taken apart: its translatable content, and all that has to be put back around and into it."""

    def __init__(self, element: Any, word: WordFile, part: str, note_refs: dict[tuple[str, str], str]) -> None:
        self.element = element
        self._word = word
        self._relations = word.relationships(part)
        self._notes = note_refs
        self._hidden_style = word.style_of(element, f"{W}pPr/{W}pStyle").hidden
        self.hidden: list[str] = []
        """Words of hidden runs."""
        self.tokens = self._fields(self._collect(element, ()))
        self.base_path: tuple[Wrapper, ...] = ()
        self.base_format: Format = ()
        self.base_properties: Any = None
        self.lead: list[Token] = []
        self.tail: list[Token] = []
        self.core: list[Token] = []
        self.anchors: list[Anchor] = []
        self.tags: list[Tag] = []
        self.content: Content = ()
        self._split()
        if self.core:
            self.content = self._build()

    # reading

    def _collect(self, element: Any, path: tuple[Wrapper, ...]) -> list[Token]:
        out: list[Token] = []
        for child in list(element):
            tag = child.tag
            if tag in (f"{W}pPr", f"{W}sdtPr", f"{W}sdtEndPr", f"{W}smartTagPr", f"{W}customXmlPr", f"{W}fldData"):
                continue
            if tag == f"{W}r":
                out += self._run(child, path)
            elif tag == f"{W}hyperlink":
                href = self._address(child)
                wrapper = Wrapper(TagOpen(id=0, kind="link" if href else "span", href=href, title=None), child)
                if href is None:
                    wrapper.tag = TagOpen(id=0, kind="span", title="link")
                out += self._collect(child, (*path, wrapper))
            elif tag == f"{W}sdt":
                content = child.find(f"{W}sdtContent")
                inner_path = (*path, Wrapper(TagOpen(id=0, kind="span", title="control"), child))
                inner = self._collect(content, inner_path) if content is not None else []
                if any(t.kind == "text" and t.text.strip() for t in inner):
                    out += inner
                else:
                    out.append(Token("object", [child], path, text=said(child), ref="control"))
            elif tag in (f"{W}smartTag", f"{W}customXml", f"{W}bdo", f"{W}dir"):
                out += self._collect(child, path)
            elif tag == f"{W}fldSimple":
                code = child.get(f"{W}instr") or ""
                inner_path = (*path, Wrapper(TagOpen(id=0, kind="span", title=f"field {_field_name(code)}"), child))
                inner = self._collect(child, inner_path)
                words = "".join(t.text for t in inner if t.kind == "text")
                if _LETTER.search(words) and _field_name(code) not in _CODE_FIELDS:
                    out += inner
                else:
                    out.append(Token("object", [child], path, text=words, ref=f"field {_field_name(code)}"))
            elif tag in (f"{M}oMath", f"{M}oMathPara"):
                out.append(Token("object", [child], path, ref="formula"))
            elif tag == f"{W}proofErr" or not isinstance(tag, str):
                continue
            else:
                out.append(Token("anchor", [child], path))
        return out

    def _run(self, run: Any, path: tuple[Wrapper, ...]) -> Iterator[Token]:
        properties = run.find(f"{W}rPr")
        hidden = self._is_hidden(properties)
        pictured = _symbol_font(properties)
        children = [c for c in run if c.tag != f"{W}rPr"]
        if hidden:
            if words := said(run).strip():
                self.hidden.append(words)
            yield Token("anchor", [run], path)
            return
        for child in children:
            own = run
            if len(children) > 1:  # one run a piece, in the file too: what is not rewritten stays whole
                own = run.makeelement(run.tag, dict(run.attrib))
                if properties is not None:
                    own.append(copy.deepcopy(properties))
                run.addprevious(own)
                own.append(child)
                if child is children[-1]:
                    remove(run)
            yield from self._piece(child, own, properties, path, pictured=pictured)

    def _piece(
        self, child: Any, run: Any, properties: Any, path: tuple[Wrapper, ...], *, pictured: bool
    ) -> Iterator[Token]:
        tag = child.tag.removeprefix(W) if isinstance(child.tag, str) else ""
        match tag:
            case "t" | "noBreakHyphen":
                words = "\u2011" if tag == "noBreakHyphen" else _clean(child.text or "")
                if pictured and words.strip():
                    yield Token("object", [run], path, ref="symbol")
                    return
                for part in re.findall(r"\s+|\S+(?:\s+\S+)*", words):
                    yield Token("text", [run], path, part, properties=properties, format=_seen(properties))
            case "tab" | "ptab":
                yield Token("object", [run], path, text="\t", ref="tab")
            case "br" if child.get(f"{W}type") in ("page", "column"):
                yield Token("object", [run], path, ref="page-break")
            case "br" | "cr":
                yield Token("break", [run], path)
            case "sym" | "pgNum" | "ruby":
                yield Token("object", [run], path, ref="symbol" if tag == "sym" else tag)
            case "footnoteReference" | "endnoteReference":
                key = (tag.removesuffix("Reference"), child.get(f"{W}id") or "")
                kind: Literal["note", "anchor"] = "note" if key in self._notes else "anchor"
                yield Token(kind, [run], path, ref=self._notes.get(key, ""))
            case "fldChar" | "instrText":
                yield Token("field", [run], path)
            case "softHyphen" | "lastRenderedPageBreak":
                return
            case "drawing" | "pict" | "object" | "":
                if tag or child.tag == f"{MC}AlternateContent":
                    yield self._drawing(child, run, path)
                else:
                    yield Token("anchor", [run], path)
            case _:
                yield Token("anchor", [run], path)

    def _drawing(self, child: Any, run: Any, path: tuple[Wrapper, ...]) -> Token:
        """A picture that stands in the line is a placeholder; what floats is no part of a sentence."""
        inline = next((e for e in _descend_all(child) if e.tag == f"{WP}inline"), None)
        if (
            inline is None
            and next(child.iter(f"{W}object", f"{O}OLEObject"), None) is None
            and child.tag != f"{W}object"
        ):
            shape = next(child.iter(f"{V}shape", f"{V}rect", f"{V}group", f"{V}line"), None)
            style = (shape.get("style") or "").replace(" ", "") if shape is not None else ""
            if next(child.iter(f"{WP}anchor"), None) is not None or "position:absolute" in style or shape is None:
                return Token("anchor", [run], path)
        names = self.pictures(child)
        if inline is not None and len(names) == 1:
            described = next(child.iter(f"{WP}docPr"), None)
            alt = _clean(described.get("descr") or "") if described is not None else ""
            return Token(
                "object", [run], path, ref="image", holder=Placeholder(id=0, kind="image", ref=names[0], alt=alt)
            )
        return Token("object", [run], path, ref="drawing")

    def pictures(self, element: Any) -> list[str]:
        """The names of the images in an element, those that every page format can show."""
        names = []
        for blip in _descend_all(element):
            if blip.tag != f"{A}blip":
                continue
            _, target, outside = self._relations.get(blip.get(f"{R}embed") or "", ("", "", True))
            if not outside and target in self._word.parts:
                names.append(self._word.image(target))
        return [name for name in dict.fromkeys(names) if name]

    def _is_hidden(self, properties: Any) -> bool:
        own = is_on(properties, "vanish")
        if own is None and properties is not None and self._word.style_of(properties, f"{W}rStyle").hidden:
            return True
        return self._hidden_style if own is None else own

    def _address(self, link: Any) -> str | None:
        kind, target, outside = self._relations.get(link.get(f"{R}id") or "", ("", "", False))
        if outside and kind.endswith("/hyperlink") and _PUBLISHED.match(target):
            anchor = link.get(f"{W}anchor")
            return f"{target}#{anchor}" if anchor and "#" not in target else target
        return None

    def _fields(self, tokens: list[Token]) -> list[Token]:
        """Complex fields that begin and end here as one object, or as a wrapper around the words that they show."""
        out: list[Token] = []
        begins: list[int] = []
        for token in tokens:
            out.append(token)
            mark = token.nodes[0].find(f"{W}fldChar") if token.kind == "field" else None
            kind = mark.get(f"{W}fldCharType") if mark is not None else ""
            if kind == "begin":
                begins.append(len(out) - 1)
            elif kind == "end" and begins:
                start = begins.pop()
                out[start:] = self._field(out[start:])
        for token in out:
            if token.kind == "field":  # the field goes on in another paragraph
                token.kind = "anchor"
        return out

    def _field(self, tokens: list[Token]) -> list[Token]:
        first, last = tokens[0], tokens[-1]
        cut = next((n for n, t in enumerate(tokens) if _mark(t) == "separate"), None)
        code = "".join(i.text or "" for t in tokens[:cut] for n in t.nodes for i in n.iter(f"{W}instrText"))
        name = _field_name(code)
        result = tokens[cut + 1 : -1] if cut is not None else []
        shown = "".join(t.text for t in result if t.kind in ("text", "object"))
        if first.path != last.path or any(t.path[: len(first.path)] != first.path for t in tokens):
            for token in tokens:
                token.kind = "anchor" if token.kind == "field" else token.kind
            return tokens
        if not _LETTER.search(shown) or name in _CODE_FIELDS or cut is None:
            nodes = [node for t in tokens for node in t.nodes]
            if name in _UNSEEN_FIELDS:
                return [Token("anchor", list(dict.fromkeys(nodes)), first.path)]
            if name == "FORMDROPDOWN":
                shown = _chosen(nodes)
            return [Token("object", list(dict.fromkeys(nodes)), first.path, text=shown, ref=f"field {name}")]
        href = _field_address(code) if name == "HYPERLINK" else None
        tag = TagOpen(id=0, kind="link", href=href) if href else TagOpen(id=0, kind="span", title=f"field {name}")
        head = [node for t in tokens[: cut + 1] for node in t.nodes]
        wrapper = Wrapper(tag, None, list(dict.fromkeys(head)), list(last.nodes))
        for token in result:
            token.path = (*first.path, wrapper, *token.path[len(first.path) :])
        return result

    def _split(self) -> None:
        """Find the text between what stands at the edges, and what is the same around all of it."""
        shown = [t for t in self.tokens if t.kind != "anchor"]
        worded = [t for t in shown if t.kind == "text" and t.text.strip()]
        if not worded:
            self.lead = self.tokens
            return
        self.base_path = _common(t.path for t in shown)
        for depth, wrapper in enumerate(self.base_path):
            if wrapper.tag.href:
                self.base_path = self.base_path[:depth]
                break
        start, end = 0, len(self.tokens)
        while self._at_edge(self.tokens[start]):
            start += 1
        while self._at_edge(self.tokens[end - 1]):
            end -= 1
        self.lead, self.core, self.tail = self.tokens[:start], self.tokens[start:end], self.tokens[end:]
        loose = [t for t in worded if not any(w.tag.kind == "link" for w in t.path)] or worded
        self.base_format = _plainest(loose)
        alike = [t for t in loose if set(self.base_format) <= set(t.format)]
        nearest = min(alike, key=lambda t: (len(t.format), -len(t.text)))
        self.base_properties = copy.deepcopy(nearest.properties)
        for name in dict(nearest.format).keys() - dict(self.base_format).keys():
            remove(self.base_properties.find(f"{W}{name}"))

    def _at_edge(self, token: Token) -> bool:
        if len(token.path) > len(self.base_path) or token.kind == "note":
            return False
        if token.kind == "text":
            return not token.text.strip()
        return token.kind in ("anchor", "break") or token.ref in _NEUTRAL_REFS

    def _build(self) -> Content:
        wanted = self._wanted()
        items: list[Inline] = []
        stack: list[tuple[Tag, Tag]] = []
        """What is asked for and the tag that was opened for it: the same link twice is two tags."""
        waiting: list[Anchor] = []
        total = sum(len(t.text) for t in self.core if t.kind == "text") or 1
        passed = 0
        numbers = itertools.count(1)

        def add(item: Inline) -> None:
            for anchor in waiting:
                if not isinstance(item, Text):
                    anchor.before = item
            waiting.clear()
            items.append(item)

        for token, tags in zip(self.core, wanted, strict=True):
            if token.kind == "anchor":
                last = items[-1] if items else None
                anchor = Anchor(token, after=last if not isinstance(last, Text) else None, share=passed / total)
                self.anchors.append(anchor)
                waiting.append(anchor)
                continue
            keep = 0
            while keep < min(len(stack), len(tags)) and stack[keep][0] is tags[keep]:
                keep += 1
            for _, tag in reversed(stack[keep:]):
                add(TagClose(id=tag.open.id))
            del stack[keep:]
            for asked in tags[keep:]:
                tag = Tag(asked.open.model_copy(update={"id": next(numbers)}), asked.wrapper, asked.delta)
                self.tags.append(tag)
                stack.append((asked, tag))
                add(tag.open)
            if token.kind == "text":
                add(Text(text=token.text))
                passed += len(token.text)
            elif token.kind == "break":
                add(Placeholder(id=next(numbers), kind="break"))
            else:
                holder = token.holder or Placeholder(
                    id=0, kind="note" if token.kind == "note" else "raw", ref=token.ref
                )
                token.holder = holder.model_copy(update={"id": next(numbers)})
                add(token.holder)
        for _, tag in reversed(stack):
            add(TagClose(id=tag.open.id))
        return tidy(items)

    def _wanted(self) -> list[list[Tag]]:
        """For each token of the core, the tags that it stands in."""
        links = {w for t in self.core for w in t.path if w.tag.kind == "link"}
        around: dict[Wrapper, Tag] = {}
        base_of: dict[Wrapper, Format] = {}
        for wrapper in links:
            inside = [t for t in self.core if wrapper in t.path and t.kind == "text" and t.text.strip()]
            base_of[wrapper] = _plainest(inside) if inside else self.base_format
        for token in self.core:
            for wrapper in token.path[len(self.base_path) :]:
                if wrapper not in around:
                    around[wrapper] = Tag(wrapper.tag, wrapper)
                    if wrapper in base_of:
                        inner = next((t for t in self.core if wrapper in t.path and t.format == base_of[wrapper]), None)
                        if inner is not None:
                            elements = _elements(inner.properties)
                            names = _delta(self.base_format, inner.format)
                            around[wrapper].delta = {name: elements.get(name) for name in names}
        marks: list[tuple[tuple[Tag, ...], tuple[tuple[TagKind, str], ...]] | None] = []
        for token in self.core:
            outer = tuple(around[w] for w in token.path[len(self.base_path) :])
            if token.kind == "text" and (token.text.strip() or _shows_space(token.format)):
                link = next((w for w in reversed(token.path) if w in base_of), None)
                base = base_of[link] if link is not None else self.base_format
                marks.append((outer, tuple(_kinds(_delta(base, token.format)))))
            else:
                marks.append(None)
        return self._shared(marks, around)

    def _shared(self, marks: list[Any], around: dict[Wrapper, Tag]) -> list[list[Tag]]:
        """Tags by token; what has no look of its own takes that of its neighbours where both have the same."""
        out: list[list[Tag]] = []
        known: list[tuple[tuple[Tag, ...], tuple[tuple[TagKind, str], ...]]] = []
        for place, token in enumerate(self.core):
            outer = tuple(around[w] for w in token.path[len(self.base_path) :])
            mark = marks[place]
            if mark is None:
                before = next((m for m in reversed(marks[:place]) if m is not None), None)
                after = next((m for m in marks[place + 1 :] if m is not None), None)
                kinds: list[tuple[TagKind, str]] = []
                if before and after and before[0] == outer == after[0]:
                    for one, other in zip(before[1], after[1], strict=False):
                        if one != other:
                            break
                        kinds.append(one)
                mark = (outer, tuple(kinds))
            known.append(mark)
        previous: list[tuple[Any, Tag]] = []
        for place, token in enumerate(self.core):
            outer, kinds_ = known[place]
            names: list[Any] = [*outer, *((outer, *kind) for kind in kinds_)]
            keep = 0
            while keep < min(len(previous), len(names)) and previous[keep][0] == names[keep]:
                keep += 1
            current = previous[:keep]
            for name in names[keep:]:
                tag = name if isinstance(name, Tag) else self._look(name, token, known[place][0])
                current.append((name, tag))
            if token.kind != "anchor":
                previous = current
            out.append([tag for _, tag in current])
        return out

    def _look(self, name: Any, token: Token, outer: tuple[Tag, ...]) -> Tag:
        """A tag for formatting, with the properties that make it."""
        _, kind, title = name
        link = next((t for t in reversed(outer) if t.open.kind == "link"), None)
        base = dict(self.base_format)
        for key, element in (link.delta if link else {}).items():
            base[key] = _canonical(element) if element is not None else ""
        delta = _delta(tuple((k, v) for k, v in base.items() if v), token.format)
        elements = _elements(token.properties)
        wanted = {key: elements.get(key) for key in delta if _kind_of(key, delta[key]) == (kind if not title else None)}
        return Tag(TagOpen(id=0, kind=kind, title=title or None), None, wanted)

    # what it shows, for tables of contents

    def shown(self, content: Content) -> str:
        """The text as the page shows it, the results of fields in it."""
        numbers: dict[tuple[str, str], list[str]] = {}
        for token in self.core:
            if token.holder is not None:
                numbers.setdefault((token.holder.kind, token.holder.ref), []).append(token.text)
        parts = []
        for item in content:
            if isinstance(item, Text):
                parts.append(item.text)
            elif isinstance(item, Placeholder) and item.kind == "raw":
                waiting = numbers.get((item.kind, item.ref)) or [""]
                parts.append(waiting.pop(0) if len(waiting) > 1 else waiting[0])
            elif isinstance(item, Placeholder) and item.kind == "break":
                parts.append(" ")
        return " ".join("".join(parts).split())

    def links_to(self) -> str:
        """The bookmark that the entry of a table of contents leads to."""
        for link in self.element.iter(f"{W}hyperlink"):
            if link.get(f"{W}anchor"):
                return str(link.get(f"{W}anchor"))
        for code in self.element.iter(f"{W}instrText"):
            found = re.match(r'\s*(?:PAGEREF\s+|HYPERLINK\s+\\l\s+")(\w+)', code.text or "")
            if found:
                return found[1]
        return ""


def _mark(token: Token) -> str:
    mark = token.nodes[0].find(f"{W}fldChar") if token.kind == "field" else None
    return (mark.get(f"{W}fldCharType") or "") if mark is not None else ""


def _field_name(code: str) -> str:
    words = code.split()
    return words[0].upper() if words else ""


def _field_address(code: str) -> str | None:
    found = re.match(r'\s*HYPERLINK\s+"([^"]+)"', code) or re.match(r"\s*HYPERLINK\s+([^\s\\\"]\S*)", code)
    return found[1] if found and _PUBLISHED.match(found[1]) else None


def _chosen(nodes: Iterable[Any]) -> str:
    """The entry that a drop-down list of a form shows."""
    for node in nodes:
        for choice in node.iter(f"{W}ddList"):
            entries = [e.get(f"{W}val") or "" for e in choice.iter(f"{W}listEntry")]
            number = value_of(choice, f"{W}result") or value_of(choice, f"{W}default") or "0"
            if number.isdigit() and int(number) < len(entries):
                return entries[int(number)]
    return ""


def _clean(text: str) -> str:
    return canonical(_UNWANTED.sub("", text.replace("\n", " ").replace("\r", " ").replace("\t", " ")))


def _symbol_font(properties: Any) -> bool:
    fonts = properties.find(f"{W}rFonts") if properties is not None else None
    return fonts is not None and (fonts.get(f"{W}ascii") or fonts.get(f"{W}hAnsi") or "").lower() in SYMBOL_FONTS


def _canonical(element: Any) -> str:
    """One look, one string: "color val=FF0000"."""
    values = sorted(
        f"{k.rsplit('}', 1)[-1]}={v}" for k, v in element.attrib.items() if not k.rsplit("}", 1)[-1].startswith("theme")
    )
    name = element.tag.removeprefix(W)
    toggles = ("b", "i", "caps", "smallCaps", "strike", "dstrike", "vanish", "outline", "shadow", "emboss", "imprint")
    if name in toggles:
        return "off" if element.get(f"{W}val") in ("0", "false", "off", "none") else "on"
    return " ".join(values)


def _elements(properties: Any) -> dict[str, Any]:
    return {e.tag.removeprefix(W): e for e in properties if isinstance(e.tag, str)} if properties is not None else {}


def _seen(properties: Any) -> Format:
    out = {name: _canonical(e) for name, e in _elements(properties).items() if name not in _UNSEEN and "{" not in name}
    if out.get("u") == "val=none":
        out.pop("u")
    if out.get("color") in ("val=auto", "val=000000"):
        out.pop("color")
    return tuple((name, out[name]) for name in PROPERTY_ORDER if name in out)


def _shows_space(look: Format) -> bool:
    """A space with a line under it or a colour behind it is seen: the blank of a form."""
    return any(name in ("u", "highlight", "shd", "bdr", "strike") for name, _ in look)


def _plainest(tokens: Sequence[Token]) -> Format:
    """The look that most of the text has, one without emphasis where there is any."""
    sizes = Counter[Format]()
    for token in tokens:
        sizes[token.format] += len(token.text)
    emphasised = {name for name, _ in _TOGGLES}
    quiet = {f: n for f, n in sizes.items() if not any(name in emphasised and v != "off" for name, v in f)}
    if not quiet and len(sizes) > 1:  # what all of them have
        shared = set.intersection(*(set(f) for f in sizes))
        return tuple(item for item in next(iter(sizes)) if item in shared)
    candidates = quiet or dict(sizes)
    return max(candidates, key=lambda f: (candidates[f], f))


def _delta(base: Format, own: Format) -> dict[str, str]:
    """What differs: name to the value here, "" where only the base has it."""
    one, other = dict(base), dict(own)
    return {n: other.get(n, "") for n in PROPERTY_ORDER if one.get(n) != other.get(n)}


def _kind_of(name: str, value: str) -> TagKind | None:
    """The kind of tag that one property makes; None: it is part of a span."""
    if name == "rStyle":
        named: dict[str, TagKind] = {"val=Strong": "strong", "val=Emphasis": "emphasis"}
        return named.get(value)
    if name == "vertAlign":
        kinds: dict[str, TagKind] = {"val=superscript": "superscript", "val=subscript": "subscript"}
        return kinds.get(value)
    if name == "u":
        return "underline" if value else None
    return dict(_TOGGLES).get(name) if value == "on" else None


def _kinds(delta: dict[str, str]) -> Iterator[tuple[TagKind, str]]:
    """The tags that a look needs, the widest known first; all that has no name of its own is one span."""
    kinds = {kind for name, value in delta.items() if (kind := _kind_of(name, value)) is not None}
    yield from ((kind, "") for kind in _NESTING if kind in kinds)
    rest = [f"{n} {v or 'none'}" for n, v in delta.items() if _kind_of(n, v) is None]
    if rest:
        yield "span", "; ".join(rest)


def _common(paths: Iterable[tuple[Wrapper, ...]]) -> tuple[Wrapper, ...]:
    shared: tuple[Wrapper, ...] | None = None
    for path in paths:
        if shared is None:
            shared = path
        while shared != path[: len(shared)]:
            shared = shared[:-1]
    return shared or ()


# -- where text stands ----------------------------------------------------------------------------------------------


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


Spot = Paragraph | Value


@dataclass(eq=False)
class Place:
    """One unit of the document, and every spot of the file that shows it."""

    role: Role
    content: Content
    spots: list[Spot]
    id: str = ""
    level: int = 0
    """Of a heading, from 1."""


@dataclass(eq=False)
class Derived:
    """The entry of a table of contents: it says what a heading says."""

    entry: Paragraph
    tokens: list[Token]
    """Those of its text that are the heading's."""
    place: Place


@dataclass
class Node:
    """A paragraph, picture or table of the body, in reading order."""

    place: Place | None = None
    picture: str = ""
    """The name of the image."""
    alt: Place | None = None
    width: int = 0
    """Of a picture, in English metric units; 0: not known."""
    numbering: tuple[str, int] | None = None
    """Of a list's item: the format of its numbers and its level from 0."""
    rows: list[list[CellNode]] | None = None
    """Of a table."""
    heads: int = 0
    """How many rows of it are repeated as its head."""


@dataclass
class CellNode:
    nodes: list[Node]
    columns: int = 1
    rows: int = 1


@dataclass
class Words:
    """All that was found in a file."""

    word: WordFile
    nodes: list[Node] = field(default_factory=list)
    notes: dict[str, list[Node]] = field(default_factory=dict)
    """Note id to its paragraphs, in the order of the notes' marks."""
    furniture: list[Place] = field(default_factory=list)
    """What stands around the text: running heads, labels of lists, the file's title."""
    derived: list[Derived] = field(default_factory=list)
    title: Place | None = None
    stories: list[str] = field(default_factory=list)
    """The parts that have paragraphs."""
    findings: list[tuple[str, Severity, str]] = field(default_factory=list)
    """(check, severity, message) of what stays as it is."""

    def places(self) -> Iterator[Place]:
        """All units in reading order, notes after the body, what stands around the text last."""
        if self.title is not None:
            yield self.title
        for node in itertools.chain(self.nodes, *self.notes.values()):
            for place in _places(node):
                if place is not self.title:
                    yield place
        yield from self.furniture


def _places(node: Node) -> Iterator[Place]:
    if node.alt is not None:
        yield node.alt
    if node.place is not None:
        yield node.place
    for row in node.rows or ():
        for cell in row:
            for inner in cell.nodes:
                yield from _places(inner)


def read_words(word: WordFile) -> Words:
    """Everything in the file that a reader of its pages sees as words, tracked changes accepted.

    The trees of `word` are changed by that: what they are afterwards is what a `Spot` writes into.
    """
    return _Walk(word).walk()


class _Walk:
    def __init__(self, word: WordFile) -> None:
        self.word = word
        self.words = Words(word)
        self.note_refs: dict[tuple[str, str], str] = {}
        self.entries: list[tuple[Paragraph, Node]] = []
        """Paragraphs that look like entries of a table of contents."""
        self.bookmarks: dict[str, Place] = {}
        self.changes: list[Changes] = []
        self.hidden: list[str] = []
        self.part = ""

    def find(self, check: str, severity: Severity, message: str) -> None:
        self.words.findings.append((check, severity, message))

    def walk(self) -> Words:
        main = self.word.main()
        self._notes(main)
        self.words.nodes = self._story(main, self._body(main))
        self._sort_notes()
        self._headers(main)
        self._entries()
        self._labels(main)
        self._title()
        for number, place in enumerate(self.words.places(), 1):
            place.id = f"u{number:04d}"
        self._report(main)
        return self.words

    def _body(self, part: str) -> Any:
        root = self.word.xml(part)
        body = root.find(f"{W}body")
        return root if body is None else body

    def _story(self, part: str, root: Any, role: Role = "paragraph") -> list[Node]:
        self._begin(part)
        return self._blocks(root, role)

    def _begin(self, part: str) -> None:
        self.part = part
        if part not in self.words.stories:
            self.words.stories.append(part)
            self.changes.append(accept_changes(self.word.xml(part)))

    # paragraphs and tables

    def _blocks(self, element: Any, role: Role) -> list[Node]:
        out: list[Node] = []
        for child in list(element):
            tag = child.tag
            if tag == f"{W}p":
                out += self._paragraph(child, role)
            elif tag == f"{W}tbl":
                out.append(self._table(child))
            elif tag == f"{W}sdt":
                content = child.find(f"{W}sdtContent")
                out += self._blocks(content, role) if content is not None else []
            elif tag in (f"{W}customXml", f"{W}smartTag"):
                out += self._blocks(child, role)
            elif tag == f"{MC}AlternateContent":
                for branch in child:
                    out += self._blocks(branch, role)
            elif tag in (f"{W}altChunk", f"{W}subDoc"):
                what = "an imported file" if tag == f"{W}altChunk" else "a sub-document"
                self.find("import", "block", f"{what} is not read; open and save the file in Word to merge it")
        return out

    def _paragraph(self, element: Any, role: Role) -> list[Node]:
        paragraph = Paragraph(element, self.word, self.part, self.note_refs)
        self.hidden += paragraph.hidden
        style = self.word.style_of(element, f"{W}pPr/{W}pStyle")
        out: list[Node] = []
        node = Node(numbering=self._numbering(element, style))
        if paragraph.content:
            outline = value_of(element, f"{W}pPr/{W}outlineLvl")
            level = int(outline) + 1 if outline.isdigit() and int(outline) < 9 else style.level
            own: Role = role
            if role == "paragraph":
                named: dict[str, Role] = {
                    "title": "title",
                    "subtitle": "subtitle",
                    "caption": "caption",
                    "quote": "quote",
                }
                own = named.get(style.name, "item" if node.numbering else "paragraph")
                own = "heading" if level else own
            node.place = Place(own, paragraph.content, [paragraph], level=level if own == "heading" else 0)
            if re.fullmatch(r"toc \d|table of figures", style.name):
                self.entries.append((paragraph, node))
            if own == "title" and self.words.title is None:
                self.words.title = node.place
        place = node.place
        for mark in element.iter(f"{W}bookmarkStart"):
            if place is not None:
                self.bookmarks.setdefault(mark.get(f"{W}name") or "", place)
        out += self._around(paragraph, role, node)
        return out

    def _around(self, paragraph: Paragraph, role: Role, node: Node) -> list[Node]:
        """The paragraph's pictures, itself, and what stands in its text boxes."""
        out: list[Node] = []
        seen: dict[str, Place] = {}
        for drawing in _outermost(paragraph.element):
            picture = Node()
            names = paragraph.pictures(drawing)
            inline = any(isinstance(i, Placeholder) and i.ref in names for i in paragraph.content)
            if len(names) == 1 and not inline:
                picture.picture = names[0]
                extent = next(drawing.iter(f"{WP}extent"), None)
                width = extent.get("cx") or "" if extent is not None else ""
                picture.width = int(width) if width.isdigit() else 0
            for element, attribute in _described(drawing):
                text = _clean(element.get(attribute) or "").strip()
                if not _LETTER.search(text) or _FILE_NAME.fullmatch(text):
                    continue
                value = Value(element, attribute)
                if text in seen:
                    seen[text].spots.append(value)
                    continue
                alt = seen[text] = Place("alt", (Text(text=text),), [value])
                if picture.picture and picture.alt is None:
                    picture.alt = alt
                else:
                    out.append(Node(place=alt))
            if picture.picture:
                out.append(picture)
        for link in paragraph.element.iter(f"{W}hyperlink"):
            text = _clean(link.get(f"{W}tooltip") or "").strip()
            if _LETTER.search(text) and not _PUBLISHED.match(text):
                out.append(Node(place=Place("alt", (Text(text=text),), [Value(link, f"{W}tooltip")])))
        if node.place is not None:
            out.append(node)
        for box in _boxes(paragraph.element):
            self._box(box, role, out)
        return out

    def _box(self, box: Any, role: Role, out: list[Node]) -> None:
        """The paragraphs of a text box; the copy of it for older programs shows the same units."""
        inner = self._blocks(box, role)
        if not _in_fallback(box):
            out += inner
            return
        known = {content_hash(p.content): p for n in out for p in _places(n)}
        for node in inner:
            own = list(_places(node))
            strange = [p for p in own if content_hash(p.content) not in known]
            for place in own:
                if place not in strange:
                    known[content_hash(place.content)].spots += place.spots
            out += [Node(place=p) for p in strange]

    def _numbering(self, element: Any, style: Style) -> tuple[str, int] | None:
        properties = element.find(f"{W}pPr/{W}numPr")
        number = value_of(properties, f"{W}numId") or style.numbering
        depth = value_of(properties, f"{W}ilvl")
        if not number or number == "0":
            return None
        return number, int(depth) if depth.isdigit() else 0

    def _table(self, table: Any) -> Node:
        out: list[list[CellNode]] = []
        heads = 0
        spans: dict[int, CellNode] = {}
        first = True
        for name in ("tblCaption", "tblDescription"):
            for element in table.findall(f"{W}tblPr/{W}{name}"):
                text = _clean(element.get(f"{W}val") or "").strip()
                if _LETTER.search(text):
                    self.words.furniture.append(Place("alt", (Text(text=text),), [Value(element, f"{W}val")]))
        for row in _inside(table, f"{W}tr"):
            head = row.find(f"{W}trPr/{W}tblHeader")
            repeated = head is not None and head.get(f"{W}val") not in ("0", "false", "off")
            heads += int(repeated and heads == len(out))
            cells: list[CellNode] = []
            before = value_of(row, f"{W}trPr/{W}gridBefore")
            column = int(before) if before.isdigit() else 0
            for cell in _inside(row, f"{W}tc"):
                span = value_of(cell, f"{W}tcPr/{W}gridSpan")
                width = int(span) if span.isdigit() else 1
                merge = cell.find(f"{W}tcPr/{W}vMerge")
                inner = self._blocks(cell, "cell")
                if merge is not None and merge.get(f"{W}val") != "restart" and column in spans and not first:
                    spans[column].rows += 1
                    spans[column].nodes += inner
                else:
                    made = CellNode(inner, width)
                    cells.append(made)
                    spans.pop(column, None)
                    if merge is not None:
                        spans[column] = made
                column += max(1, width)
            first = False
            out.append(cells)
        return Node(rows=out, heads=heads if heads < len(out) else 0)

    # notes, running heads

    def _notes(self, main: str) -> None:
        self._begin(main)
        wanted = [
            (kind, reference.get(f"{W}id") or "")
            for reference in self.word.xml(main).iter(f"{W}footnoteReference", f"{W}endnoteReference")
            for kind in (reference.tag.removeprefix(W).removesuffix("Reference"),)
        ]
        taken: dict[tuple[str, str], list[Node]] = {}
        for kind in ("footnote", "endnote"):
            for part in self.word.related(main, f"{kind}s"):
                self._begin(part)
                for note in self.word.xml(part).iter(f"{W}{kind}"):
                    key = (kind, note.get(f"{W}id") or "")
                    if key in wanted and note.get(f"{W}type") in (None, "normal"):
                        taken[key] = self._blocks(note, "note")
        for key in dict.fromkeys(wanted):
            nodes = taken.get(key, [])
            said_ = [short(content_hash(p.content)) for n in nodes for p in _places(n)]
            base = f"note-{short(digest_bytes(' '.join(said_).encode()))}"
            name = next(
                n
                for n in itertools.chain([base], (f"{base}-{i}" for i in itertools.count(2)))
                if n not in self.words.notes
            )
            self.note_refs[key] = name
            self.words.notes[name] = nodes

    def _sort_notes(self) -> None:
        """Notes in the order in which their marks stand."""
        order = [
            i.ref
            for place in self.words.places()
            for i in place.content
            if isinstance(i, Placeholder) and i.kind == "note"
        ]
        notes = self.words.notes
        self.words.notes = {name: notes[name] for name in dict.fromkeys([*order, *notes])}

    def _headers(self, main: str) -> None:
        relations = self.word.relationships(main)
        known: dict[tuple[str, str], Place] = {}
        parts: dict[str, Role] = {}
        for reference in self.word.xml(main).iter(f"{W}headerReference", f"{W}footerReference"):
            _, target, outside = relations.get(reference.get(f"{R}id") or "", ("", "", True))
            if not outside and target in self.word.parts:
                parts.setdefault(target, "header" if reference.tag == f"{W}headerReference" else "footer")
        for part, role in parts.items():
            for node in self._story(part, self.word.xml(part), role):
                for place in _places(node):
                    place.role = role if place.role != "alt" else "alt"
                    key = (place.role, content_hash(place.content))
                    if key in known:
                        known[key].spots += place.spots
                    else:
                        known[key] = place
                        self.words.furniture.append(place)

    # what says again what is said elsewhere

    def _entries(self) -> None:
        """Entries of a table of contents that say what their heading says are no units: they follow the heading."""
        dropped: set[Place] = set()
        for entry, node in self.entries:
            place = self.bookmarks.get(entry.links_to())
            if place is None or node.place is None or place is node.place or not isinstance(place.spots[0], Paragraph):
                continue
            tokens = _matching(entry, place.spots[0].shown(place.content))
            if tokens:
                self.words.derived.append(Derived(entry, tokens, place))
                dropped.add(node.place)
        if dropped:
            _forget(self.words.nodes, dropped)
            self.find(
                "contents",
                "info",
                "the table of contents says what the headings say; its page numbers are those of the source until "
                "the fields are updated in Word (the PDF has its own)",
            )

    def _labels(self, main: str) -> None:
        """Words in the numbers of lists ("Article %1"), of those levels that are used."""
        used: set[tuple[str, int]] = set()
        for part in self.words.stories:
            for element in self.word.xml(part).iter(f"{W}p"):
                numbering = self._numbering(element, self.word.style_of(element, f"{W}pPr/{W}pStyle"))
                if numbering:
                    used.add(numbering)
        for part in self.word.related(main, "numbering"):
            root = self.word.xml(part)
            abstract = {n.get(f"{W}numId"): value_of(n, f"{W}abstractNumId") for n in root.iter(f"{W}num")}
            wanted = {(abstract.get(number, ""), level) for number, level in used}
            for item in root.iter(f"{W}abstractNum"):
                for level in item.iter(f"{W}lvl"):
                    depth = level.get(f"{W}ilvl") or "0"
                    text = level.find(f"{W}lvlText")
                    pattern = _clean(text.get(f"{W}val") or "") if text is not None else ""
                    key = (item.get(f"{W}abstractNumId") or "", int(depth) if depth.isdigit() else 0)
                    if key not in wanted or value_of(level, f"{W}numFmt") == "bullet":
                        continue
                    if _symbol_font(level.find(f"{W}rPr")) or not re.search(
                        r"[^\W\d_]{2,}", re.sub(r"%\d", "", pattern)
                    ):
                        continue
                    numbers = itertools.count(1)
                    content = tidy(
                        Placeholder(id=next(numbers), kind="raw", ref=piece)
                        if re.fullmatch(r"%\d", piece)
                        else Text(text=piece)
                        for piece in re.split(r"(%\d)", pattern)
                        if piece
                    )
                    self.words.furniture.append(Place("label", content, [Value(text, f"{W}val")]))

    def _title(self) -> None:
        """The title in the file's properties: one that the text says too follows it, another one is a unit."""
        for _, part, outside in self.word.relationships("").values():
            if outside or not part.lower().endswith("core.xml") or part not in self.word.parts:
                continue
            for element in self.word.xml(part).iter(f"{DC}title"):
                text = " ".join(_clean(element.text or "").split())
                if not _LETTER.search(text) or NOT_A_TITLE.fullmatch(text):
                    continue
                same = next((p for p in self.words.places() if " ".join(plain(p.content).split()) == text), None)
                if same is not None:
                    same.spots.append(Value(element))
                elif self.words.title is None:
                    self.words.furniture.append(Place("metadata", (Text(text=text),), [Value(element)]))

    # what stays as it is

    def _report(self, main: str) -> None:
        inserted = sum(c.insertions for c in self.changes)
        deleted = sum(c.deletions for c in self.changes)
        if inserted or deleted:
            who = ", ".join(sorted({a for c in self.changes for a in c.authors})) or "?"
            self.find(
                "changes",
                "warning",
                f"tracked changes by {who} are accepted: insertions {inserted}, deletions {deleted}",
            )
        for words in (w for c in self.changes for w in c.deleted_cells):
            self.find(
                "changes",
                "block",
                f"a table cell is deleted as a tracked change ({quoted(words)}); accept or reject it in Word",
            )
        if self.hidden:
            self.find("hidden", "warning", f"hidden text stays in the file in English: {_some(self.hidden)}")
        for part in self.word.related(main, "comments"):
            comments = list(self.word.xml(part).iter(f"{W}comment"))
            if comments:
                who = ", ".join(dict.fromkeys(c.get(f"{W}author") or "?" for c in comments))
                self.find(
                    "comments",
                    "warning",
                    f"comments by {who} stay in the Word file in English ({len(comments)}), the first: "
                    f"{quoted(said(comments[0]))}",
                )
        for part in self.words.stories:
            self._foreign(part)
        if any(n.lower().endswith("vbaproject.bin") for n in self.word.parts):
            self.find("macros", "info", "the file has macros; they are left out of the translations")
        if self.word.related(main, "glossaryDocument"):
            self.find(
                "glossary", "info", "the file's building blocks (AutoText) are no part of the text and stay English"
            )

    def _foreign(self, part: str) -> None:
        """Charts, diagrams, embedded files and form choices: their English words are named."""
        root = self.word.xml(part)
        relations = self.word.relationships(part)
        for data in root.iter(f"{A}graphicData"):
            kind = (data.get("uri") or "").rsplit("/", 1)[-1]
            if kind in ("chart", "chartex", "diagram", "lockedCanvas") and not _in_fallback(data):
                what = {"diagram": "SmartArt diagram", "lockedCanvas": "drawing"}.get(kind, "chart")
                words = self._related_words(data, relations, kind)
                if words:
                    self.find(
                        kind if kind != "lockedCanvas" else "drawing",
                        "block",
                        f"the words of a {what} stay English: {_some(words)} {_near(data)}; translate them in Word",
                    )
        for element in root.iter(f"{W}object"):
            ole = next(element.iter(f"{O}OLEObject"), None)
            control = element.find(f"{W}control")
            name = ole.get("ProgID") if ole is not None else control.get(f"{W}name") if control is not None else None
            self.find(
                "object",
                "warning",
                f"an embedded object ({name or 'unknown'}) stays as it is, with the words in it {_near(element)}",
            )
        for choice in root.iter(f"{W}ddList", f"{W}dropDownList", f"{W}comboBox"):
            entries = [
                e.get(f"{W}displayText") or e.get(f"{W}val") or e.get(f"{W}value") or ""
                for e in choice
                if isinstance(e.tag, str)
            ]
            entries = [e for e in entries if _LETTER.search(e)]
            if entries:
                self.find(
                    "control",
                    "warning",
                    f"the choices of a drop-down list stay English: {_some(entries)} {_near(choice)}",
                )
        codes = [i.text or "" for i in root.iter(f"{W}instrText")]
        index = [c for c in codes if re.match(r"\s*(XE|TC)\s", c)]
        if index:
            self.find(
                "index",
                "warning",
                f"{len(index)} entries of an index or list stay English, the first: {quoted(index[0])}",
            )
        for formula in root.iter(f"{M}oMath"):
            tex = "".join(t.text or "" for t in formula.iter(f"{M}t"))
            if re.search(r"[^\W\d_]{4,}", tex):
                self.find("math", "warning", f"words in a formula are not translated: {quoted(tex)}")
        for ruby in root.iter(f"{W}ruby"):
            self.find("ruby", "warning", f"a word with its reading above stays as it is: {quoted(said(ruby))}")

    def _related_words(self, data: Any, relations: dict[str, tuple[str, str, bool]], kind: str) -> list[str]:
        words = [" ".join((t.text or "").split()) for t in data.iter(f"{A}t")]
        for child in data.iter():
            for key, value in child.attrib.items():
                if not key.startswith(R) or value not in relations or (kind == "diagram" and key != f"{R}dm"):
                    continue
                target = relations[value][1]
                if target in self.word.parts and target.endswith(".xml"):
                    root = self.word.xml(target)
                    words += [t.text or "" for t in root.iter(f"{A}t")]
                    words += [v.text or "" for s in root.iter(f"{C}strCache") for v in s.iter(f"{C}v")]
        return list(dict.fromkeys(w for t in words if _LETTER.search(w := " ".join(t.split()))))


NOT_A_TITLE = re.compile(r"(microsoft word - .*|word document|document\d*|untitled|.*\.docx?)?\s*", re.IGNORECASE)
"""What programs write for a title that nobody gave."""


def quoted(text: str, limit: int = 60) -> str:
    """The first words of a text in quotation marks: how findings name a place."""
    text = " ".join(text.split())
    if len(text) > limit:
        text = text[:limit].rsplit(" ", 1)[0].rstrip(",;:. ") + " …"
    return f"“{text}”"


def _some(texts: Sequence[str]) -> str:
    rest = f" and {len(texts) - 3} more" if len(texts) > 3 else ""
    return ", ".join(quoted(t, 40) for t in texts[:3]) + rest


def _near(element: Any) -> str:
    """The words near an element, for people to find the place."""
    place = element
    while place is not None and place.tag != f"{W}p":
        place = place.getparent()
    while place is not None:
        words = " ".join(said(place).split()) if place.tag in (f"{W}p", f"{W}tbl") else ""
        if words:
            return f"(near {quoted(words)})"
        before = place.getprevious()
        place = before if before is not None else place.getparent()
    return "(at the start)"


def _forget(nodes: list[Node], dropped: set[Place]) -> None:
    for node in nodes:
        if node.place in dropped:
            node.place = None
        for row in node.rows or ():
            for cell in row:
                _forget(cell.nodes, dropped)


def _matching(entry: Paragraph, heading: str) -> list[Token]:
    """The tokens of a contents entry, between two tabs, that say what the heading says; empty where none do."""
    chunk: list[Token] = []
    wanted = _squeezed(heading)
    for token in [*entry.core, Token("object", [], text="", ref="tab")]:
        if token.kind == "object" and token.ref == "tab":
            if wanted and _squeezed("".join(t.text for t in chunk)) == wanted:
                return [t for t in chunk if t.kind in ("text", "object")]
            chunk = []
        else:
            chunk.append(token)
    return []


def _squeezed(text: str) -> str:
    return "".join(text.split())


def _inside(element: Any, tag: str) -> Iterator[Any]:
    """The rows of a table or the cells of a row, those in content controls too."""
    for child in element:
        if child.tag == tag:
            yield child
        elif child.tag in (f"{W}sdt", f"{W}sdtContent", f"{W}customXml"):
            yield from _inside(child, tag)


def _descend(element: Any, wanted: Callable[[Any], bool]) -> Iterator[Any]:
    """The nearest elements below that are wanted; nothing inside a text box of theirs."""
    for child in element:
        if wanted(child):
            yield child
        elif child.tag != f"{W}txbxContent":
            yield from _descend(child, wanted)


def _outermost(paragraph: Any) -> Iterator[Any]:
    """The drawings of a paragraph, alternatives of one drawing together."""
    return _descend(paragraph, lambda e: e.tag in (f"{MC}AlternateContent", f"{W}drawing", f"{W}pict", f"{W}object"))


def _boxes(paragraph: Any) -> Iterator[Any]:
    """The text boxes that hang on a paragraph."""
    return _descend(paragraph, lambda e: e.tag == f"{W}txbxContent")


def _described(drawing: Any) -> Iterator[tuple[Any, str]]:
    """Elements of a drawing and the attribute that has words of theirs."""
    for element in _descend_all(drawing):
        name = element.tag.rsplit("}", 1)[-1] if isinstance(element.tag, str) else ""
        if name in ("docPr", "cNvPr"):
            yield from ((element, key) for key in ("title", "descr") if element.get(key))
        elif element.tag in (f"{V}shape", f"{V}rect", f"{V}group", f"{V}roundrect", f"{V}oval", f"{V}line"):
            if element.get("alt"):
                yield element, "alt"
        elif element.tag == f"{V}textpath" and element.get("string"):
            yield element, "string"


def _descend_all(element: Any) -> Iterator[Any]:
    for child in element:
        yield child
        if child.tag != f"{W}txbxContent":
            yield from _descend_all(child)


def _in_fallback(element: Any) -> bool:
    return any(a.tag == f"{MC}Fallback" for a in element.iterancestors())
