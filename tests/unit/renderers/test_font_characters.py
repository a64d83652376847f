"""The characters of a font: what its own table says, read without a library."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.ttLib import TTFont

from pubpipe.renderers import find_fonts
from pubpipe.renderers.font_characters import code_points


@pytest.mark.parametrize("path", [f.path for f in find_fonts().files], ids=lambda path: path.name)
def test_every_pinned_font_has_the_characters_that_a_library_finds_in_it(path: Path) -> None:
    with TTFont(path, lazy=True) as font, path.open("rb") as file:
        assert code_points(file) | {0} == frozenset(font["cmap"].getBestCmap()) | {0}


def made(characters: dict[int, str]) -> io.BytesIO:
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder([".notdef", *dict.fromkeys(characters.values())])
    builder.setupCharacterMap(characters)
    out = io.BytesIO()
    builder.font.save(out)
    out.seek(0)
    return out


@pytest.mark.parametrize(
    "characters",
    [
        {0x41: "a", 0x42: "b", 0x1780: "a", 0x1783: "b", 0xFFFD: "c"},
        {0x41: "a", 0x20000: "b"},
        {c: f"g{c * 7 % 300}" for c in range(0xE00, 0xE80)},
    ],
)
def test_tables_of_both_formats_are_read(characters: dict[int, str]) -> None:
    assert code_points(made(characters)) == frozenset(characters)


@pytest.mark.parametrize("data", [b"", b"wOF2" + bytes(40), b"\0\1\0\0" + bytes(8)])
def test_what_is_no_such_font_is_said_to_be_so(data: bytes) -> None:
    with pytest.raises(ValueError, match="font"):
        code_points(io.BytesIO(data))
