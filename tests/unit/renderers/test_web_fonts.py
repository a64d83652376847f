"""Web fonts: small, the same every time, and shaped as the full font shapes."""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import Any

import pytest
from fontTools.ttLib import TTFont

from pubpipe.languages import TARGETS, LanguageProfile, profile
from pubpipe.renderers import find_fonts
from pubpipe.renderers.web_fonts import font_stack, web_fonts, web_fonts_css

HARD = {
    "km": "ស្ត្រី ខ្ញុំ កម្មករ ព្រះ ញ្ញ ប៉ា៊ំ លក្ខខណ្ឌ",
    "my": "မြန်မာ သတ္တဝါ ကျွန်ုပ် ဩဇာ အင်္ဂလိပ် ညှို့",
    "th": "กำลัง ปั๊ม ฐานะ ญี่ปุ่น นี้ น้ำ ผู้อื่น",
    "lo": "ຜູ້ ນ້ຳ ເຄື່ອງ ຫຼາຍ ກໍ່ ຢູ່",
    "vi": "Tiếng Việt: người lao động, quyền được trả lương",
    "ja": "労働者の権利、「協定」（2019年）。ガギグ",
}
"""Stacked consonants, marks on marks and reordered vowels: what breaks when a substitution is lost."""


def opened(data: bytes) -> Any:
    return TTFont(io.BytesIO(data))


@pytest.mark.parametrize("own", TARGETS.values(), ids=lambda p: p.tag)
def test_the_files_have_every_character_of_the_text_and_little_else(own: LanguageProfile) -> None:
    files = web_fonts(own, find_fonts(), HARD[own.tag], bold="2019")
    have = set().union(*(opened(f.data).getBestCmap() for f in files if f.weight == 400))
    assert {ord(c) for c in HARD[own.tag]} <= have
    assert len(have) < len(set(HARD[own.tag])) + 20
    assert [f.weight for f in files][:2] == [400, 700]
    assert sum(len(f.data) for f in files) < 25_000


@pytest.mark.parametrize("tag", ["km", "my"])
def test_the_forms_that_letters_take_in_a_stack_are_kept(tag: str) -> None:
    (file,) = web_fonts(profile(tag), find_fonts(), HARD[tag])
    font = opened(file.data)
    features = {r.FeatureTag for r in font["GSUB"].table.FeatureList.FeatureRecord}
    assert {"blwf", "pref"} & features
    assert len(font.getGlyphOrder()) > len(font.getBestCmap()) + 5
    assert "GPOS" in font or tag != "my"


def test_the_same_text_gives_the_same_bytes_in_whatever_order_it_comes() -> None:
    fonts, own = find_fonts(), profile("lo")
    one = web_fonts(own, fonts, HARD["lo"])
    from pubpipe.renderers import web_fonts as module

    module._woff2.cache_clear()
    assert web_fonts(own, fonts, HARD["lo"][::-1] + HARD["lo"])[0].data == one[0].data


def test_only_a_script_with_italics_gets_an_italic_file() -> None:
    fonts = find_fonts()
    assert [f.style for f in web_fonts(profile("th"), fonts, "", italic=HARD["th"])] == ["normal"]
    assert [f.style for f in web_fonts(profile("vi"), fonts, "", italic="không")] == ["italic"]


def test_a_name_in_another_script_brings_the_family_that_has_it() -> None:
    files = web_fonts(profile("vi"), find_fonts(), "Kể về កម្ពុជា")
    assert [f.family for f in files] == ["Noto Sans", "Noto Sans Khmer"]
    assert font_stack(profile("vi"), files) == '"Noto Sans", "Noto Sans Khmer", sans-serif'


def test_the_licence_travels_in_the_file() -> None:
    (file,) = web_fonts(profile("th"), find_fonts(), "ก")
    names = {n.nameID: str(n) for n in opened(file.data)["name"].names}
    assert "Open Font License" in names[13]


def test_the_css_holds_the_file_or_names_where_it_is() -> None:
    files = web_fonts(profile("th"), find_fonts(), "ก")
    assert base64.b64encode(files[0].data).decode() in web_fonts_css(files)
    served = web_fonts_css(files, lambda f: f"fonts/{f.file_name}")
    assert f'src:url("fonts/noto-sans-thai.400.{files[0].hash[:12]}.woff2") format("woff2")' in served
    assert "data:" not in served


@pytest.mark.parametrize(
    ("tag", "text", "brought"), [("th", "น้ำ", "\u0e4d"), ("lo", "ນ້ຳ", "\u0ecd"), ("km", "កោ", "\u17c1")]
)
def test_what_a_shaper_puts_in_the_place_of_a_vowel_comes_along(tag: str, text: str, brought: str) -> None:
    (file,) = web_fonts(profile(tag), find_fonts(), text)
    assert ord(brought) in opened(file.data).getBestCmap()


@pytest.mark.needs("chromium")
def test_a_browser_needs_no_other_font_and_shows_what_the_whole_font_shows(tmp_path: Path) -> None:
    from PIL import Image, ImageChops, ImageStat
    from playwright.sync_api import sync_playwright

    fonts = find_fonts()
    with sync_playwright() as player:
        browser = player.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        page = browser.new_page(viewport={"width": 900, "height": 200})
        session = page.context.new_cdp_session(page)
        session.send("DOM.enable")
        session.send("CSS.enable")
        for tag, words in HARD.items():
            own = profile(tag)
            files = web_fonts(own, fonts, words, bold=words)
            whole = "".join(
                f'@font-face{{font-family:"{f.family}";font-weight:100 900;src:url("{f.path.as_uri()}")}}'
                for f in fonts.of(own)
                if f.style == "normal"
            )
            pictures = []
            for css in (web_fonts_css(files), whole):
                place = tmp_path / "page.html"
                place.write_text(
                    f"<!doctype html><meta charset=utf-8><style>{css}body{{font:28px {font_stack(own)}}}</style>"
                    f'<p lang="{tag}">{words}<p><b>{words}</b>',
                    encoding="utf-8",
                )
                page.goto(place.as_uri())
                page.evaluate("document.fonts.ready")
                root = session.send("DOM.getDocument")["root"]["nodeId"]
                for node in session.send("DOM.querySelectorAll", {"nodeId": root, "selector": "p, b"})["nodeIds"]:
                    used = session.send("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"]
                    assert all(f["isCustomFont"] for f in used), (tag, used)
                pictures.append(Image.open(io.BytesIO(page.screenshot())).convert("L"))
            # Advance widths of one weight are whole units, of a variable font fractions: edges may differ a little.
            apart = ImageStat.Stat(ImageChops.difference(*pictures)).mean[0]
            assert apart < 0.5, (tag, apart)
        browser.close()
