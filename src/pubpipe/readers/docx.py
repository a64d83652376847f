"""A Word document to a `SourceDocument`: prepared with lxml so that pandoc loses nothing, and counted afterwards."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from pubpipe.errors import SourceError
from pubpipe.model import Finding, SourceDocument, quoted
from pubpipe.ooxml import serialize
from pubpipe.readers import base, pandoc
from pubpipe.readers.captions import label
from pubpipe.readers.images import ImageError
from pubpipe.readers.package import Package, open_package, parse_xml, rebuild
from pubpipe.word.package import (
    MC,
    STRICT,
    WP,
    A,
    C,
    O,
    R,
    V,
    W,
    accept_texts,
    is_on,
    join_paragraphs,
    near,
    remove,
    text_of,
    unwrap,
)

NAME = "docx/2"
EXTENSIONS: tuple[str, ...] = (".docx", ".docm", ".dotx")

_PACKAGE_RELATIONSHIPS = "{http://schemas.openxmlformats.org/package/2006/relationships}"

# Wingdings and Symbol by code point: the marks that reports use as ticks, arrows and bullets (Unicode 7.0 mapping
# of Wingdings, L2/12-368; Symbol: Adobe's symbol.txt of the Unicode Consortium's VENDORS/ADOBE mappings).
_WINGDINGS = {
    0x22: "✂", 0x28: "☎", 0x29: "✆", 0x2A: "🖂", 0x46: "☞", 0x4A: "☺", 0x4C: "☹", 0x6C: "●", 0x6E: "■", 0x6F: "□",
    0x71: "❑", 0x72: "❒", 0x75: "◆", 0x76: "❖", 0x77: "⬥", 0x9F: "•", 0xA7: "▪", 0xA8: "◻", 0xD8: "➢", 0xDF: "←",
    0xE0: "→", 0xE1: "↑", 0xE2: "↓", 0xE8: "➔", 0xF0: "⇨", 0xFB: "✗", 0xFC: "✓", 0xFD: "☒", 0xFE: "☑",
}  # fmt: skip
_SYMBOL_SIGNS = {
    0x21: "!∀#∃%&∋()∗+,−./0123456789:;<=>?≅ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_",
    0x61: "αβχδεφγηιϕκλμνοπθρστυϖωξψζ{|}∼",
    0xA0: "€ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…",
    0xBF: "↵ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓◊〈®©™∑",
}
_SYMBOL = {start + place: sign for start, signs in _SYMBOL_SIGNS.items() for place, sign in enumerate(signs)}

_NOT_A_TITLE = re.compile(r"(microsoft word - .*|word document|document\d*|untitled|.*\.docx?)?\s*", re.IGNORECASE)


def read(data: bytes, folder: Path | None = None) -> SourceDocument:  # noqa: ARG001 (images are in the file)
    """The document in DOCX bytes (transitional or strict; macros of a .docm are ignored)."""
    package = open_package(data)
    parts = {name: package[name] for name in package if name.endswith((".xml", ".rels"))}
    if any(b"http://purl.oclc.org/ooxml/" in part[:20_000] for part in parts.values()):
        for old, new in STRICT:
            parts = {name: part.replace(old, new) for name, part in parts.items()}
    word = _Word(package, parts)
    main = word.main()
    stories = [main, *word.related(main, "footnotes"), *word.related(main, "endnotes")]
    trees = {name: word.xml(name) for name in stories}
    for tree in trees.values():
        base.check_depth(tree)
    length = sum(len(t.text or "") for tree in trees.values() for t in tree.iter(f"{W}t"))
    base.check_length(length)
    used_notes = {
        (kind, reference.get(f"{W}id"))
        for tree in trees.values()
        for kind in ("footnote", "endnote")
        for reference in tree.iter(f"{W}{kind}Reference")
    }
    expected: list[str] = []
    for name, tree in trees.items():
        story = _Story(word, name, tree)
        for note in [*tree.iter(f"{W}footnote"), *tree.iter(f"{W}endnote")]:
            kind = note.tag.removeprefix(W)
            if note.get(f"{W}type") in (None, "normal") and (kind, note.get(f"{W}id")) not in used_notes:
                remove(note)
        story.prepare()
        expected += story.expected
    word.around(main)
    changed = {name: serialize(tree) for name, tree in trees.items()}
    converted = pandoc.convert(
        pandoc.tree(rebuild(_Light(package, parts), {**changed}), "docx-auto_identifiers", length), word.image
    )
    document = base.assemble(word.title_block(converted), data=data, reader=NAME)
    lost = base.missing(expected, document, word.omitted)
    lost += word.lost_images()
    return document.model_copy(update={"findings": (*document.findings, *lost)})


class _Light(dict[str, bytes]):
    """The package as pandoc needs it: text parts as they are, images as one byte (we read them ourselves)."""

    def __init__(self, package: Package, parts: dict[str, bytes]) -> None:
        super().__init__({name: parts.get(name, b"\x00") for name in package})


@dataclass
class _Word:
    """One package: its relationships, styles and what was found on the way."""

    package: Package
    parts: dict[str, bytes]
    findings: list[Finding] = field(default_factory=list)
    omitted: list[str] = field(default_factory=list)
    wanted_images: dict[str, str] = field(default_factory=dict)
    """Part name of each image that the text shows, with the words near it."""
    got_images: set[str] = field(default_factory=set)
    _styles: dict[str, tuple[str, bool, str]] | None = None

    def find(self, check: str, severity: Literal["info", "warning", "block"], message: str) -> None:
        self.findings.append(base.found(check, severity, message))

    def xml(self, name: str) -> Any:
        return parse_xml(self.parts[name], name)

    def main(self) -> str:
        """The part that holds the text."""
        for kind, target, _ in self.relationships("").values():
            if kind.endswith("/officeDocument") and target in self.parts:
                return target
        if "word/document.xml" in self.parts:
            return "word/document.xml"
        raise SourceError(
            "the file is damaged: it is a Word package without a document part.",
            remedy="Open it in Word and save it again, or get a fresh copy.",
        )

    def relationships(self, part: str) -> dict[str, tuple[str, str, bool]]:
        """Of a part: id to (type, target, whether the target is outside the file)."""
        folder, name = posixpath.split(part)
        relationships = posixpath.join(folder, "_rels", f"{name}.rels")
        if relationships not in self.parts:
            return {}
        out = {}
        for item in parse_xml(self.parts[relationships], relationships).iter(f"{_PACKAGE_RELATIONSHIPS}Relationship"):
            outside = item.get("TargetMode") == "External"
            target = item.get("Target") or ""
            if not outside:
                target = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
            out[item.get("Id") or ""] = (item.get("Type") or "", target, outside)
        return out

    def related(self, part: str, kind: str) -> list[str]:
        return [
            t
            for k, t, outside in self.relationships(part).values()
            if k.endswith(f"/{kind}") and t in self.parts and not outside
        ]

    def styles(self) -> dict[str, tuple[str, bool, str]]:
        """Style id to (lower-case name, hidden, numbering id), with what it inherits."""
        if self._styles is None:
            raw: dict[str, tuple[str, bool | None, str, str]] = {}
            for name in self.related(self.main(), "styles"):
                for style in self.xml(name).iter(f"{W}style"):
                    title = style.find(f"{W}name")
                    parent = style.find(f"{W}basedOn")
                    number = style.find(f"{W}pPr/{W}numPr/{W}numId")
                    raw[style.get(f"{W}styleId") or ""] = (
                        (title.get(f"{W}val") or "").lower() if title is not None else "",
                        is_on(style.find(f"{W}rPr"), "vanish"),
                        parent.get(f"{W}val") or "" if parent is not None else "",
                        number.get(f"{W}val") or "" if number is not None else "",
                    )
            self._styles = {}
            for key, (title, own_hidden, based_on, own_number) in raw.items():
                hidden, number, parent, seen = own_hidden, own_number, based_on, {key}
                while parent in raw and parent not in seen and (hidden is None or not number):
                    seen.add(parent)
                    hidden = raw[parent][1] if hidden is None else hidden
                    number = number or raw[parent][3]
                    parent = raw[parent][2]
                self._styles[key] = (title, bool(hidden), number)
        return self._styles

    def style_name(self, element: Any, path: str) -> str:
        style = element.find(path)
        return self.styles().get(style.get(f"{W}val") or "", ("", False, ""))[0] if style is not None else ""

    # -- what stands around the text -----------------------------------------------------------------------

    def around(self, main: str) -> None:
        """Findings for headers, footers, comments, embedded files and list labels, which no block carries."""
        for kind in ("header", "footer"):
            said: list[str] = []
            for name in sorted(self.related(main, kind)):
                story = _Story(self, name, self.xml(name), quiet=True)
                said += [t for t in story.texts() if re.search(r"[^\W\d_]", re.sub(r"(?i)\b(page|of)\b", "", t))]
            lines = list(dict.fromkeys(" ".join(t.split()) for t in said))
            if lines:
                shown = ", ".join(quoted(line) for line in lines)
                self.find(
                    kind, "warning", f"the {kind} of the pages is not carried (the template has its own): {shown}"
                )
        for name in self.related(main, "comments"):
            comments = list(self.xml(name).iter(f"{W}comment"))
            if comments:
                first = " ".join(text_of(comments[0]).split())
                who = ", ".join(dict.fromkeys(c.get(f"{W}author") or "?" for c in comments))
                self.find(
                    "comments",
                    "warning",
                    f"{_count(len(comments), 'comment')} by {who} not carried, the first: {quoted(first)}",
                )
        if any(n.lower().endswith("vbaproject.bin") for n in self.package):
            self.find("macros", "info", "the file has macros; they are ignored")
        if self.related(main, "glossaryDocument"):
            self.find(
                "glossary", "info", "the file's building blocks (AutoText) are no part of the text and are not read"
            )

    def title_block(self, converted: base.Parts) -> base.Parts:
        """With what the core properties know where the text itself has no title or author."""
        title, author, language = "", "", ""
        for name in self.parts:
            if name.endswith("core.xml"):
                root = self.xml(name)
                for element in root.iter():
                    if isinstance(element.tag, str):
                        tag = element.tag.rsplit("}", 1)[-1]
                        value = " ".join((element.text or "").split())
                        title = value if tag == "title" else title
                        author = value if tag == "creator" else author
                        language = value if tag == "language" else language
        findings = [*self.findings, *converted.findings]
        authors = converted.authors
        if not authors and (authors := base.named_authors(author)):
            findings.append(
                base.found("author", "info", f"the author is taken from the file's properties: {quoted(author)}")
            )
        new_title = converted.title
        first = converted.blocks[0] if converted.blocks else None
        headed = first is not None and first.type == "heading" and first.level == 1
        lone = headed and not any(b.type == "heading" and b.level == 1 for b in converted.blocks[1:])
        if new_title is None and not lone and title and not _NOT_A_TITLE.fullmatch(title):
            new_title = base.text(title)
            findings.append(
                base.found("title", "info", f"the title is taken from the file's properties: {quoted(title)}")
            )
        return base.replace(
            converted,
            title=new_title,
            authors=authors,
            findings=tuple(findings),
            metadata={**converted.metadata, "lang": language},
        )

    # -- images ----------------------------------------------------------------------------------------------

    def image(self, source: str) -> bytes:
        """The bytes of an image that pandoc names, or why there are none."""
        for name in (f"word/{source}", source, posixpath.normpath(f"word/{source}").lstrip("/")):
            if name in self.package:
                self.got_images.add(name)
                return self.package[name]
        base_name = posixpath.basename(source)
        for name in self.package:
            if posixpath.basename(name) == base_name and "/media/" in f"/{name}":
                self.got_images.add(name)
                return self.package[name]
        if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:|//", source):
            raise ImageError("it is linked to an address outside the file, which is never fetched")
        raise ImageError("its data is missing from the file")

    def lost_images(self) -> list[Finding]:
        return [
            base.found("image", "block", f"image {posixpath.basename(name)!r} did not arrive (near {quoted(near)})")
            for name, near in self.wanted_images.items()
            if name not in self.got_images
        ]


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


class _Story:
    """One part with text (body, footnotes, endnotes), rewritten so that pandoc's reader sees all of it."""

    def __init__(self, word: _Word, name: str, root: Any, *, quiet: bool = False) -> None:
        self.word, self.name, self.root, self.quiet = word, name, root, quiet
        self.relationships = word.relationships(name)
        self.expected: list[str] = []

    def find(self, check: str, severity: Literal["info", "warning", "block"], message: str) -> None:
        if not self.quiet:
            self.word.find(check, severity, message)

    def texts(self) -> list[str]:
        """The text of each paragraph as Word shows it: accepted changes, one branch of each alternative."""
        from lxml import etree

        skip = {f"{W}{t}" for t in ("del", "moveFrom", "delText", "instrText", "rPr", "pPr", "sectPr", "tblPr")}
        stack: list[list[str]] = [[]]
        out: list[str] = []
        walk = etree.iterwalk(self.root, events=("start", "end"))
        for event, element in walk:
            tag = element.tag
            if event == "start":
                if (
                    tag in skip
                    or (tag == f"{MC}Fallback" and self._skips_fallback(element))
                    or (tag == f"{MC}Choice" and not self._takes(element))
                ):
                    walk.skip_subtree()
                elif tag == f"{W}p":
                    stack.append([])
                elif tag == f"{W}t":
                    stack[-1].append(element.text or "")
                elif tag in (f"{W}tab", f"{W}br", f"{W}cr"):
                    stack[-1].append(" ")
            elif tag == f"{W}p" and len(stack) > 1:
                out.append("".join(stack.pop()))
        return [t for t in out if t.strip()]

    def _takes(self, choice: Any) -> bool:
        """Whether this branch of an alternative is the one we read: the first with something to show."""
        for branch in choice.getparent().iterchildren(f"{MC}Choice"):
            shows = next(branch.iter(f"{W}t", f"{A}blip", f"{A}graphicData"), None) is not None
            if shows:
                return branch is choice
        return False

    def _skips_fallback(self, fallback: Any) -> bool:
        return any(self._takes(c) for c in fallback.getparent().iterchildren(f"{MC}Choice"))

    def prepare(self) -> None:
        """Rewrite the part in place; findings for all that changes or cannot be carried."""
        self._alternatives()
        self._contents_table()
        self._tracked_changes()
        self._hidden()
        join_paragraphs(self.root)
        self.expected = self.texts()
        self._controls()
        self._unwrap_containers()
        self._fields()
        self._symbols()
        self._ruby()
        self._foreign()
        self._text_boxes()
        self._floating()
        self._images()
        self._list_labels()
        for name in (
            "commentRangeStart",
            "commentRangeEnd",
            "commentReference",
            "annotationRef",
            "proofErr",
            "lastRenderedPageBreak",
        ):
            for element in list(self.root.iter(f"{W}{name}")):
                remove(element)

    def _alternatives(self) -> None:
        for element in list(self.root.iter(f"{MC}AlternateContent")):
            branch = next((c for c in element.iterchildren(f"{MC}Choice") if self._takes(c)), None)
            if branch is None:
                branch = element.find(f"{MC}Fallback")
            unwrap(element, [] if branch is None else branch)

    def _contents_table(self) -> None:
        gone: list[str] = []
        for sdt in list(self.root.iter(f"{W}sdt")):
            gallery = sdt.find(f"{W}sdtPr/{W}docPartObj/{W}docPartGallery")
            if gallery is not None and gallery.get(f"{W}val") == "Table of Contents":
                gone.append(text_of(sdt))
                remove(sdt)
        for paragraph in list(self.root.iter(f"{W}p")):
            if re.fullmatch(r"toc (\d|heading)|table of figures", self.word.style_name(paragraph, f"{W}pPr/{W}pStyle")):
                gone.append(text_of(paragraph))
                section = paragraph.find(f"{W}pPr/{W}sectPr")
                if section is None:
                    remove(paragraph)
        if gone:
            self.find("contents", "info", "the table of contents is not carried: the template makes its own")

    def _tracked_changes(self) -> None:
        changes = accept_texts(self.root)
        for cell in changes.deleted_cells:
            self.find(
                "changes",
                "block",
                f"a table cell is deleted as a tracked change {cell.place}; accept or reject it in Word",
            )
        if changes.insertions or changes.deletions:
            self.find(
                "changes",
                "warning",
                f"tracked changes by {', '.join(changes.authors) or '?'} are read as accepted: "
                f"{_count(changes.insertions, 'insertion')}, {_count(changes.deletions, 'deletion')}",
            )

    def _hidden(self) -> None:
        styles = self.word.styles()
        for run in list(self.root.iter(f"{W}r")):
            properties = run.find(f"{W}rPr")
            hidden = is_on(properties, "vanish")
            if hidden is None and properties is not None:
                style = properties.find(f"{W}rStyle")
                hidden = style is not None and styles.get(style.get(f"{W}val") or "", ("", False, ""))[1]
            if hidden is None or hidden is False:
                parent = run.getparent()
                style = parent.find(f"{W}pPr/{W}pStyle") if parent is not None else None
                inherited = style is not None and styles.get(style.get(f"{W}val") or "", ("", False, ""))[1]
                hidden = inherited and is_on(properties, "vanish") is None
            if hidden:
                said = text_of(run)
                if said.strip():
                    self.find("hidden", "warning", f"hidden text is not carried: {quoted(said)} {near(run)}")
                remove(run)

    def _controls(self) -> None:
        for sdt in list(self.root.iter(f"{W}sdt")):
            properties, content = sdt.find(f"{W}sdtPr"), sdt.find(f"{W}sdtContent")
            if properties is not None and properties.find(f"{W}showingPlcHdr") is not None:
                self.find(
                    "control",
                    "warning",
                    f"a content control is not filled in: {quoted(text_of(sdt))} {near(sdt)}",
                )
            unwrap(sdt, [] if content is None else content)

    def _unwrap_containers(self) -> None:
        for name in ("smartTag", "customXml", "fldSimple", "bdo", "dir"):
            for element in list(self.root.iter(f"{W}{name}")):
                unwrap(
                    element, [c for c in element if c.tag not in (f"{W}smartTagPr", f"{W}customXmlPr", f"{W}fldData")]
                )

    def _fields(self) -> None:
        """Fields as the text they show: only links inside one paragraph stay fields, choices of forms become text."""
        from lxml import etree

        stack: list[dict[str, Any]] = []
        for run in list(self.root.iter(f"{W}r")):
            for element in list(run):
                if element.tag == f"{W}fldChar":
                    kind = element.get(f"{W}fldCharType")
                    if kind == "begin":
                        stack.append({"begin": element, "marks": [element], "code": "", "paragraph": _paragraph(run)})
                        self._form_field(element, etree)
                    elif stack:
                        stack[-1]["marks"].append(element)
                        if kind == "end":
                            done = stack.pop()
                            link = done["code"].strip().upper().startswith("HYPERLINK")
                            if not (link and done["paragraph"] is _paragraph(run) and not stack):
                                for mark in done["marks"]:
                                    remove(mark)
                elif element.tag == f"{W}instrText" and stack:
                    stack[-1]["code"] += element.text or ""
                    stack[-1]["marks"].append(element)
        for left in stack:
            for mark in left["marks"]:
                remove(mark)

    def _form_field(self, begin: Any, etree: Any) -> None:
        form = begin.find(f"{W}ffData")
        if form is None:
            return
        shown = ""
        choice, box = form.find(f"{W}ddList"), form.find(f"{W}checkBox")
        if choice is not None:
            entries = [e.get(f"{W}val") or "" for e in choice.iter(f"{W}listEntry")]
            result = choice.find(f"{W}result")
            if result is None:
                result = choice.find(f"{W}default")
            number = int(result.get(f"{W}val") or 0) if result is not None else 0
            shown = entries[number] if 0 <= number < len(entries) else ""
        elif box is not None:
            state = is_on(box, "checked")
            shown = "☒" if (state if state is not None else is_on(box, "default")) else "☐"
        if shown:
            text = etree.SubElement(begin.getparent(), f"{W}t")
            text.text = shown
            begin.getparent().remove(text)
            begin.getparent().insert(begin.getparent().index(begin), text)
            if choice is not None:
                self.expected.append(shown)

    def _symbols(self) -> None:
        for symbol in list(self.root.iter(f"{W}sym")):
            font = symbol.get(f"{W}font") or ""
            try:
                code = int(symbol.get(f"{W}char") or "0", 16)
            except ValueError:
                code = 0
            table = _WINGDINGS if font.lower() == "wingdings" else _SYMBOL if font.lower() == "symbol" else {}
            shown = table.get(code & 0xFF if 0xF000 <= code <= 0xF0FF else code)
            if shown is None and not 0xE000 <= code <= 0xF8FF and code >= 0x20:
                shown = chr(code)
            if shown is None:
                self.find(
                    "symbol",
                    "block",
                    f"a sign of the font {font!r} (number {code:04X}) is not known {near(symbol)}",
                )
                shown = "\ufffd"
            symbol.tag = f"{W}t"
            symbol.attrib.clear()
            symbol.text = shown

    def _ruby(self) -> None:
        for ruby in list(self.root.iter(f"{W}ruby")):
            reading, written = ruby.find(f"{W}rt"), ruby.find(f"{W}rubyBase")
            if reading is not None and text_of(reading).strip():
                self.find("ruby", "warning", f"the reading above a word is not carried: {quoted(text_of(reading))}")
                self.word.omitted.append(text_of(reading))
            parent = ruby.getparent()
            inner = [] if written is None else [c for run in written.iter(f"{W}r") for c in run if c.tag != f"{W}rPr"]
            if parent is not None:
                unwrap(ruby, inner)

    def _foreign(self) -> None:
        """Charts, diagrams, embedded files, controls and imported chunks: named, because no block can carry them."""
        for data in list(self.root.iter(f"{A}graphicData")):
            kind = (data.get("uri") or "").rsplit("/", 1)[-1]
            if kind in ("chart", "chartex"):
                said = self._related_words(data, "chart")
                self.find(
                    "chart",
                    "block",
                    f"a chart is not carried{_with(said)} {near(data)}; paste it as a picture with a caption",
                )
            elif kind == "diagram":
                said = self._related_words(data, "diagram")
                self.find(
                    "diagram",
                    "block",
                    f"a SmartArt diagram is not carried{_with(said)} {near(data)}; paste it as a picture",
                )
            elif kind == "lockedCanvas":
                said = " ".join(t.text or "" for t in data.iter(f"{A}t"))
                self.find(
                    "drawing",
                    "block",
                    f"a drawing is not carried{_with(said)} {near(data)}; paste it as a picture",
                )
        for element in list(self.root.iter(f"{W}object")):
            ole = next(element.iter(f"{O}OLEObject"), None)
            control = element.find(f"{W}control")
            if ole is not None:
                self.find(
                    "object",
                    "block",
                    f"an embedded object ({ole.get('ProgID') or 'unknown'}) is not carried {near(element)}",
                )
            elif control is not None:
                self.find(
                    "object",
                    "block",
                    f"a form control ({control.get(f'{W}name') or 'unnamed'}) is not carried {near(element)}",
                )
            else:
                self.find("object", "block", f"an embedded object is not carried {near(element)}")
            remove(element)
        for name, what in (
            ("altChunk", "an imported file"),
            ("subDoc", "a sub-document"),
            ("contentPart", "an ink drawing"),
        ):
            for element in list(self.root.iter(f"{W}{name}")):
                self.find(
                    "import",
                    "block",
                    f"{what} is not carried {near(element)}; open and save the file in Word to merge it",
                )
                remove(element)

    def _related_words(self, data: Any, kind: str) -> str:
        """The words in the chart or diagram parts that an element points to."""
        said: list[str] = []
        for child in data.iter():
            for key, value in child.attrib.items():
                if not key.startswith(R) or value not in self.relationships:
                    continue
                if kind == "diagram" and key != f"{R}dm":
                    continue
                target = self.relationships[value][1]
                if target in self.word.parts:
                    root = self.word.xml(target)
                    said += [t.text for t in root.iter(f"{A}t") if t.text]
                    said += [v.text for s in root.iter(f"{C}strCache") for v in s.iter(f"{C}v") if v.text]
        return " / ".join(dict.fromkeys(" ".join(t.split()) for t in said))

    def _text_boxes(self) -> None:
        """Text boxes become paragraphs after the paragraph that they hang on."""
        for path in list(self.root.iter(f"{V}textpath")):
            words = path.get("string") or ""
            anchor = _paragraph(path)
            if words.strip() and anchor is not None:
                self.find("wordart", "warning", f"WordArt is carried as a paragraph: {quoted(words)} {near(path)}")
                new = anchor.makeelement(f"{W}p")
                run = new.makeelement(f"{W}r")
                text = run.makeelement(f"{W}t")
                text.text = words
                run.append(text)
                new.append(run)
                anchor.addnext(new)
                self.expected.append(words)
        boxes = list(self.root.iter(f"{W}txbxContent"))
        last: dict[Any, Any] = {}
        for box in boxes:
            anchor = _paragraph(box.getparent())
            if anchor is None:
                continue
            outer = anchor
            while (upper := _paragraph(outer.getparent())) is not None:
                outer = upper
            said = " ".join(text_of(box).split())
            place = last.get(outer, outer)
            beside = self.near_outside(outer)
            for child in list(box):
                place.addnext(child)
                place = child
            last[outer] = place
            if said:
                self.find(
                    "textbox",
                    "warning",
                    f"a text box is carried as paragraphs after the one it hangs on: {quoted(said)} {beside}",
                )
            shape = box
            while shape is not None and shape.tag not in (f"{W}drawing", f"{W}pict"):
                shape = shape.getparent()
            remove(box)
            if shape is not None and next(shape.iter(f"{A}blip", f"{V}imagedata", f"{W}txbxContent"), None) is None:
                remove(shape)

    def near_outside(self, anchor: Any) -> str:
        said = "".join(
            t.text or "" for t in anchor.iter(f"{W}t") if not any(a.tag == f"{W}txbxContent" for a in t.iterancestors())
        )
        said = " ".join(said.split())
        if said:
            return f"(near {quoted(said)})"
        before = anchor.getprevious()
        return near(before) if before is not None else "(at the start)"

    def _floating(self) -> None:
        """Pictures that float beside a paragraph become paragraphs of their own: no sentence goes around them.

        Such a picture stands before its paragraph, or behind it where its caption follows.
        """
        for picture in list(self.root.iter(f"{W}drawing", f"{W}pict")):
            shape = next(picture.iter(f"{WP}anchor", f"{V}shape"), None)
            floats = shape is not None and (
                shape.tag == f"{WP}anchor" or "position:absolute" in (shape.get("style") or "").replace(" ", "")
            )
            anchor = _paragraph(picture)
            if not floats or anchor is None or next(picture.iter(f"{A}blip", f"{V}imagedata"), None) is None:
                continue
            if not text_of(anchor).strip():
                continue
            paragraph, following = anchor.makeelement(f"{W}p"), anchor.getnext()
            run = paragraph.makeelement(f"{W}r")
            remove(picture)
            run.append(picture)
            paragraph.append(run)
            if following is not None and following.tag == f"{W}p" and self._is_figure_caption(following):
                anchor.addnext(paragraph)
            else:
                anchor.addprevious(paragraph)

    def _is_figure_caption(self, paragraph: Any) -> bool:
        found = label(text_of(paragraph))
        if found is not None:
            return found.kind != "table"
        return self.word.style_name(paragraph, f"{W}pPr/{W}pStyle") == "caption"

    def _images(self) -> None:
        for blip in list(self.root.iter(f"{A}blip", f"{V}imagedata")):
            place = near(blip).removeprefix("(near “").removesuffix("”)")
            if blip.get(f"{R}link") and not blip.get(f"{R}embed"):
                target = self.relationships.get(blip.get(f"{R}link"), ("", "", True))[1]
                self.find("image", "block", f"an image is linked, not in the file: {target[:80]!r} {near(blip)}")
                continue
            key = blip.get(f"{R}embed") or blip.get(f"{R}id") or ""
            _, target, outside = self.relationships.get(key, ("", "", False))
            if outside:
                self.find("image", "block", f"an image is linked, not in the file: {target[:80]!r} {near(blip)}")
            elif target:
                self.word.wanted_images.setdefault(target, place)
            elif blip.tag == f"{A}blip":
                self.find("image", "block", f"the data of an image is missing from the file {near(blip)}")

    def _list_labels(self) -> None:
        """Labels with words ("Article 1") are made by Word from a pattern; no list of ours can say them."""
        if self.quiet:
            return
        labels = self.word_labels()
        seen: set[str] = set()
        headings = 0
        for paragraph in self.root.iter(f"{W}p"):
            number = paragraph.find(f"{W}pPr/{W}numPr/{W}numId")
            style = paragraph.find(f"{W}pPr/{W}pStyle")
            key = (number.get(f"{W}val") or "") if number is not None else ""
            if not key and style is not None:
                key = self.word.styles().get(style.get(f"{W}val") or "", ("", False, ""))[2]
            if not key or key == "0" or not text_of(paragraph).strip():
                continue
            level = paragraph.find(f"{W}pPr/{W}numPr/{W}ilvl")
            depth = int(level.get(f"{W}val") or 0) if level is not None else 0
            pattern, kind = labels.get((key, depth), ("", ""))
            if re.search(r"[^\W\d_]{2,}", re.sub(r"%\d", "", pattern)) and kind != "bullet" and pattern not in seen:
                seen.add(pattern)
                self.find(
                    "label",
                    "block",
                    f"the list label “{pattern.replace('%1', '1')}” is made by Word and is not carried "
                    f"{near(paragraph)}; type it as text",
                )
            elif kind not in ("", "bullet", "none") and self.word.style_name(paragraph, f"{W}pPr/{W}pStyle").startswith(
                "heading"
            ):
                headings += 1
        if headings:
            self.find(
                "label",
                "warning",
                f"{_count(headings, 'heading')} numbered by Word: the numbers are not carried; "
                "check references to section numbers",
            )

    def word_labels(self) -> dict[tuple[str, int], tuple[str, str]]:
        """(numbering id, level) to (label pattern, number format)."""
        out: dict[tuple[str, int], tuple[str, str]] = {}
        for name in self.word.related(self.word.main(), "numbering"):
            root = self.word.xml(name)
            abstract: dict[str, dict[int, tuple[str, str]]] = {}
            for item in root.iter(f"{W}abstractNum"):
                levels = {}
                for level in item.iter(f"{W}lvl"):
                    text, form = level.find(f"{W}lvlText"), level.find(f"{W}numFmt")
                    levels[int(level.get(f"{W}ilvl") or 0)] = (
                        (text.get(f"{W}val") or "") if text is not None else "",
                        (form.get(f"{W}val") or "") if form is not None else "decimal",
                    )
                abstract[item.get(f"{W}abstractNumId") or ""] = levels
            for item in root.iter(f"{W}num"):
                link = item.find(f"{W}abstractNumId")
                for depth, value in abstract.get((link.get(f"{W}val") or "") if link is not None else "", {}).items():
                    out[item.get(f"{W}numId") or "", depth] = value
        return out


def _paragraph(element: Any) -> Any:
    """The paragraph that an element stands in, or None."""
    while element is not None and element.tag != f"{W}p":
        element = element.getparent()
    return element


def _with(said: str) -> str:
    return f" with the text {quoted(said, 200)}" if said else ""
