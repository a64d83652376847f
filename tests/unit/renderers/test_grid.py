"""Table grids: cells at their columns whatever the source says of spans."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pubpipe.model import Cell, Paragraph, Row, Table, Text, Unit
from pubpipe.renderers.grid import lay_out, lines


def cell(text: str = "", rows: int = 1, columns: int = 1) -> Cell:
    unit = Unit(id="u", role="cell", content=(Text(text=text),))
    return Cell(blocks=(Paragraph(unit=unit),), rows=rows, columns=columns)


def table(*rows: tuple[Cell, ...], widths: tuple[float | None, ...] = ()) -> Table:
    return Table(widths=widths, alignments=(), body=tuple(Row(cells=r) for r in rows))


def test_a_cell_below_a_row_span_moves_to_the_next_free_column() -> None:
    grid = lay_out(table((cell(rows=2), cell()), (cell(),)))
    assert [p.column for p in grid.body[1]] == [1]
    assert list(grid.covered(grid.body)[1]) == [0]


def test_short_rows_are_filled_with_empty_cells() -> None:
    grid = lay_out(table((cell(), cell(), cell()), (cell(),)))
    assert [p.column for p in grid.body[1]] == [0, 1, 2]


def test_a_span_past_the_end_of_its_part_is_cut() -> None:
    grid = lay_out(table((cell(rows=99), cell())))
    assert grid.body[0][0].rows == 1


def test_widths_of_the_source_are_kept_in_proportion() -> None:
    assert lay_out(table((cell(), cell()), widths=(0.6, 0.2))).shares == pytest.approx((0.75, 0.25))


def test_a_column_of_sentences_is_wider_than_one_of_numbers() -> None:
    wide, narrow = lay_out(table((cell("a sentence that goes on for a while"), cell("12")))).shares
    assert wide > 2 * narrow


@given(
    st.lists(st.lists(st.tuples(st.integers(-1, 5), st.integers(-1, 5)), max_size=4).map(tuple), max_size=5).map(tuple)
)
def test_every_place_is_covered_exactly_once(spans: tuple[tuple[tuple[int, int], ...], ...]) -> None:
    grid = lay_out(table(*(tuple(cell(rows=r, columns=c) for r, c in row) for row in spans)))
    seen = [
        (number + down, placed.column + across)
        for number, row in enumerate(grid.body)
        for placed in row
        for down in range(placed.rows)
        for across in range(placed.columns)
    ]
    assert sorted(seen) == [(r, c) for r in range(len(spans)) for c in range(grid.columns)]


def test_the_lines_of_a_row_are_those_of_its_longest_cell() -> None:
    grid = lay_out(table((cell("x" * 400), cell("x")), (cell("x"), cell("x")), widths=(0.5, 0.5)))
    assert lines(grid, grid.body[1:], 160) == 1
    assert 10 <= lines(grid, grid.body, 160) <= 20


def test_nobody_guesses_the_height_of_a_nested_table() -> None:
    outer = Cell(blocks=(table((cell("x"),)),))
    grid = lay_out(table((outer,)))
    assert lines(grid, grid.body, 160) == float("inf")
