"""Characters of another script: each gets a font that has it, and nothing else changes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator

import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from pubpipe.errors import RenderError
from pubpipe.languages import TARGETS, profile
from pubpipe.model import Paragraph, Text
from pubpipe.renderers import find_fonts
from pubpipe.renderers.breaking import FORBID, for_lines
from pubpipe.renderers.fallback import Piece, splitter
from pubpipe.renderers.fonts import NO_GLYPH

from .test_hard_documents import paragraph, render

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def cut(text: str, language: str) -> tuple[Piece, ...]:
    own = profile(language)
    return splitter(own.fonts, find_fonts(), own)(text)


def families(text: str, language: str) -> list[tuple[str, str]]:
    return [(p.text, p.family) for p in cut(text, language)]


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("ឈ្មោះ 吳麗招។", "km", [("ឈ្មោះ ", ""), ("吳麗招", "Noto Sans JP"), ("។", "")]),
        ("言語：ភាសាខ្មែរ", "ja", [("言語：", ""), ("ភាសាខ្មែរ", "Noto Sans Khmer")]),
        ("ມີ ☐ ບໍ່ມີ ☑", "lo", [("ມີ ", ""), ("☐", "Noto Sans Symbols 2"), (" ບໍ່ມີ ", ""), ("☑", "Noto Sans Symbols 2")]),
        ("日本語 中文", "vi", [("日本語 中文", "Noto Sans JP")]),
        ("汉语", "th", [("汉语", "Noto Sans SC")]),
        ("한국어", "my", [("한국어", "Noto Sans KR")]),
        ("a ≥ b → c", "th", [("a ", ""), ("≥", "STIX Two Math"), (" b ", ""), ("→", "STIX Two Math"), (" c", "")]),
        ("Hà Nội", "km", [("Hà Nội", "")]),
    ],
)
def test_each_script_gets_its_font(text: str, language: str, expected: list[tuple[str, str]]) -> None:
    assert families(text, language) == expected


def test_a_latin_word_is_not_cut_at_a_letter_that_the_main_font_lacks() -> None:
    own = profile("km")
    parts = splitter(own.fonts[:1], find_fonts(), own)("នៅ Đà Nẵng (2024)")
    assert [(p.text, p.family) for p in parts if p.family] == [("Nẵng", "Noto Sans")]


def test_a_mark_stays_with_its_letter() -> None:
    assert families("日本語 ខ្ញុំ\u200b។", "ja")[-1][0] == "ខ្ញុំ\u200b។"


def test_the_language_is_said_only_where_the_characters_tell_it() -> None:
    assert [p.tag for p in cut("ឈ្មោះ 吳麗招", "km")] == ["", ""]
    assert [p.tag for p in cut("ឈ្មោះ ひらがな", "km")] == ["", "ja"]
    assert [p.tag for p in cut("言語：ភាសាខ្មែរ", "ja")] == ["", "km"]


@given(st.text(alphabet=st.sampled_from([*"aộ1 .។ភា្ကခြ吳汉한☐→≥", "\u200b", "\u2060", "\u0301", "\ufe0f"])))
def test_cutting_loses_nothing(text: str) -> None:
    for own in TARGETS.values():
        parts = splitter(own.fonts[:1], find_fonts(), own)(text)
        assert "".join(p.text for p in parts) == text
        for part in parts:
            if part.family:
                have = find_fonts().covers((part.family,))
                assert {ord(c) for c in part.text if not c.isspace()} <= have | NO_GLYPH


def test_foreign_words_are_broken_by_their_own_dictionary_and_the_rest_is_left_alone() -> None:
    (item,) = for_lines((Text(text="言語はភាសាខ្មែរです。"),), profile("ja"))
    assert isinstance(item, Text)
    assert FORBID in item.text
    assert item.text.startswith("言語は")
    assert item.text.endswith("です。")


def shown_fonts(data: bytes) -> set[str]:
    with pikepdf.open(io.BytesIO(data)) as pdf:
        fonts = [o for o in pdf.objects if isinstance(o, pikepdf.Dictionary) and o.get("/Type") == "/Font"]
        return {str(f.BaseFont).split("+")[-1].split("-")[0] for f in fonts}


def word_runs(data: bytes) -> Iterator[tuple[str, etree._Element]]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for run in etree.fromstring(archive.read("word/document.xml")).iter(f"{W}r"):
            properties = run.find(f"{W}rPr")
            if properties is not None:
                yield "".join(t.text or "" for t in run.findall(f"{W}t")), properties


@pytest.mark.parametrize("language", list(TARGETS))
def test_a_name_in_every_other_script_prints(language: str) -> None:
    names = ["吳麗招", "ひらがな", "☐ ☒", "→ ∨", *(own.native_name for own in TARGETS.values())]
    blocks: list[Paragraph] = [paragraph(f"({name})") for name in names]
    shown = shown_fonts(render("pdf", *blocks, language=language))
    assert {
        "NotoSansKhmer",
        "NotoSansMyanmar",
        "NotoSansThai",
        "NotoSansLao",
        "NotoSansJP",
        "NotoSansSymbols2",
    } <= shown
    named = {f.get(f"{W}ascii") for _, p in word_runs(render("docx", *blocks, language=language)) for f in p}
    assert {f"Noto Sans {n}" for n in ("Khmer", "Myanmar", "Thai", "Lao", "JP", "Symbols 2")} <= named


def test_word_is_told_font_hint_and_language_of_a_foreign_run() -> None:
    data = render("docx", paragraph("ឈ្មោះ 吳麗招 ひらがな ☐"), language="km")
    runs = dict(word_runs(data))
    han, kana, sign = runs["吳麗招 ひらがな"], runs["吳麗招 ひらがな"], runs["☐"]
    fonts = han.find(f"{W}rFonts")
    assert {fonts.get(f"{W}{slot}") for slot in ("ascii", "hAnsi", "eastAsia", "cs")} == {"Noto Sans JP"}
    assert fonts.get(f"{W}hint") == "eastAsia"
    assert kana.find(f"{W}lang").get(f"{W}eastAsia") == "ja-JP"
    assert han.find(f"{W}cs") is None
    assert sign.find(f"{W}rFonts").get(f"{W}hint") is None
    khmer = dict(word_runs(render("docx", paragraph("言語：ភាសាខ្មែរ"), language="ja")))["ភាសាខ្មែរ"]
    assert khmer.find(f"{W}cs") is not None
    assert khmer.find(f"{W}lang").get(f"{W}bidi") == "km-KH"


def test_right_to_left_words_are_runs_of_their_own_where_their_font_is_installed() -> None:
    words = paragraph("Tiếng Ả Rập: العربية لغة.")
    if "Noto Sans Arabic" not in find_fonts().spare(profile("vi")):
        with pytest.raises(RenderError, match=r"no font has the character U\+06"):
            render("docx", words)
        return
    arabic = dict(word_runs(render("docx", words)))["العربية لغة"]
    assert arabic.find(f"{W}rtl") is not None
    assert "NotoSansArabic" in shown_fonts(render("pdf", words))
