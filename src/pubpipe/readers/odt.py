"""An OpenDocument text to a `SourceDocument`."""

from __future__ import annotations

import copy
import re
from collections.abc import Container, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from pubpipe.errors import SourceError
from pubpipe.model import Block, Finding, Quote, SourceDocument, quoted
from pubpipe.readers import base, pandoc
from pubpipe.readers.images import ImageError
from pubpipe.readers.package import Package, open_package, password, rebuild

NAME = "odt/3"
EXTENSIONS: tuple[str, ...] = (".odt", ".ott")

_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_DRAW = "{urn:oasis:names:tc:opendocument:xmlns:drawing:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_XLINK = "{http://www.w3.org/1999/xlink}"
_SVG = "{urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0}"
_FO = "{urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0}"
_XML = "{http://www.w3.org/XML/1998/namespace}"

_PARAGRAPHS = (f"{_TEXT}p", f"{_TEXT}h")
_INDEXES = tuple(
    f"{_TEXT}{n}"
    for n in (
        "table-of-content",
        "illustration-index",
        "table-index",
        "object-index",
        "alphabetical-index",
        "user-index",
    )
)

_TITLE_BLOCK = ("Title", "Subtitle", "Author", "Date")
"""Writer's styles of the title block, and pandoc's."""
_CAPTIONS = ("Caption", "caption", "Illustration", "Figure", "Drawing", "Table")
"""Writer's paragraph styles for captions; "Text" is one too, but also a name that people give."""
_QUOTES = ("Quotations", "Quote", "Intense_20_Quote", "IntenseQuote")
"""Writer's style for quotations and those of Word and pandoc."""
_LIST_LEVELS = 8
_MOST_COLUMNS = 200
_COUNTED = "pubpipe:columns"
_UNDERLINE = "pubpipe:underline"
"""The address of a link that stands for underlined text, which pandoc would read as emphasised."""
_KEPT = frozenset(
    ("p", "h", "span", "a", "s", "tab", "line-break", "note", "note-citation", "note-body", "list", "ruby")
)
"""Elements in a paragraph that pandoc reads; all others that have text are fields."""


def read(data: bytes, folder: Path | None = None) -> SourceDocument:  # noqa: ARG001 (images are in the file)
    """The document in ODT bytes."""
    package = open_package(data)
    if "META-INF/manifest.xml" in package and b"encryption-data" in package["META-INF/manifest.xml"]:
        raise password()
    if "content.xml" not in package:
        raise SourceError("the file is damaged: it has no content.", remedy="Save it again, or get a fresh copy.")
    content = package.xml("content.xml")
    styles = package.xml("styles.xml") if "styles.xml" in package else None
    body = content.find(f"{_OFFICE}body/{_OFFICE}text")
    if body is None:
        raise SourceError(
            "the file is an OpenDocument file that is no text.", remedy="Save it as a text document (.odt)."
        )
    base.check_depth(body)
    story = _Story(package, content, styles, body)
    length = sum(len(p.text or "") + len(p.tail or "") for p in body.iter())
    base.check_length(length)
    story.prepare()
    tree = pandoc.tree(story.rebuilt(), "odt-auto_identifiers", length)
    _restored(tree["blocks"])
    parts = pandoc.convert(tree, story.image, story.alternatives(), story.captions())
    parts = base.replace(parts, blocks=_joined_quotes(parts.blocks))
    document = base.assemble(story.title_block(parts), data=data, reader=NAME)
    lost = base.missing(story.expected, document, story.omitted)
    lost += [
        base.found("image", "block", f"image {name or 'without address'!r} did not arrive")
        for name in story.wanted
        if name not in story.got
    ]
    return document.model_copy(update={"findings": (*document.findings, *lost)})


@dataclass
class _Story:
    """The text of one ODT file, rewritten so that pandoc's reader sees all of it."""

    package: Package
    content: Any
    styles: Any
    body: Any
    findings: list[Finding] = field(default_factory=list)
    omitted: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)
    wanted: list[str] = field(default_factory=list)
    got: set[str] = field(default_factory=set)
    opening: list[tuple[str, str]] = field(default_factory=list)
    """Kind and text of the lines of the title block."""
    said_of: dict[str, str] = field(default_factory=dict)
    """Alternative text by image address, as the addresses are after `prepare`."""
    places: dict[str, str] = field(default_factory=dict)
    """Address in the file of an image that the text shows more than once, by the address given to one showing."""

    def find(self, check: str, severity: Literal["info", "warning", "block"], message: str) -> None:
        self.findings.append(base.found(check, severity, message))

    def prepare(self) -> None:
        self._remove_indexes()
        self._tracked_changes()
        self._annotations()
        self._hidden()
        self._forms()
        self.expected = self.texts()
        self._fields()
        self._underlines()
        self._whole_paragraphs()
        self._quotes()
        self._list_numbers()
        self._columns()
        self._deep_lists()
        self._title()
        self._text_boxes()
        self._objects()
        self._around()
        for image in self.body.iter(f"{_DRAW}image"):
            name = (image.get(f"{_XLINK}href") or "").removeprefix("./")
            if not name.startswith("ObjectReplacements/") and image.find(f"{_OFFICE}binary-data") is None:
                self.wanted.append(name)
        self._images()

    def texts(self) -> list[str]:
        """The text of each paragraph, that of boxes and notes in it apart."""
        from lxml import etree

        out: list[str] = []
        stack: list[list[str]] = [[]]
        skip = {f"{_TEXT}note-citation", f"{_SVG}title", f"{_SVG}desc", f"{_OFFICE}forms"}
        walk = etree.iterwalk(self.body, events=("start", "end"))
        for event, element in walk:
            if not isinstance(element.tag, str):
                if event == "end" and element.tail:
                    stack[-1].append(element.tail)
                continue
            if event == "start":
                if element.tag in skip:
                    if element.tail:
                        stack[-1].append(element.tail)
                    walk.skip_subtree()
                    continue
                if element.tag in _PARAGRAPHS:
                    stack.append([])
                elif element.tag in (f"{_TEXT}s", f"{_TEXT}tab", f"{_TEXT}line-break"):
                    stack[-1].append(" ")
                if element.text:
                    stack[-1].append(element.text)
            elif element.tag not in skip:
                if element.tag in _PARAGRAPHS and len(stack) > 1:
                    out.append("".join(stack.pop()))
                if element.tail:
                    stack[-1].append(element.tail)
        return [t for t in out if t.strip()]

    def _remove_indexes(self) -> None:
        gone = list(self.body.iter(*_INDEXES))
        for element in gone:
            _remove(element)
        if gone:
            self.find(
                "contents", "info", "the table of contents or an index is not carried: the template makes its own"
            )

    def _tracked_changes(self) -> None:
        for changes in list(self.body.iter(f"{_TEXT}tracked-changes")):
            regions = list(changes.iter(f"{_TEXT}changed-region"))
            inserted = sum(1 for r in regions if r.find(f"{_TEXT}insertion") is not None)
            deleted = sum(1 for r in regions if r.find(f"{_TEXT}deletion") is not None)
            if inserted or deleted:
                self.find(
                    "changes",
                    "warning",
                    f"tracked changes are read as accepted: {inserted} inserted, {deleted} deleted",
                )
            _remove(changes)

    def _annotations(self) -> None:
        notes = list(self.body.iter(f"{_OFFICE}annotation"))
        if notes:
            said = " ".join("".join(p.itertext()) for p in notes[0].iter(*_PARAGRAPHS))
            self.find("comments", "warning", f"{len(notes)} comment(s) not carried, the first: {quoted(said)}")
        for note in notes:
            _remove(note)

    def _hidden(self) -> None:
        hidden = {
            style.get(f"{_STYLE}name")
            for root in (self.content, self.styles)
            if root is not None
            for style in root.iter(f"{_STYLE}style")
            for properties in style.iter(f"{_STYLE}text-properties")
            if properties.get(f"{_TEXT}display") == "none"
        }
        for element in list(self.body.iter(f"{_TEXT}span", f"{_TEXT}section", *_PARAGRAPHS)):
            gone = element.get(f"{_TEXT}style-name") in hidden or (
                element.tag == f"{_TEXT}section" and element.get(f"{_TEXT}display") == "none"
            )
            said = "".join(element.itertext())
            if gone and element.getparent() is not None:
                if said.strip():
                    self.find("hidden", "warning", f"hidden text is not carried: {quoted(said)}")
                _remove(element)
        for element in list(self.body.iter(f"{_TEXT}hidden-text", f"{_TEXT}hidden-paragraph")):
            if (element.get(f"{_TEXT}is-hidden") or "true") == "true" and "".join(element.itertext()).strip():
                self.find("hidden", "warning", f"hidden text is not carried: {quoted(''.join(element.itertext()))}")
                _remove(element)

    def _forms(self) -> None:
        for forms in list(self.body.iter(f"{_OFFICE}forms")):
            if len(forms):
                self.find("form", "block", f"a form with {len(forms)} part(s) is not carried")
            _remove(forms)

    def _fields(self) -> None:
        """Cross-references, dates, page counts and other fields as the text they show."""
        for element in list(self.body.iter()):
            parent = element.getparent()
            if (
                isinstance(element.tag, str)
                and element.tag.startswith(_TEXT)
                and element.tag.removeprefix(_TEXT) not in _KEPT
                and parent is not None
                and (parent.tag in _PARAGRAPHS or parent.tag in (f"{_TEXT}span", f"{_TEXT}a"))
                and "".join(element.itertext()).strip()
            ):
                element.tag = f"{_TEXT}span"
                element.attrib.clear()

    def _deep_lists(self) -> None:
        """Lists below the eighth level one level up: pandoc's time doubles with each level, Writer has ten."""
        moved = False
        for inner in list(self.body.iter(f"{_TEXT}list")):
            item = inner.getparent()
            if item is None or item.tag != f"{_TEXT}list-item":
                continue
            if sum(1 for _ in inner.iterancestors(f"{_TEXT}list")) < _LIST_LEVELS:
                continue
            moved = True
            _remove(inner)
            for child in reversed(list(inner)):
                item.addnext(child)
        if moved:
            self.find("list", "warning", f"lists below level {_LIST_LEVELS} stand at that level")

    def _images(self) -> None:
        """Each showing of an image with its own words and its width as pandoc reads it.

        Writer has a title and a longer description for the same purpose; both are read.
        """
        for image in self.body.iter(f"{_DRAW}image"):
            frame, address = image.getparent(), image.get(f"{_XLINK}href") or ""
            if frame is None or frame.tag != f"{_DRAW}frame":
                continue
            share = frame.get(f"{_STYLE}rel-width") or ""
            if re.fullmatch(r"[\d.]+%", share):
                frame.set(f"{_SVG}width", share)
                frame.attrib.pop(f"{_SVG}height", None)
            title, description = (
                " ".join("".join(e.itertext()).split()) if (e := frame.find(f"{_SVG}{name}")) is not None else ""
                for name in ("title", "desc")
            )
            if base.letters(title) not in base.letters(description):
                joint = " " if not description or title.endswith((".", "!", "?", ":")) else ". "
                description = f"{title}{joint}{description}".strip()
            if self.said_of.get(address, description) != description:
                own = f"{address}#{len(self.places) + 2}"
                self.places[own], address = address, own
                image.set(f"{_XLINK}href", own)
            self.said_of[address] = description

    def alternatives(self) -> dict[str, str]:
        """Alternative text by image address."""
        return {address: said for address, said in self.said_of.items() if said}

    def _underlines(self) -> None:
        """Underlined text as links to nowhere; underlines of links, which a template has its own look for, go."""
        lines = set[str | None]()
        for root in (self.content, self.styles):
            for style in root.iter(f"{_STYLE}style") if root is not None else ():
                for properties in style.iter(f"{_STYLE}text-properties"):
                    kind = properties.attrib.pop(f"{_STYLE}text-underline-style", "none")
                    if kind != "none" and style.get(f"{_STYLE}family") == "text":
                        lines.add(style.get(f"{_STYLE}name"))
        parents = self._parents()
        for span in list(self.body.iter(f"{_TEXT}span")):
            if _named(span, parents, lines) not in lines or any(a.tag == f"{_TEXT}a" for a in span.iterancestors()):
                continue
            if next(span.iter(f"{_TEXT}a"), None) is not None:
                continue
            link = span.makeelement(f"{_TEXT}a", {f"{_XLINK}href": _UNDERLINE})
            span.addprevious(link)
            link.tail, span.tail = span.tail, None
            link.append(span)

    def _whole_paragraphs(self) -> None:
        """Bold and italic that Writer keeps in the paragraph's own style, where somebody marked all of a paragraph.

        pandoc reads them of spans only. Named styles are a look, not an emphasis, and stay out.
        """
        automatic = self.content.find(f"{_OFFICE}automatic-styles")
        if automatic is None:
            return
        looks: dict[tuple[str | None, str | None], dict[str, str]] = {}
        for style in automatic.iter(f"{_STYLE}style"):
            properties = style.find(f"{_STYLE}text-properties")
            if properties is not None:
                looks[style.get(f"{_STYLE}family"), style.get(f"{_STYLE}name")] = {
                    name: value
                    for name in (f"{_FO}font-weight", f"{_FO}font-style")
                    if (value := properties.get(name)) is not None
                }
        parents = self._parents()
        for paragraph in list(self.body.iter(f"{_TEXT}p")):
            name = paragraph.get(f"{_TEXT}style-name")
            look = {n: v for n, v in looks.get(("paragraph", name), {}).items() if v in ("bold", "italic")}
            spans = [looks.get(("text", s.get(f"{_TEXT}style-name")), {}) for s in paragraph.iter(f"{_TEXT}span")]
            if (
                not look
                or any(n in own for own in spans for n in look)
                or next(paragraph.iter(f"{_DRAW}frame", f"{_TEXT}sequence"), None) is not None
                or not "".join(paragraph.itertext()).strip()
                or _named(paragraph, parents, (*_TITLE_BLOCK, *_CAPTIONS)) in (*_TITLE_BLOCK, *_CAPTIONS)
            ):
                continue
            own = f"pubpipe-{'-'.join(sorted(look.values()))}"
            if ("text", own) not in looks:
                looks["text", own] = look
                style = automatic.makeelement(f"{_STYLE}style", {f"{_STYLE}name": own, f"{_STYLE}family": "text"})
                style.append(style.makeelement(f"{_STYLE}text-properties", look))
                automatic.append(style)
            span = paragraph.makeelement(f"{_TEXT}span", {f"{_TEXT}style-name": own})
            span.text, paragraph.text = paragraph.text, None
            span.extend(list(paragraph))
            paragraph.append(span)

    def _quotes(self) -> None:
        """Paragraphs in a style for quotations with an indentation, by which alone pandoc knows a quotation."""
        automatic, parents = self.content.find(f"{_OFFICE}automatic-styles"), self._parents()
        quotes = [p for p in self.body.iter(f"{_TEXT}p") if _named(p, parents, _QUOTES) in _QUOTES]
        if automatic is None or not quotes:
            return
        style = automatic.makeelement(
            f"{_STYLE}style", {f"{_STYLE}name": "pubpipe-quote", f"{_STYLE}family": "paragraph"}
        )
        style.append(style.makeelement(f"{_STYLE}paragraph-properties", {f"{_FO}margin-left": "0.5in"}))
        automatic.append(style)
        for paragraph in quotes:
            paragraph.set(f"{_TEXT}style-name", "pubpipe-quote")

    def _columns(self) -> None:
        """A last row with a cell for each column in tables in which every row has merged cells.

        pandoc takes the longest row for the number of columns and drops what is beyond it.
        """
        for table in list(self.body.iter(f"{_TABLE}table")):
            rows = [r for r in table.iter(f"{_TABLE}table-row") if next(r.iterancestors(f"{_TABLE}table")) is table]
            cells, columns = 0, 0
            for row in rows:
                counts = [
                    (c.tag, _whole(c.get(f"{_TABLE}number-columns-repeated")) or 1)
                    for c in row.iterchildren(f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell")
                ]
                columns = max(columns, sum(n for _, n in counts))
                cells = max(cells, sum(n for tag, n in counts if tag == f"{_TABLE}table-cell"))
            if cells < columns <= _MOST_COLUMNS:
                row = table.makeelement(f"{_TABLE}table-row")
                for _ in range(columns):
                    cell = row.makeelement(f"{_TABLE}table-cell")
                    paragraph = cell.makeelement(f"{_TEXT}p")
                    paragraph.text = _COUNTED
                    cell.append(paragraph)
                    row.append(cell)
                table.append(row)

    def _list_numbers(self) -> None:
        """Numbers that go on from an earlier list, or that an item sets, as styles of lists that begin there.

        pandoc reads the start of a list from its style only.
        """
        styles = {
            style.get(f"{_STYLE}name"): style
            for root in (self.styles, self.content)
            if root is not None
            for style in root.iter(f"{_TEXT}list-style")
        }
        automatic = self.content.find(f"{_OFFICE}automatic-styles")
        ended: dict[tuple[Any, ...], int] = {}
        for made, listed in enumerate(list(self.body.iter(f"{_TEXT}list"))):
            around = [listed, *listed.iterancestors(f"{_TEXT}list")]
            level = str(len(around))
            name = next((n for e in around if (n := e.get(f"{_TEXT}style-name"))), None)
            style = styles.get(name)
            numbered = [e for e in (style if style is not None else ()) if e.get(f"{_TEXT}level") == level]
            items = [e for e in listed if e.tag == f"{_TEXT}list-item"]
            if style is None or not items or not numbered or numbered[0].tag != f"{_TEXT}list-level-style-number":
                continue
            usual = _whole(numbered[0].get(f"{_TEXT}start-value")) or 1
            start = usual
            before = listed.get(f"{_TEXT}continue-list")
            if before:
                start = ended.get(("id", before), usual - 1) + 1
            elif listed.get(f"{_TEXT}continue-numbering") == "true":
                start = ended.get((name, level), usual - 1) + 1
            start = _whole(items[0].get(f"{_TEXT}start-value")) or start
            last = start + len(items) - 1
            ended[name, level] = ended["id", listed.get(f"{_XML}id")] = last
            if start != usual and automatic is not None:
                own = copy.deepcopy(style)
                own.set(f"{_STYLE}name", f"pubpipe-list-{made}")
                for element in own:
                    if element.get(f"{_TEXT}level") == level:
                        element.set(f"{_TEXT}start-value", str(start))
                automatic.append(own)
                listed.set(f"{_TEXT}style-name", f"pubpipe-list-{made}")
                styles[f"pubpipe-list-{made}"] = style
                for inner in items:
                    for nested in inner.iterchildren(f"{_TEXT}list"):
                        if not nested.get(f"{_TEXT}style-name") and name:
                            nested.set(f"{_TEXT}style-name", name)

    def _parents(self) -> dict[str | None, str | None]:
        """Style to the style that it is based on."""
        return {
            style.get(f"{_STYLE}name"): style.get(f"{_STYLE}parent-style-name")
            for root in (self.styles, self.content)
            if root is not None
            for style in root.iter(f"{_STYLE}style")
        }

    def captions(self) -> list[str]:
        """The paragraphs in the styles that Writer's own caption command uses."""
        parents = self._parents()
        return [
            "".join(element.itertext())
            for element in self.body.iter(f"{_TEXT}p")
            if _named(element, parents, _CAPTIONS) in _CAPTIONS
        ]

    def _title(self) -> None:
        """Paragraphs of the styles Title, Subtitle, Author and Date at the start are the title block."""
        parents = self._parents()
        for element in self.body:
            if element.tag not in _PARAGRAPHS:
                if element.tag in (f"{_TEXT}sequence-decls", f"{_TEXT}variable-decls", f"{_TEXT}soft-page-break"):
                    continue
                break
            in_notes = {t for note in element.iter(f"{_TEXT}note") for t in note.itertext()}
            said = " ".join("".join(t for t in element.itertext() if t not in in_notes).split())
            name = _named(element, parents, _TITLE_BLOCK)
            if not said:
                continue
            if name not in _TITLE_BLOCK or next(element.iter(f"{_DRAW}frame"), None) is not None:
                break
            self.opening.append((str(name).lower(), said))

    def _text_boxes(self) -> None:
        """Boxes become paragraphs after the one they hang on, unless they hold an image and its caption."""
        last: dict[Any, Any] = {}
        parents = self._parents()
        for box in list(self.body.iter(f"{_DRAW}text-box")) + self._shapes():
            anchor = box.getparent()
            while anchor is not None and anchor.tag not in _PARAGRAPHS and anchor is not self.body:
                anchor = anchor.getparent()
            if anchor is None:
                continue
            # a frame around an image and its caption is Writer's way of a figure: nothing moves out of its place
            box_lines, images = list(box.iterchildren(*_PARAGRAPHS)), list(box.iter(f"{_DRAW}image"))
            described = {t for e in box.iter(f"{_SVG}title", f"{_SVG}desc") for t in e.itertext()}
            said = " ".join("".join(t for t in box.itertext() if t not in described).split())
            if anchor is self.body:
                # a box anchored to the page stands before the text; it keeps that place
                frame = box
                while frame.getparent() is not self.body:
                    frame = frame.getparent()
                anchor = frame
            else:
                while (upper := _upper(anchor)) is not None:
                    anchor = upper
            place = last.get(anchor, anchor)
            for child in list(box):
                if child.tag in _PARAGRAPHS or child.tag in (f"{_TEXT}list", f"{_TABLE}table", f"{_TEXT}section"):
                    child.tail = None
                    place.addnext(child)
                    place = child
            last[anchor] = place
            lines = [line for line in box_lines if "".join(line.itertext()).strip()]
            captioned = len(lines) == 1 and len(images) == 1 and _named(lines[0], parents, _CAPTIONS) in _CAPTIONS
            if said and not captioned:
                self.find(
                    "textbox",
                    "warning",
                    f"a text box is carried as paragraphs after the one it hangs on: {quoted(said)}",
                )
        for frame in list(self.body.iter(f"{_DRAW}text-box")):
            parent = frame.getparent()
            if parent is not None and not list(frame):
                _remove(parent if parent.tag == f"{_DRAW}frame" else frame)

    def _shapes(self) -> list[Any]:
        """Drawn shapes with text of their own."""
        names = (
            "custom-shape",
            "rect",
            "ellipse",
            "circle",
            "line",
            "polygon",
            "polyline",
            "path",
            "connector",
            "caption",
        )
        return [s for s in self.body.iter(*(f"{_DRAW}{n}" for n in names)) if "".join(s.itertext()).strip()]

    def _objects(self) -> None:
        for element in list(
            self.body.iter(
                f"{_DRAW}object", f"{_DRAW}object-ole", f"{_DRAW}plugin", f"{_DRAW}applet", f"{_DRAW}control"
            )
        ):
            name = (element.get(f"{_XLINK}href") or "").removeprefix("./")
            inner = f"{name}/content.xml"
            formula = inner in self.package and b"http://www.w3.org/1998/Math/MathML" in self.package[inner][:2000]
            if not formula:
                self.find(
                    "object",
                    "block",
                    f"an embedded object or chart is not carried: {name or 'unnamed'}; paste it as a picture",
                )

    def _around(self) -> None:
        if self.styles is None:
            return
        for kind in ("header", "footer"):
            seen = dict.fromkeys(
                " ".join("".join(p.itertext()).split())
                for element in self.styles.iter(*(f"{_STYLE}{kind}{s}" for s in ("", "-left", "-first")))
                for p in element.iter(*_PARAGRAPHS)
            )
            lines = [line for line in seen if re.search(r"[^\W\d_]", re.sub(r"(?i)\b(page|of)\b", "", line))]
            if lines:
                shown = ", ".join(quoted(line) for line in lines)
                self.find(
                    kind, "warning", f"the {kind} of the pages is not carried (the template has its own): {shown}"
                )

    def image(self, source: str) -> bytes:
        source = self.places.get(source, source)
        name = source.removeprefix("./")
        self.got.add(name)
        if name in self.package:
            return self.package[name]
        if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:|//|\.\./|/", source):
            raise ImageError("it is linked to an address outside the file, which is never fetched")
        raise ImageError("its data is missing from the file")

    def rebuilt(self) -> bytes:
        from lxml import etree

        return rebuild(
            {n: self.package[n] if n.endswith(".xml") or n == "mimetype" else b"\x00" for n in self.package},
            {
                name: etree.tostring(root, xml_declaration=True, encoding="UTF-8")
                for name, root in (("content.xml", self.content), ("styles.xml", self.styles))
                if root is not None
            },
        )

    def title_block(self, parts: base.Parts) -> base.Parts:
        found: dict[str, str] = {}
        if "meta.xml" in self.package:
            for element in self.package.xml("meta.xml").iter():
                if isinstance(element.tag, str):
                    found.setdefault(element.tag.rsplit("}", 1)[-1], " ".join((element.text or "").split()))
        findings = [*self.findings, *(f for f in parts.findings if f.check != "reader.metadata")]
        parts = base.with_title_block(
            base.replace(parts, authors=(), date=None, findings=tuple(findings)), self.opening
        )
        findings = list(parts.findings)
        first = parts.blocks[0] if parts.blocks else None
        title, authors = parts.title, parts.authors
        headed = first is not None and first.type == "heading" and first.level == 1
        lone = headed and not any(b.type == "heading" and b.level == 1 for b in parts.blocks[1:])
        if title is None and not lone and found.get("title"):
            title = base.text(found["title"])
            findings.append(
                base.found("title", "info", f"the title is taken from the file's properties: {quoted(found['title'])}")
            )
        properties = found.get("initial-creator") or found.get("creator") or ""
        if not authors and (authors := base.named_authors(properties)):
            findings.append(
                base.found("author", "info", f"the author is taken from the file's properties: {quoted(properties)}")
            )
        return base.replace(
            parts,
            title=title,
            authors=authors,
            findings=tuple(findings),
            metadata={"lang": found.get("language", "")},
        )


def _whole(number: str | None) -> int | None:
    """The number that an attribute says, if it is one."""
    return int(number) if number and re.fullmatch(r"\d{1,6}", number) else None


def _restored(tree: Any) -> None:
    """Take out of pandoc's tree what `prepare` put in: links that are underlined text, rows that count columns."""
    stack = [tree]
    while stack:
        now = stack.pop()
        if isinstance(now, dict):
            if now.get("t") == "Link" and now["c"][2][0] == _UNDERLINE:
                now["t"], now["c"] = "Underline", now["c"][1]
            elif now.get("t") == "Table":
                for body in now["c"][4]:
                    body[3] = [row for row in body[3] if {"t": "Str", "c": _COUNTED} not in _first(row)]
            stack += now.values()
        elif isinstance(now, list):
            stack += now


def _first(row: Any) -> list[Any]:
    """The inlines of the first paragraph of a row of pandoc's tree."""
    blocks = row[1][0][4] if row[1] else []
    return list(blocks[0]["c"]) if blocks and blocks[0]["t"] in ("Para", "Plain") else []


def _joined_quotes(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """The blocks with quotes that follow one another made one: in Writer each paragraph is a quote of its own."""
    out: list[Block] = []
    for block in blocks:
        if isinstance(block, Quote) and out and isinstance(out[-1], Quote):
            out[-1] = Quote(blocks=(*out[-1].blocks, *block.blocks))
        else:
            out.append(block)
    return tuple(out)


def _named(element: Any, parents: dict[str | None, str | None], wanted: Container[str | None]) -> str | None:
    """The wanted style that a paragraph's style is or is based on, else the last one that it is based on."""
    name: str | None = element.get(f"{_TEXT}style-name")
    seen = set[str | None]()
    while name not in wanted and parents.get(name) and name not in seen:
        seen.add(name)
        name = parents[name]
    return name


def _upper(anchor: Any) -> Any:
    """The paragraph around the paragraph of a box, if it stands in one."""
    upper = anchor.getparent()
    while upper is not None and upper.tag not in _PARAGRAPHS:
        upper = upper.getparent()
    return upper


def _remove(element: Any) -> None:
    """Take an element out and keep the text that follows it."""
    parent = element.getparent()
    if parent is None:
        return
    if element.tail:
        before = element.getprevious()
        if before is not None:
            before.tail = (before.tail or "") + element.tail
        else:
            parent.text = (parent.text or "") + element.tail
    element.tail = None
    parent.remove(element)
