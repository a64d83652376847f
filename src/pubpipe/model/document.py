"""A publication's source as blocks, whatever file it came from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Annotated, Literal

from pydantic import Field

from pubpipe.identity import Hash
from pubpipe.model.finding import Finding
from pubpipe.model.text import Content
from pubpipe.model.values import LanguageTag, Value

Role = Literal[
    "title", "subtitle", "heading", "paragraph", "item", "cell", "caption", "alt", "note", "quote", "metadata",
    "header", "footer", "label",
    "chart-title", "chart-axis", "chart-series", "chart-category", "chart-label", "diagram",
]  # fmt: skip
Alignment = Literal["left", "right", "center", "default"]


class Unit(Value):
    """A run of text that is segmented on its own: a paragraph, a heading, a caption, an alternative text."""

    id: str
    """Unique in its document and in reading order ("u0001")."""
    role: Role
    content: Content


class Paragraph(Value):
    type: Literal["paragraph"] = "paragraph"
    unit: Unit


class Heading(Value):
    type: Literal["heading"] = "heading"
    level: int
    """1 is the first level below the title."""
    unit: Unit


class Item(Value):
    """One item of a list; nested lists are among its blocks."""

    blocks: tuple[Block, ...]


class ListBlock(Value):
    type: Literal["list"] = "list"
    ordered: bool
    start: int = 1
    numbering: Literal["decimal", "lower-alpha", "upper-alpha", "lower-roman", "upper-roman"] = "decimal"
    items: tuple[Item, ...]


class Quote(Value):
    type: Literal["quote"] = "quote"
    blocks: tuple[Block, ...]


class Cell(Value):
    blocks: tuple[Block, ...]
    rows: int = 1
    """How many rows the cell spans."""
    columns: int = 1
    """How many columns the cell spans."""
    alignment: Alignment = "default"


class Row(Value):
    cells: tuple[Cell, ...]
    """Only the cells that begin in this row; places covered by a span from above have none."""


class Table(Value):
    type: Literal["table"] = "table"
    caption: Unit | None = None
    widths: tuple[float | None, ...]
    """One a column: share of the text width (0 to 1), or None where the source says nothing."""
    alignments: tuple[Alignment, ...]
    head: tuple[Row, ...] = ()
    body: tuple[Row, ...] = ()
    foot: tuple[Row, ...] = ()


class Figure(Value):
    type: Literal["figure"] = "figure"
    resource: str
    """`Resource.name` of the image."""
    alt: Unit | None = None
    caption: Unit | None = None
    width: float | None = None
    """Share of the text width (0 to 1)."""


class Code(Value):
    """Preformatted text; it is not translated."""

    type: Literal["code"] = "code"
    text: str


class Rule(Value):
    type: Literal["rule"] = "rule"


Block = Annotated[Paragraph | Heading | ListBlock | Quote | Table | Figure | Code | Rule, Field(discriminator="type")]


class Note(Value):
    """A footnote or endnote; its mark is a placeholder with `ref == id` in some unit."""

    id: str
    blocks: tuple[Block, ...]


class Resource(Value):
    """An image that travels with the document."""

    name: str
    """Unique in the document, with a file extension that tells the type ("image1.png")."""
    data: bytes


class SourceDocument(Value):
    """What a reader made of a file; nothing in it depends on the file's path."""

    language: LanguageTag = "en"
    title: Unit | None = None
    subtitle: Unit | None = None
    authors: tuple[str, ...] = ()
    date: dt.date | None = None
    blocks: tuple[Block, ...] = ()
    notes: tuple[Note, ...] = ()
    furniture: tuple[Unit, ...] = ()
    """What stands around the text in a file whose layout is kept: running heads, words in list numbers, the title in
    its properties. No template prints it."""
    resources: tuple[Resource, ...] = ()
    findings: tuple[Finding, ...] = ()
    """What the reader could not carry, in words; severity "block" stops publication until somebody looked."""
    file_hash: Hash
    reader: str
    """Name and version of the reader ("docx/1")."""

    def units(self) -> Iterator[Unit]:
        """All translatable units in reading order, notes after the body, what stands around the text last."""
        if self.title:
            yield self.title
        if self.subtitle:
            yield self.subtitle
        yield from _units(self.blocks)
        for note in self.notes:
            yield from _units(note.blocks)
        yield from self.furniture

    def map_units(self, change: Callable[[Unit], Unit]) -> SourceDocument:
        """The same document with `change` applied to each unit (for example: its translation)."""
        return self.model_copy(
            update={
                "title": change(self.title) if self.title else None,
                "subtitle": change(self.subtitle) if self.subtitle else None,
                "blocks": _map(self.blocks, change),
                "notes": tuple(n.model_copy(update={"blocks": _map(n.blocks, change)}) for n in self.notes),
                "furniture": tuple(change(unit) for unit in self.furniture),
            }
        )


def _rows(table: Table) -> Iterator[Row]:
    yield from table.head
    yield from table.body
    yield from table.foot


def _units(blocks: tuple[Block, ...]) -> Iterator[Unit]:
    for block in blocks:
        match block:
            case Paragraph() | Heading():
                yield block.unit
            case ListBlock():
                for item in block.items:
                    yield from _units(item.blocks)
            case Quote():
                yield from _units(block.blocks)
            case Table():
                if block.caption:
                    yield block.caption
                for row in _rows(block):
                    for cell in row.cells:
                        yield from _units(cell.blocks)
            case Figure():
                if block.alt:
                    yield block.alt
                if block.caption:
                    yield block.caption
            case _:
                pass


def _map(blocks: tuple[Block, ...], change: Callable[[Unit], Unit]) -> tuple[Block, ...]:
    def rows(old: tuple[Row, ...]) -> tuple[Row, ...]:
        return tuple(
            Row(cells=tuple(c.model_copy(update={"blocks": _map(c.blocks, change)}) for c in r.cells)) for r in old
        )

    out: list[Block] = []
    for block in blocks:
        match block:
            case Paragraph() | Heading():
                out.append(block.model_copy(update={"unit": change(block.unit)}))
            case ListBlock():
                out.append(
                    block.model_copy(update={"items": tuple(Item(blocks=_map(i.blocks, change)) for i in block.items)})
                )
            case Quote():
                out.append(block.model_copy(update={"blocks": _map(block.blocks, change)}))
            case Table():
                out.append(
                    block.model_copy(
                        update={
                            "caption": change(block.caption) if block.caption else None,
                            "head": rows(block.head),
                            "body": rows(block.body),
                            "foot": rows(block.foot),
                        }
                    )
                )
            case Figure():
                out.append(
                    block.model_copy(
                        update={
                            "alt": change(block.alt) if block.alt else None,
                            "caption": change(block.caption) if block.caption else None,
                        }
                    )
                )
            case _:
                out.append(block)
    return tuple(out)
