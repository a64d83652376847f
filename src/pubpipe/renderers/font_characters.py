"""The characters that a font file has, read from its table of them alone: names of glyphs cost ten times as much."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import BinaryIO

_PREFERRED = ((3, 10), (0, 6), (0, 4), (3, 1), (0, 3), (0, 2), (0, 1), (0, 0))
"""Platform and encoding of a subtable: those with all planes before those with the first (OpenType, cmap)."""


def code_points(file: BinaryIO) -> frozenset[int]:
    """The code points that a TrueType or OpenType font maps to a glyph.

    Raises ValueError for what is no such font, or one whose Unicode table is in another format than 4 and 12.
    """
    table = _table(file, b"cmap")
    count = struct.unpack_from(">H", table, 2)[0]
    places = {(p, e): at for p, e, at in struct.iter_unpack(">HHL", table[4 : 4 + 8 * count])}
    start = next((places[key] for key in _PREFERRED if key in places), None)
    if start is None:
        raise ValueError("the font has no Unicode table")
    kind = struct.unpack_from(">H", table, start)[0]
    if kind == 12:
        return frozenset(_by_groups(table, start))
    if kind == 4:
        return frozenset(_by_segments(table, start))
    raise ValueError(f"the font's Unicode table is of format {kind}")


def _table(file: BinaryIO, wanted: bytes) -> bytes:
    head = file.read(12)
    if len(head) < 12 or head[:4] not in (b"\0\1\0\0", b"OTTO", b"true"):
        raise ValueError("this is no TrueType or OpenType font")
    for tag, _, offset, length in struct.iter_unpack(">4sLLL", file.read(16 * struct.unpack(">H", head[4:6])[0])):
        if tag == wanted:
            file.seek(offset)
            return file.read(length)
    raise ValueError(f"the font has no table {wanted.decode()}")


def _by_groups(table: bytes, start: int) -> Iterator[int]:
    count = struct.unpack_from(">L", table, start + 12)[0]
    for first, last, _ in struct.iter_unpack(">LLL", table[start + 16 : start + 16 + 12 * count]):
        yield from range(first, last + 1)


def _by_segments(table: bytes, start: int) -> Iterator[int]:
    segments = struct.unpack_from(">H", table, start + 6)[0] // 2
    size = 2 * segments
    rows = (start + 14, start + 16 + size, start + 16 + 2 * size, start + 16 + 3 * size)
    ends, starts, deltas, offsets = (struct.unpack_from(f">{segments}H", table, row) for row in rows)
    for number, (first, last, delta, offset) in enumerate(zip(starts, ends, deltas, offsets, strict=True)):
        for code in range(first, min(last, 0xFFFE) + 1):
            glyph = code
            if offset:
                glyph = struct.unpack_from(">H", table, rows[3] + 2 * number + offset + 2 * (code - first))[0]
            if glyph and (glyph + delta) & 0xFFFF:
                yield code
