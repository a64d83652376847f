"""Fonts for the pages: the whole alphabet of a language, small, and the same file for every page."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest

from pubpipe.languages import TARGETS, profile
from pubpipe.renderers import find_fonts
from pubpipe.server.assets import FONTS_PATH, Reply, font_file, fonts_for


def characters(folder: Path, address: str) -> tuple[set[int], int]:
    """The code points that the fonts behind a style sheet have, and the bytes that they weigh."""
    from fontTools.ttLib import TTFont

    sheet = font_file(folder, address)
    assert sheet is not None
    have: set[int] = set()
    weight = 0
    for path in re.findall(rf"{FONTS_PATH}/[^\"]+", sheet.body.decode()):
        found = font_file(folder, path)
        assert isinstance(found, Reply)
        weight += len(found.body)
        with TTFont(io.BytesIO(found.body)) as font:
            have |= set(font.getBestCmap())
    return have, weight


@pytest.mark.parametrize("tag", sorted(TARGETS))
def test_a_page_has_the_letters_of_its_language_also_those_that_are_typed_later(tag: str, tmp_path: Path) -> None:
    spoken, fonts = profile(tag), find_fonts()
    first = fonts_for(tmp_path, spoken, fonts, [spoken.native_name])
    have, weight = characters(tmp_path, first)
    letters = {
        ord(c) for c in spoken.native_name + spoken.sample if any(a <= ord(c) <= b for a, b in spoken.script_ranges)
    }
    han = {c for c in letters if 0x3400 <= c <= 0x9FFF and chr(c) not in spoken.native_name}
    assert letters - han <= have
    assert weight < 50_000
    if not han:
        assert fonts_for(tmp_path, spoken, fonts, [spoken.sample]) == first


def test_letters_that_only_stand_on_the_page_come_with_it(tmp_path: Path) -> None:
    spoken, fonts = profile("ja"), find_fonts()
    have, _ = characters(tmp_path, fonts_for(tmp_path, spoken, fonts, ["労働移民"]))
    assert {ord(c) for c in "労働移民かなカナ"} <= have


def test_thai_and_lao_am_which_decompose_are_there(tmp_path: Path) -> None:
    for tag, am in (("th", 0x0E33), ("lo", 0x0EB3)):
        have, _ = characters(tmp_path, fonts_for(tmp_path, profile(tag), find_fonts(), []))
        assert am in have


def test_without_a_place_for_fonts_the_page_does_without(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    assert fonts_for(tmp_path / "taken", profile("km"), find_fonts(), []) == ""
