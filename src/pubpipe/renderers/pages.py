"""What both renderers ask of a document before they begin: its images, and every character they will print."""

from __future__ import annotations

import re
from collections.abc import Iterator
from math import inf

from pubpipe.errors import RenderError
from pubpipe.model import (
    Block,
    Code,
    Figure,
    Heading,
    ListBlock,
    Paragraph,
    Placeholder,
    Quote,
    SourceDocument,
    Table,
    plain,
)
from pubpipe.renderers.grid import Grid, Placed, lay_out, lines
from pubpipe.renderers.matter import Matter
from pubpipe.renderers.pictures import Picture, picture
from pubpipe.renderers.runs import clean
from pubpipe.renderers.template import Design, Page

LONGEST_HEAD = 12
"""Lines that a table's head may take to be repeated on every page."""
LONGEST_WHOLE = 24
"""Lines of a table that is kept on one page: it certainly fits on one."""
MOST_TABLES = 3
"""Tables within tables that are set as tables; deeper ones are written out cell by cell."""


def pictures_of(document: SourceDocument) -> dict[str, Picture]:
    """The images that the document uses, by resource name; RenderError names one that is missing or unreadable."""
    resources = {r.name: r for r in document.resources}
    wanted = dict.fromkeys(
        [b.resource for b in every_block(document) if isinstance(b, Figure)]
        + [
            i.ref
            for u in document.units()
            for i in u.content
            if isinstance(i, Placeholder) and i.kind == "image" and i.ref
        ]
    )
    for name in wanted:
        if name not in resources:
            raise RenderError(
                f"the document shows image {name!r} but does not have it.",
                remedy="Embed the image in the source document instead of linking to it.",
            )
    return {name: picture(resources[name]) for name in wanted}


def printed(document: SourceDocument, around: Matter) -> Iterator[str]:
    """Every text that will stand on a page, as it will stand there."""
    yield from around.texts()
    for unit in document.units():
        if unit.role != "alt":
            yield clean(plain(unit.content))
            yield from (clean(i.ref) for i in unit.content if isinstance(i, Placeholder) and i.kind == "math")
    for block in every_block(document):
        if isinstance(block, Code):
            yield from code_lines(block)


_NUMBERED = re.compile(r"\s*[^\s\d]{1,24}\s?(\d+)(?![\d,.]*\d)")


def own_number(caption: str, label: str, number: int) -> tuple[int, int] | None:
    """Where a caption brings its own number: after a word like `label` ("Figure {number}"), and it is this number.

    Readers take typed labels off; what was approved with one is printed as it was approved, since a label of ours
    before it would say it twice. Two letters in common are enough, because a translator may write the same word
    with another ending. Digits may be of any script.
    """
    found = _NUMBERED.match(caption)
    alike = caption.lstrip().startswith(label.split("{", maxsplit=1)[0].strip()[:2])
    return found.span(1) if found is not None and alike and int(found[1]) == number else None


def code_lines(block: Code) -> list[str]:
    """The lines of preformatted text, tabs as far as the next fourth column."""
    return [clean(line.expandtabs(4)) for line in block.text.split("\n")]


def first_number(block: ListBlock) -> int:
    """The number of an ordered list's first item, as far as its numerals can write it: letters have no zero."""
    return max(block.start, 0 if block.numbering == "decimal" else 1)


def figure_width(block: Figure, size: Picture, page: Page, room: float) -> float:
    """Millimetres across: what the source says or the natural size, within the room and 0.7 of the page's height."""
    width = page.text_width * block.width if block.width else size.width
    return min(width, room, page.text_height * 0.7 * size.width / size.height)


_LONGEST_LEAD = 1800
"""Characters of an abstract: it stands on the first page with the title, whatever the script."""


def parted(document: SourceDocument, design: Design) -> tuple[tuple[Block, ...], tuple[Block, ...]]:
    """The lead (what stands before the first heading, if the design sets it over the full width) and the rest."""
    if not design.columns.lead:
        return (), document.blocks
    place = next((n for n, block in enumerate(document.blocks) if isinstance(block, Heading)), 0)
    lead = document.blocks[:place]
    length = sum(len(plain(b.unit.content)) for b in lead if isinstance(b, Paragraph))
    if not lead or length > _LONGEST_LEAD or not all(isinstance(b, Paragraph) for b in lead):
        return (), document.blocks
    return lead, document.blocks[place:]


def spans_columns(block: Block, design: Design, pictures: dict[str, Picture]) -> bool:
    """Whether the block stands over the full width of a page with columns: it would be too small in one of them."""
    if design.columns.count == 1:
        return False
    if isinstance(block, Figure):
        size = pictures[block.resource]
        wanted = design.page.text_width * block.width if block.width else size.width
        return wanted > design.column_width * 1.1
    if not isinstance(block, Table):
        return False
    grid = lay_out(block)
    if grid.columns >= design.columns.wide_table:
        return True
    rows = (*grid.head, *grid.body, *grid.foot)
    return lines(grid, rows, design.column_width) == inf or _tight(grid, rows, design.column_width)


def _tight(grid: Grid, rows: tuple[tuple[Placed, ...], ...], room: float) -> bool:
    """Sentences in cells so narrow that each line holds a word or two."""
    for row in rows:
        for placed in row:
            width = sum(grid.shares[placed.column : placed.column + placed.columns]) * room
            longest = max(
                (len(plain(b.unit.content)) for b in placed.cell.blocks if isinstance(b, Paragraph)), default=0
            )
            if width < 24 and longest > 60:
                return True
    return False


class Levels:
    """Heading levels as an outline needs them: from 1, never one that skips its parent.

    PDF/UA refuses a document whose first heading is of level 2 or where level 3 follows level 1.
    """

    def __init__(self, document: SourceDocument) -> None:
        levels = [b.level for b in every_block(document) if isinstance(b, Heading)]
        self._shift = min(levels, default=1) - 1
        self._last = 0

    def next(self, heading: Heading) -> int:
        """The level of the next heading in reading order, 1 to 6."""
        self._last = max(1, min(heading.level - self._shift, self._last + 1, 6))
        return self._last


def flattened(table: Table) -> Iterator[Block]:
    """The blocks of all cells in reading order, for a table so deep in others that no page has room for it."""
    if table.caption:
        yield Paragraph(unit=table.caption)
    for row in (*table.head, *table.body, *table.foot):
        for cell in row.cells:
            for block in cell.blocks:
                if isinstance(block, Table):
                    yield from flattened(block)
                else:
                    yield block


def every_block(document: SourceDocument) -> Iterator[Block]:
    """All blocks of the body and the notes, nested ones after the one that holds them."""
    yield from _walk(document.blocks)
    for note in document.notes:
        yield from _walk(note.blocks)


def _walk(blocks: tuple[Block, ...]) -> Iterator[Block]:
    for block in blocks:
        yield block
        match block:
            case ListBlock():
                for item in block.items:
                    yield from _walk(item.blocks)
            case Quote():
                yield from _walk(block.blocks)
            case Table():
                for row in (*block.head, *block.body, *block.foot):
                    for cell in row.cells:
                        yield from _walk(cell.blocks)
            case _:
                pass
