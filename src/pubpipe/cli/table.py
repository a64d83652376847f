"""Plain tables for the terminal: columns padded by display width, so that six scripts line up."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence


def width(text: str) -> int:
    """Columns that a terminal gives to `text`: marks none, wide East Asian characters two (UAX #11)."""
    total = 0
    for character in text:
        if unicodedata.category(character) in ("Mn", "Me", "Cf"):
            continue
        total += 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1
    return total


def print_table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    lines = [tuple(str(c) for c in row) for row in rows]
    widths = [max(width(c) for c in column) for column in zip(head, *lines, strict=True)]
    for line in (tuple(head), tuple("-" * w for w in widths), *lines):
        print("  ".join(c + " " * (w - width(c)) for c, w in zip(line, widths, strict=True)).rstrip())
