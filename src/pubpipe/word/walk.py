"""The walk over a Word file: every text that its pages show, in reading order, each with the spots where it stands."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from pubpipe.identity import content_hash, digest_bytes, short
from pubpipe.model import Content, Placeholder, Role, Severity, Text, plain, quoted, tidy
from pubpipe.word.charts import Cached, Drawn, DrawnParagraph, read_drawn
from pubpipe.word.package import (
    DC,
    MC,
    WP,
    A,
    Changes,
    M,
    O,
    R,
    Style,
    V,
    Value,
    W,
    WordFile,
    accept_changes,
    near,
    text_of,
    value_of,
)
from pubpipe.word.paragraph import (
    LETTER,
    PUBLISHED,
    Paragraph,
    Token,
    clean,
    descend,
    is_symbol_font,
)

_FILE_NAME = re.compile(r"\s*\S*[\\/]?[^\\/]+\.(png|jpe?g|gif|bmp|tiff?|emf|wmf|svg|webp)\s*", re.IGNORECASE)


Spot = Paragraph | Value | DrawnParagraph | Cached


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
    drawn: Drawn = field(default_factory=Drawn)
    """What was found in charts and diagrams."""
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
        self._charts()
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
                text = clean(element.get(attribute) or "").strip()
                if not LETTER.search(text) or _FILE_NAME.fullmatch(text):
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
            text = clean(link.get(f"{W}tooltip") or "").strip()
            if LETTER.search(text) and not PUBLISHED.match(text):
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
                text = clean(element.get(f"{W}val") or "").strip()
                if LETTER.search(text):
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
                    pattern = clean(text.get(f"{W}val") or "") if text is not None else ""
                    key = (item.get(f"{W}abstractNumId") or "", int(depth) if depth.isdigit() else 0)
                    if key not in wanted or value_of(level, f"{W}numFmt") == "bullet":
                        continue
                    if is_symbol_font(level.find(f"{W}rPr")) or not re.search(
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

    def _charts(self) -> None:
        """Words in charts and diagrams, with what of them stays as it is."""
        drawn = self.words.drawn = read_drawn(self.word, self.words.stories)
        self.words.furniture += [Place(text.role, text.content, list(text.spots)) for text in drawn.texts]
        self.words.findings += drawn.findings

    def _title(self) -> None:
        """The title in the file's properties: one that the text says too follows it, another one is a unit."""
        for _, part, outside in self.word.relationships("").values():
            if outside or not part.lower().endswith("core.xml") or part not in self.word.parts:
                continue
            for element in self.word.xml(part).iter(f"{DC}title"):
                text = " ".join(clean(element.text or "").split())
                if not LETTER.search(text) or NOT_A_TITLE.fullmatch(text):
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
        for cell in (each for c in self.changes for each in c.deleted_cells):
            self.find(
                "changes",
                "block",
                f"a table cell is deleted as a tracked change ({quoted(cell.words)}); accept or reject it in Word",
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
                    f"{quoted(text_of(comments[0]))}",
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
        """New kinds of charts, embedded files and form choices: their English words are named."""
        root = self.word.xml(part)
        relations = self.word.relationships(part)
        for data in root.iter(f"{A}graphicData"):
            kind = (data.get("uri") or "").rsplit("/", 1)[-1]
            if kind in ("chartex", "lockedCanvas") and not _in_fallback(data):
                what = "drawing" if kind == "lockedCanvas" else "chart"
                words = self._related_words(data, relations)
                if words:
                    self.find(
                        what,
                        "block",
                        f"the words of a {what} stay English: {_some(words)} {near(data)}; translate them in Word",
                    )
        for element in root.iter(f"{W}object"):
            ole = next(element.iter(f"{O}OLEObject"), None)
            control = element.find(f"{W}control")
            name = ole.get("ProgID") if ole is not None else control.get(f"{W}name") if control is not None else None
            self.find(
                "object",
                "warning",
                f"an embedded object ({name or 'unknown'}) stays as it is, with the words in it {near(element)}",
            )
        for choice in root.iter(f"{W}ddList", f"{W}dropDownList", f"{W}comboBox"):
            entries = [
                e.get(f"{W}displayText") or e.get(f"{W}val") or e.get(f"{W}value") or ""
                for e in choice
                if isinstance(e.tag, str)
            ]
            entries = [e for e in entries if LETTER.search(e)]
            if entries:
                self.find(
                    "control",
                    "warning",
                    f"the choices of a drop-down list stay English: {_some(entries)} {near(choice)}",
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
            self.find("ruby", "warning", f"a word with its reading above stays as it is: {quoted(text_of(ruby))}")

    def _related_words(self, data: Any, relations: dict[str, tuple[str, str, bool]]) -> list[str]:
        words = [" ".join((t.text or "").split()) for t in data.iter(f"{A}t")]
        for child in data.iter():
            for key, value in child.attrib.items():
                if not key.startswith(R) or value not in relations:
                    continue
                part = relations[value][1]
                if part in self.word.parts and part.endswith(".xml"):
                    words += _chart_words(self.word.xml(part))
        return list(dict.fromkeys(w for t in words if LETTER.search(w := " ".join(t.split()))))


NOT_A_TITLE = re.compile(r"(microsoft word - .*|word document|document\d*|untitled|.*\.docx?)?\s*", re.IGNORECASE)
"""What programs write for a title that nobody gave."""


_NUMBERS = ("}numCache", "}numLit", "}numDim")


def _chart_words(root: Any) -> Iterator[str]:
    """The texts of a chart of the new kinds: titles, names of series and categories, none of its numbers."""
    for element in root.iter():
        name = element.tag.rsplit("}", 1)[-1] if isinstance(element.tag, str) else ""
        if name in ("t", "pt", "v") and not any(str(a.tag).endswith(_NUMBERS) for a in element.iterancestors()):
            yield element.text or ""


def _some(texts: Sequence[str]) -> str:
    rest = f" and {len(texts) - 3} more" if len(texts) > 3 else ""
    return ", ".join(quoted(t, 40) for t in texts[:3]) + rest


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


def nearest(element: Any, wanted: Callable[[Any], bool]) -> Iterator[Any]:
    """The nearest elements below that are wanted; nothing inside a text box of theirs."""
    for child in element:
        if wanted(child):
            yield child
        elif child.tag != f"{W}txbxContent":
            yield from nearest(child, wanted)


def _outermost(paragraph: Any) -> Iterator[Any]:
    """The drawings of a paragraph, alternatives of one drawing together."""
    return nearest(paragraph, lambda e: e.tag in (f"{MC}AlternateContent", f"{W}drawing", f"{W}pict", f"{W}object"))


def _boxes(paragraph: Any) -> Iterator[Any]:
    """The text boxes that hang on a paragraph."""
    return nearest(paragraph, lambda e: e.tag == f"{W}txbxContent")


def _described(drawing: Any) -> Iterator[tuple[Any, str]]:
    """Elements of a drawing and the attribute that has words of theirs."""
    for element in descend(drawing):
        name = element.tag.rsplit("}", 1)[-1] if isinstance(element.tag, str) else ""
        if name in ("docPr", "cNvPr"):
            yield from ((element, key) for key in ("title", "descr") if element.get(key))
        elif element.tag in (f"{V}shape", f"{V}rect", f"{V}group", f"{V}roundrect", f"{V}oval", f"{V}line"):
            if element.get("alt"):
                yield element, "alt"
        elif element.tag == f"{V}textpath" and element.get("string"):
            yield element, "string"


def _in_fallback(element: Any) -> bool:
    return any(a.tag == f"{MC}Fallback" for a in element.iterancestors())
