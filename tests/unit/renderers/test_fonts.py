"""Fonts: the pinned files and no others, and no character without a glyph."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pubpipe.errors import RenderError
from pubpipe.languages import TARGETS, profile
from pubpipe.renderers import find_fonts
from pubpipe.renderers.fonts import FontSet


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("fonts")
    for file in find_fonts().files:
        shutil.copy(file.path, target)
    return target


def test_the_packages_have_every_family_of_every_language() -> None:
    fonts = find_fonts()
    for own in TARGETS.values():
        assert {f.family for f in fonts.of(own)} == set(own.fonts)


def test_a_folder_of_the_same_files_has_the_same_fingerprint(folder: Path) -> None:
    assert find_fonts(folder).fingerprint == find_fonts().fingerprint


def test_a_changed_file_is_named(folder: Path) -> None:
    path = folder / "NotoSansLao[wdth,wght].ttf"
    data = path.read_bytes()
    path.write_bytes(data + b"\0")
    try:
        with pytest.raises(RenderError, match=r"NotoSansLao.*is not the Noto Sans Lao"):
            find_fonts(folder)
    finally:
        path.write_bytes(data)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(RenderError, match="has no NotoSansKhmer"):
        find_fonts(tmp_path)


def test_a_family_that_is_not_there_is_named() -> None:
    with pytest.raises(RenderError, match="'Noto Sans Thai', which Thai needs"):
        FontSet(files=()).of(profile("th"))


def test_a_character_without_glyph_is_named_with_the_words_around_it() -> None:
    with pytest.raises(RenderError, match=r"U\+1F600 “😀” in “xin chào 😀 bạn”"):
        find_fonts().require_glyphs(["xin chào 😀 bạn"], profile("vi"))


def test_format_characters_ask_for_no_glyph() -> None:
    find_fonts().require_glyphs(["a\u200bb\u2060c\u200d\ufe0f\n"], profile("vi"))


def test_a_font_of_the_same_name_without_latin_letters_is_refused(folder: Path) -> None:
    """Debian's Noto fonts are called like ours and have no Latin letters: a page would come out with boxes."""
    from fontTools.subset import Subsetter
    from fontTools.ttLib import TTFont

    path = next(folder.rglob("NotoSansKhmer*.ttf"))
    with TTFont(path) as font:
        subsetter = Subsetter()
        subsetter.populate(unicodes=range(0x1780, 0x1800))
        subsetter.subset(font)
        font.save(path)
    with pytest.raises(RenderError, match=r"NotoSansKhmer.* is not the Noto Sans Khmer"):
        find_fonts(folder)


def test_a_font_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(RenderError, match="nowhere"):
        find_fonts(tmp_path / "nowhere")
