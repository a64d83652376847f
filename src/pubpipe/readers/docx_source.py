"""A Word document to a `SourceDocument` with every word of its pages, for a publication that keeps the file's layout.

What a template makes anew (running heads, labels, the table of contents) stands in the client's file, so it is read;
so are the words of charts and diagrams. What only the program shows (comments, hidden text) is named.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from pubpipe.errors import SourceError
from pubpipe.identity import digest_bytes
from pubpipe.languages import SOURCE
from pubpipe.model import (
    Block,
    Cell,
    Figure,
    Heading,
    Item,
    ListBlock,
    Note,
    Paragraph,
    Placeholder,
    Quote,
    Resource,
    Row,
    SourceDocument,
    Table,
    Unit,
    plain,
)
from pubpipe.readers import base
from pubpipe.readers.package import LIMITS, refuse
from pubpipe.word import DC, Node, Place, W, WordFile, Words, open_word, read_words, text_of, value_of

NAME = "docx-source/2"
_TEXT_WIDTH = 160 * 36_000
"""English metric units between the margins of an A4 page with 25 mm each."""
_Numbering = Literal["decimal", "lower-alpha", "upper-alpha", "lower-roman", "upper-roman"]
_NUMBERINGS: dict[str, _Numbering] = {
    "lowerLetter": "lower-alpha",
    "upperLetter": "upper-alpha",
    "lowerRoman": "lower-roman",
    "upperRoman": "upper-roman",
}


def read(data: bytes) -> SourceDocument:
    """The document in DOCX bytes, its units those of the paragraphs of the file.

    SourceError for a file that cannot be read or has no text.
    """
    word = open_word(data, refuse, LIMITS)
    main = word.main()
    kinds = ("footnotes", "endnotes", "header", "footer")
    stories = [main, *(part for kind in kinds for part in word.related(main, kind))]
    for part in stories:
        base.check_depth(word.xml(part))
    base.check_length(sum(len(text_of(word.xml(part))) for part in stories))
    words = read_words(word)
    base.check_length(sum(len(plain(place.content)) for place in words.places()))
    made = _Document(word, words)
    blocks = made.blocks(words.nodes)
    notes = tuple(Note(id=name, blocks=made.blocks(nodes)) for name, nodes in words.notes.items())
    findings = [base.found(*found) for found in words.findings]
    language = _property(word, "language")
    if language and language.lower().split("-")[0] != SOURCE.tag:
        said_so = f"the file says that its language is {language!r}; it is read as {SOURCE.english_name}"
        findings.append(base.found("language", "warning", said_so))
    document = SourceDocument(
        language=SOURCE.tag,
        title=_unit(words.title) if words.title else None,
        authors=base.named_authors(_property(word, "creator")),
        blocks=blocks,
        notes=notes,
        furniture=tuple(_unit(place) for place in words.furniture),
        resources=tuple(made.resources.values()),
        findings=tuple(dict.fromkeys(findings)),
        file_hash=digest_bytes(data),
        reader=NAME,
    )
    if not any(plain(unit.content).strip() for unit in document.units()):
        raise SourceError(
            "the document has no text that can be read.",
            remedy="Give a document with paragraphs of text (a scan has to be typed or recognised first).",
        )
    return document


def _unit(place: Place) -> Unit:
    return Unit(id=place.id, role=place.role, content=place.content)


def _property(word: WordFile, name: str) -> str:
    """What the core properties say."""
    for part in word.parts:
        if part.endswith("core.xml"):
            for element in word.xml(part).iter(f"{DC}{name}"):
                return " ".join((element.text or "").split())
    return ""


class _Document:
    """The walk's nodes as blocks, with the images that they show."""

    def __init__(self, word: WordFile, words: Words) -> None:
        self.word = word
        self.title = words.title
        self.resources: dict[str, Resource] = {}
        self.formats = _formats(word)
        for place in words.places():
            for item in place.content:
                if isinstance(item, Placeholder) and item.kind == "image":
                    self._resource(item.ref)

    def blocks(self, nodes: Iterable[Node]) -> tuple[Block, ...]:
        out: list[Block] = []
        waiting: list[tuple[Node, Block]] = []
        for node in nodes:
            for block in self._block(node):
                if node.numbering and isinstance(block, Paragraph) and block.unit.role in ("item", "cell", "note"):
                    waiting.append((node, block))
                    continue
                out += self._lists(waiting, 0)
                waiting = []
                out.append(block)
        return (*out, *self._lists(waiting, 0))

    def _block(self, node: Node) -> Iterator[Block]:
        if node.rows is not None:
            if node.rows:
                yield self._table(node)
        elif node.picture:
            self._resource(node.picture)
            alt = _unit(node.alt) if node.alt else None
            width = round(min(1.0, node.width / _TEXT_WIDTH), 4) if node.width else None
            yield Figure(resource=node.picture, alt=alt, width=width)
        elif node.place is not None and node.place is not self.title:
            unit = _unit(node.place)
            if node.place.role == "heading":
                yield Heading(level=node.place.level, unit=unit)
            elif node.place.role == "quote":
                yield Quote(blocks=(Paragraph(unit=unit),))
            else:
                yield Paragraph(unit=unit)

    def _lists(self, items: list[tuple[Node, Block]], depth: int) -> Iterator[Block]:
        """Items that follow one another as lists, deeper ones inside the item before them."""
        made: list[list[Block]] = []
        key: str | None = None
        inner: list[tuple[Node, Block]] = []

        def close() -> None:
            if inner:
                if not made:
                    made.append([])
                made[-1] += self._lists(inner, depth + 1)
                inner.clear()

        for node, block in items:
            number, level = node.numbering or ("", 0)
            if level > depth and depth < base.SHOWN_DEPTH:
                inner.append((node, block))
                continue
            close()
            if made and key is not None and number != key:
                yield self._list(key, depth, made)
                made = []
            key = number
            made.append([block])
        close()
        if made:
            yield self._list(key or "", depth, made)

    def _list(self, number: str, depth: int, items: list[list[Block]]) -> ListBlock:
        form = self.formats.get((number, depth), "bullet")
        return ListBlock(
            ordered=form not in ("bullet", "none"),
            numbering=_NUMBERINGS.get(form, "decimal"),
            items=tuple(Item(blocks=tuple(blocks)) for blocks in items),
        )

    def _table(self, node: Node) -> Table:
        rows = [
            Row(
                cells=tuple(
                    Cell(blocks=self.blocks(cell.nodes), rows=cell.rows, columns=max(1, cell.columns)) for cell in row
                )
            )
            for row in node.rows or ()
        ]
        width = max((sum(cell.columns for cell in row.cells) for row in rows), default=1)
        return Table(
            widths=(None,) * width,
            alignments=("default",) * width,
            head=tuple(rows[: node.heads]),
            body=tuple(rows[node.heads :]),
        )

    def _resource(self, name: str) -> None:
        self.resources.setdefault(name, Resource(name=name, data=self.word.parts[self.word.images[name]]))


def _formats(word: WordFile) -> dict[tuple[str, int], str]:
    """(numbering id, level) to the format of its numbers."""
    out: dict[tuple[str, int], str] = {}
    for part in word.related(word.main(), "numbering"):
        root = word.xml(part)
        levels: dict[str, dict[int, str]] = {}
        for item in root.iter(f"{W}abstractNum"):
            levels[item.get(f"{W}abstractNumId") or ""] = {
                int(level.get(f"{W}ilvl") or 0): value_of(level, f"{W}numFmt") or "decimal"
                for level in item.iter(f"{W}lvl")
            }
        for item in root.iter(f"{W}num"):
            for depth, form in levels.get(value_of(item, f"{W}abstractNumId"), {}).items():
                out[item.get(f"{W}numId") or "", depth] = form
    return out
