"""Line-break opportunities: legal by ICU's dictionary, invisible, and gone without a trace."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pubpipe.languages import TARGETS, profile
from pubpipe.model import TagClose, TagOpen, Text, plain
from pubpipe.renderers.breaking import ALLOW, FORBID, for_lines, hold_spaces, strip

KHMER = "ប្រកាសជាសកលស្តីពីសិទ្ធិមនុស្ស"


def spelled(text: str, language: str) -> str:
    return plain(for_lines((Text(text=text),), profile(language)))


def opportunities(text: str, language: str) -> list[str]:
    return strip(spelled(text, language).replace(ALLOW, "|")).split("|")


def test_words_of_a_script_without_spaces_are_kept_whole() -> None:
    assert opportunities("សេចក្តីប្រកាស", "km") == ["សេចក្តី", "ប្រកាស"]
    assert opportunities("แรงงานข้ามชาติ", "th") == ["แรงงาน", "ข้าม", "ชาติ"]


def test_a_bold_word_does_not_cut_a_word_in_two() -> None:
    content = (
        Text(text="សេច"),
        TagOpen(id=1, kind="strong"),
        Text(text="ក្តីប្រកាស"),
        TagClose(id=1),
    )
    assert ALLOW not in plain(for_lines(content, profile("km"))).split("ក្តី")[0]


def test_no_mark_comes_between_a_base_and_its_signs() -> None:
    for language, text in (("km", KHMER), ("my", "ကြေညာစာတမ်း လူ့အခွင့်အရေး"), ("lo", "ສິດຂອງມະນຸດ")):
        marked = spelled(text, language)
        for place, character in enumerate(marked):
            if character in (ALLOW, FORBID):
                after = marked[place + 1]
                assert unicodedata.category(after)[0] != "M"
                assert marked[place - 1] not in "\u1039\u17d2"


def test_a_consonant_after_a_killed_one_is_held_to_its_word() -> None:
    """U+103A ends a syllable and stacks nothing: without a mark after it, Typst breaks the word there."""
    assert f"ဏ်{FORBID}သိ" in spelled("ဂုဏ်သိက္ခာ", "my")


@pytest.mark.parametrize(("text", "language"), [("ต่าง ๆ", "th"), ("อื่น ๆ", "th")])
def test_a_repetition_sign_after_a_space_is_held_by_a_hard_space(text: str, language: str) -> None:
    assert "\u00a0ๆ" in spelled(text, language)
    assert plain(hold_spaces((Text(text=text),), profile(language))) == text.replace(" ", "\u00a0")


@pytest.mark.parametrize(("text", "language"), [("គ្រប់ៗគ្នា", "km"), ("ຕ່າງໆ", "lo")])
def test_a_repetition_sign_is_tied_to_its_word(text: str, language: str) -> None:
    sign = "ៗ" if language == "km" else "ໆ"
    assert f"{FORBID}{sign}" in spelled(text, language)


def test_an_address_may_break_after_its_punctuation() -> None:
    url = "https://example.org/publications/2026/mekong-migration-summary.pdf"
    assert strip(spelled(url, "vi")) == url
    assert f"publications/{ALLOW}" in spelled(url, "vi")


def test_a_word_longer_than_a_line_may_break() -> None:
    parts = spelled("A" * 100, "vi").split(ALLOW)
    assert max(map(len, parts)) <= 30


def test_text_of_spaced_languages_and_japanese_stays_as_it_is() -> None:
    assert spelled("Mọi người đều có quyền sống.", "vi") == "Mọi người đều có quyền sống."
    assert spelled("すべて人は、国籍をもつ権利を有する。", "ja") == "すべて人は、国籍をもつ権利を有する。"


@given(
    st.text(alphabet="កខ្ស្តៗ។ แรงๆะ່າລໆဂြ်ာ၊ aZ1./- ", max_size=60),
    st.sampled_from(list(TARGETS)),
)
def test_taking_the_marks_out_gives_the_text_back(text: str, language: str) -> None:
    assert strip(spelled(text, language)).replace("\u00a0", " ") == text
