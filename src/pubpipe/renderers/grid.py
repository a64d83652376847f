"""Where the cells of a table stand once spans are counted, so that no renderer has to trust the source's numbers."""

from __future__ import annotations

import re
from math import ceil, inf, sqrt

from pubpipe.model import Cell, Heading, Paragraph, Placeholder, Row, Table, Value, plain

_WIDEST = 63
"""Columns that a cell may span: more than Word lets a table have."""


class Placed(Value):
    cell: Cell
    column: int
    rows: int
    """Rows that it covers, cut at the end of its part of the table."""
    columns: int
    """Columns that it covers, cut at the table's edge and at the next cell."""


class Grid(Value):
    columns: int
    shares: tuple[float, ...]
    """Of the text width, one a column; they add up to 1."""
    head: tuple[tuple[Placed, ...], ...]
    body: tuple[tuple[Placed, ...], ...]
    foot: tuple[tuple[Placed, ...], ...]

    def covered(self, part: tuple[tuple[Placed, ...], ...]) -> list[dict[int, Placed]]:
        """For each row, the columns that a cell of a row above covers."""
        out: list[dict[int, Placed]] = [{} for _ in part]
        for number, row in enumerate(part):
            for placed in row:
                for below in range(number + 1, number + placed.rows):
                    out[below][placed.column] = placed
        return out

    def fitted(self, room: float) -> Grid:
        """The same grid in a table `room` millimetres wide, no column narrower than its longest number or Latin word.

        What it takes comes from the columns that have more than they need; where there are none, nothing changes.
        """
        needed = [0.0] * self.columns
        for row in (*self.head, *self.body, *self.foot):
            for placed in row:
                if placed.columns == 1:
                    needed[placed.column] = max(needed[placed.column], _longest_word(placed.cell) * _DIGIT + 5)
        widths = [share * room for share in self.shares]
        lacking = sum(max(0.0, n - w) for n, w in zip(needed, widths, strict=True))
        spare = sum(max(0.0, w - n) for n, w in zip(needed, widths, strict=True))
        if not lacking or lacking > spare:
            return self
        taken = lacking / spare
        widths = [max(n, w) if w < n else w - (w - n) * taken for n, w in zip(needed, widths, strict=True)]
        return self.model_copy(update={"shares": tuple(w / room for w in widths)})


_DIGIT = 2.1
"""Millimetres of a digit or a Latin letter at text size, on the safe side."""
_WORD = re.compile(r"[\dA-Za-z.,:–%$/-]{2,16}(?![\dA-Za-z.,:–%$/-])")


def _longest_word(cell: Cell) -> int:
    """Letters of the longest number, time or short Latin word: what looks wrong when it is cut."""
    words = [w for b in cell.blocks if isinstance(b, Paragraph) for w in _WORD.findall(plain(b.unit.content))]
    return max(map(len, words), default=0)


_LETTER = 2.4
"""Millimetres that a wide letter takes at text size: a guess at lines errs to more of them."""


def lines(grid: Grid, rows: tuple[tuple[Placed, ...], ...], room: float) -> float:
    """About how many lines the rows take in a table `room` millimetres wide; infinite where something else than
    text stands in them, which nobody can guess.
    """
    return sum(max((_lines(grid, placed, room) for placed in row), default=1.0) for row in rows)


def _lines(grid: Grid, placed: Placed, room: float) -> float:
    across = max(1.0, (sum(grid.shares[placed.column : placed.column + placed.columns]) * room - 4) / _LETTER)
    total = 0.0
    for block in placed.cell.blocks:
        if not isinstance(block, Paragraph):
            return inf
        if any(isinstance(i, Placeholder) and i.kind == "image" for i in block.unit.content):
            return inf
        total += sum(ceil(len(part) / across) or 1 for part in plain(block.unit.content).split("\n"))
    return total / placed.rows


def shrunk(grid: Grid) -> float:
    """How much smaller the type is where many cells with something in them stand side by side."""
    rows = (*grid.head, *grid.body, *grid.foot)
    most = max((sum(bool(placed.cell.blocks) for placed in row) for row in rows), default=0)
    return min(1.0, max(0.5, 8 / max(1, most)))


def lay_out(table: Table) -> Grid:
    """The table with every cell at its column; short rows are filled with empty cells, overlaps cut."""
    parts = [_place(part) for part in (table.head, table.body, table.foot)]
    edges = [p.column + p.columns for part in parts for row in part for p in row]
    columns = max([len(table.widths), 1, *edges])
    head, body, foot = (_fill(part, columns) for part in parts)
    shares = _shares(table, (*head, *body, *foot), columns)
    return Grid(columns=columns, shares=shares, head=head, body=body, foot=foot)


def _place(rows: tuple[Row, ...]) -> list[list[Placed]]:
    """Each cell at the first column that is free; a span ends where the place is taken and at the last row."""
    taken: set[tuple[int, int]] = set()
    out: list[list[Placed]] = []
    for number, row in enumerate(rows):
        placed: list[Placed] = []
        column = 0
        for cell in row.cells:
            while (number, column) in taken:
                column += 1
            width = 1
            while width < min(cell.columns, _WIDEST) and (number, column + width) not in taken:
                width += 1
            height = max(1, min(cell.rows, len(rows) - number))
            taken.update((number + d, column + a) for d in range(height) for a in range(width))
            placed.append(Placed(cell=cell, column=column, rows=height, columns=width))
            column += width
        out.append(placed)
    return out


def _fill(rows: list[list[Placed]], columns: int) -> tuple[tuple[Placed, ...], ...]:
    """The same rows with an empty cell in every place that nothing covers."""
    taken = {
        (number + down, placed.column + across)
        for number, row in enumerate(rows)
        for placed in row
        for down in range(placed.rows)
        for across in range(placed.columns)
    }
    empty = Cell(blocks=())
    return tuple(
        tuple(
            sorted(
                [
                    *row,
                    *(
                        Placed(cell=empty, column=column, rows=1, columns=1)
                        for column in range(columns)
                        if (number, column) not in taken
                    ),
                ],
                key=lambda placed: placed.column,
            )
        )
        for number, row in enumerate(rows)
    )


def _shares(table: Table, grid_rows: tuple[tuple[Placed, ...], ...], columns: int) -> tuple[float, ...]:
    """What the source says, else by how much text each column holds; never under a third of an even share.

    The square root of the longest cell: a column of sentences gets more room than one of numbers, not all of it.
    """
    weights = [1.0] * columns
    for row in grid_rows:
        for placed in row:
            if placed.columns == 1:
                weights[placed.column] = max(weights[placed.column], sqrt(_length(placed.cell)))
    known = [table.widths[i] if i < len(table.widths) else None for i in range(columns)]
    if any(known):
        total = sum(w for w in known if w)
        mean = total / sum(1 for w in known if w)
        weights = [w or mean for w in known]
    least = sum(weights) / columns / 3
    weights = [max(w, least) for w in weights]
    return tuple(w / sum(weights) for w in weights)


def _length(cell: Cell) -> int:
    return sum(len(plain(b.unit.content)) for b in cell.blocks if isinstance(b, Paragraph | Heading)) or 1
