"""Fonts inside Word files: the right ones, readable by a program that has none of them."""

from __future__ import annotations

import io
import os
import re
import subprocess
import zipfile
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont
from lxml import etree

from pubpipe.languages import TARGETS
from pubpipe.renderers import embed_fonts, find_fonts
from pubpipe.renderers.font_embedding import faces_in, may_embed, obfuscated

from .test_hard_documents import paragraph, render
from .test_odd_documents import heading, within

WORDS = {tag: own.native_name for tag, own in TARGETS.items()}
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def word(language: str) -> bytes:
    slanted = paragraph(within(("emphasis",)))
    return render("docx", heading(WORDS[language]), paragraph(WORDS[language] + " 2026"), slanted, language=language)


def test_a_font_is_mixed_with_its_key_as_the_standard_says() -> None:
    # ECMA-376 Part 1, 17.8.1: the key's digits from the last to the first, over bytes 0 to 15 and again 16 to 31
    key = bytes.fromhex("1DB6A9B2C4D5E6F7A8B9CADBECFD0E1F")
    font = bytes(range(64))
    mixed = obfuscated(font, key)
    assert mixed[:2] == bytes([0x00 ^ 0x1F, 0x01 ^ 0x0E])
    assert mixed[15:17] == bytes([0x0F ^ 0x1D, 0x10 ^ 0x1F])
    assert mixed[32:] == font[32:]
    assert obfuscated(mixed, key) == font


@pytest.mark.parametrize(
    ("fs_type", "allowed"), [(0, True), (8, True), (2, False), (4, False), (0x100, False), (0x200, False)]
)
def test_only_what_its_maker_allows_is_embedded(fs_type: int, allowed: bool) -> None:
    assert may_embed(fs_type) is allowed


@pytest.mark.parametrize("language", list(TARGETS))
def test_the_file_carries_the_cuts_that_it_uses_with_every_character_of_its_text(language: str) -> None:
    data = embed_fonts(word(language), find_fonts())
    main = TARGETS[language].fonts[0]
    faces = {(family, slot): TTFont(io.BytesIO(font)) for family, slot, font in faces_in(data)}
    assert {(main, "embedRegular"), (main, "embedBold")} <= set(faces)
    assert (("Noto Sans", "embedItalic") in faces) == (TARGETS[language].typesetting.emphasis == "italic")
    for slot, weight, style in (("embedRegular", 400, "Regular"), ("embedBold", 700, "Bold")):
        font = faces[main, slot]
        assert "fvar" not in font
        assert (font["OS/2"].usWeightClass, font["OS/2"].fsType) == (weight, 0)
        assert (font["name"].getDebugName(1), font["name"].getDebugName(2)) == (main, style)
        assert set(map(ord, WORDS[language] + "0123456789 Aa")) <= set(font.getBestCmap())
        assert {"GSUB", "GPOS"} <= set(font.keys())
        assert font["name"].getDebugName(13)  # the OFL asks for its licence in every copy
    assert len(data) < 700_000


def test_the_same_document_gives_the_same_bytes_and_a_second_time_changes_nothing() -> None:
    once = embed_fonts(word("th"), find_fonts())
    assert embed_fonts(word("th"), find_fonts()) == once
    assert embed_fonts(once, find_fonts()) == once


def test_settings_table_relations_and_types_name_the_fonts() -> None:
    data = embed_fonts(word("lo"), find_fonts())
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    settings = [e.tag.removeprefix(W) for e in etree.fromstring(parts["word/settings.xml"])]
    assert settings[:3] == ["zoom", "embedTrueTypeFonts", "saveSubsetFonts"]
    entry = next(e for e in etree.fromstring(parts["word/fontTable.xml"]) if e.get(f"{W}name") == "Noto Sans Lao")
    assert [e.tag.removeprefix(W) for e in entry][-2:] == ["embedRegular", "embedBold"]
    assert re.fullmatch(r"\{[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}\}", entry[-1].get(f"{W}fontKey"))
    assert b'Extension="odttf"' in parts["[Content_Types].xml"]
    targets = [e.get("Target") for e in etree.fromstring(parts["word/_rels/fontTable.xml.rels"])]
    assert sorted(f"word/{t}" for t in targets) == sorted(n for n in parts if n.endswith(".odttf"))


def test_a_document_that_names_none_of_our_fonts_stays_as_it_is() -> None:
    import docx

    out = io.BytesIO()
    docx.Document().save(out)
    assert embed_fonts(out.getvalue(), find_fonts()) == out.getvalue()


@pytest.mark.slow
@pytest.mark.needs("libreoffice", "poppler")
def test_a_program_without_the_fonts_sets_the_page_in_those_of_the_file(tmp_path: Path) -> None:
    fonts = tmp_path / "fonts"
    fonts.mkdir()
    foreign = next(Path("/usr/share/fonts").rglob("opens___.ttf"), None) or next(
        Path("/usr/share/fonts").rglob("*.ttf")
    )
    (fonts / foreign.name).write_bytes(foreign.read_bytes())  # LibreOffice does not start without any
    config = tmp_path / "fonts.conf"
    config.write_text(
        f'<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig><dir>{fonts}</dir>'
        f"<cachedir>{tmp_path / 'cache'}</cachedir></fontconfig>"
    )
    for language in TARGETS:
        (tmp_path / f"{language}.docx").write_bytes(embed_fonts(word(language), find_fonts()))
    subprocess.run(
        [
            *("soffice", f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless"),
            *("--convert-to", "pdf", "--outdir", tmp_path, *(tmp_path / f"{tag}.docx" for tag in TARGETS)),
        ],
        check=True,
        capture_output=True,
        timeout=240,
        env={**os.environ, "HOME": str(tmp_path), "FONTCONFIG_FILE": str(config)},
    )
    for language, own in TARGETS.items():
        done = subprocess.run(["pdffonts", tmp_path / f"{language}.pdf"], capture_output=True, check=True, text=True)
        used = {line.split()[0].split("+")[-1] for line in done.stdout.splitlines()[2:]}
        main = own.fonts[0].replace(" ", "")
        assert {f"{main}-Regular", f"{main}-Bold"} <= used, (language, used)
        assert all(name.startswith("NotoSans") for name in used), (language, used)
