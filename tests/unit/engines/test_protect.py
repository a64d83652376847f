"""Tokens go in, are mangled, and come back proved or not at all."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pubpipe.engines.protect import FORMS, LITERAL, TokensLost, digits, protect, restore, restore_bare
from pubpipe.languages import TARGETS, LanguageProfile
from pubpipe.model import (
    Content,
    Inline,
    Placeholder,
    Span,
    TagClose,
    TagOpen,
    TermHit,
    Text,
    plain,
    tidy,
    to_markup,
)

BY_NAME = {p.english_name: p for p in TARGETS.values()}
KHMER, THAI, VIETNAMESE, JAPANESE = (BY_NAME[n] for n in ("Khmer", "Thai", "Vietnamese", "Japanese"))


def content(*items: str | Inline) -> Content:
    return tuple(Text(text=i) if isinstance(i, str) else i for i in items)


def bold(number: int, text: str) -> Content:
    return (TagOpen(id=number, kind="strong"), Text(text=text), TagClose(id=number))


def note(number: int) -> Placeholder:
    return Placeholder(id=number, kind="note", ref=f"n{number}")


SENTENCE = content("Read the ", *bold(1, "new law"), note(2), " today.")


def answered(source: Content, answer: str, target: LanguageProfile = KHMER) -> str:
    return to_markup(restore(protect(source), answer, target))


# -- what is sent -----------------------------------------------------------------------------------


def test_an_inner_tag_becomes_two_tokens_and_a_placeholder_one() -> None:
    assert protect(SENTENCE).text == "Read the [X1X]new law[X2X][X3X] today."


def test_tags_around_the_whole_and_marks_at_the_ends_need_no_token() -> None:
    source = content(TagOpen(id=1, kind="emphasis"), "Read this.", note(2), TagClose(id=1), note(3))
    shield = protect(source)
    assert shield.text == "Read this."
    assert to_markup(restore(shield, "អានវា។", KHMER)) == "<1>អានវា។<2/></1><3/>"


@pytest.mark.parametrize(
    "literal",
    [
        "https://www.ilo.org/a_(b)?c=1&d=2",
        "www.example.org/x",
        "help.desk+th@example.co.th",
        "No. 249/13",
        "Nos. 12",
        "C189",
        "A/RES/73/195",
        "ISO-3166",
        "249/13",
        "doi:10.1000/xyz123",
    ],
)
def test_an_address_or_document_number_is_one_token(literal: str) -> None:
    shield = protect(content(f"As said in {literal}, it holds."))
    assert shield.tokens == (literal,)
    assert shield.text == "As said in [X1X], it holds."


@pytest.mark.parametrize("words", ["and/or", "The ILO", "2019", "No one", "Annex II", "24-hour"])
def test_ordinary_words_and_numbers_are_not_taken_for_document_numbers(words: str) -> None:
    assert LITERAL.search(f"As {words} says") is None


def test_the_full_stop_after_an_address_is_not_part_of_it() -> None:
    assert protect(content("See https://example.org/a.")).text == "See [X1X]."


def test_a_name_to_keep_is_a_token_and_a_term_only_when_it_is_masked() -> None:
    hits = (
        TermHit(term="org", surface="Verité", span=Span(start=0, end=6), keep=True),
        TermHit(term="mw", surface="migrant worker", span=Span(start=13, end=27), preferred="ពលករចំណាកស្រុក"),
    )
    source = content("Verité met a migrant worker.")
    assert protect(source, terms=hits).text == "[X1X] met a migrant worker."
    masked = protect(source, terms=hits, masked={"mw"})
    assert masked.text == "[X1X] met a [X2X]."
    assert plain(restore(masked, "[X1X] ជួប [X2X]។", KHMER)) == "Verité ជួបពលករចំណាកស្រុក។"


def test_spans_of_terms_count_from_the_start_of_the_segment_even_when_its_edge_is_peeled_off() -> None:
    hit = TermHit(term="t", surface="wage", span=Span(start=6, end=10), preferred="ค่าจ้าง")
    source = content(Placeholder(id=9, kind="break"), "Fair wage now")
    assert plain(source)[6:10] == "wage"
    assert protect(source, terms=(hit,), masked={"t"}).text == "Fair [X1X] now"


def test_source_text_that_looks_like_a_token_comes_back_as_it_was() -> None:
    source = content("Fill in [X7X] and ", *bold(1, "sign"), ".")
    shield = protect(source)
    assert shield.text == "Fill in [X1X] and [X2X]sign[X3X]."
    assert answered(source, "បំពេញ [X1X] ហើយ [X2X]ចុះហត្ថលេខា[X3X]។") == "បំពេញ [X7X] ហើយ<1>ចុះហត្ថលេខា</1>។"


def test_invisible_breaks_are_not_sent_and_do_not_come_back() -> None:
    assert protect(content("Read\u200b this")).text == "Read this"
    assert plain(restore(protect(content("Read this")), "អាន\u200bវា", KHMER)) == "អានវា"


# -- what comes back --------------------------------------------------------------------------------

MANGLINGS = {
    "as sent": lambda s: s,
    "small letters": str.lower,
    "spaces round brackets": lambda s: re.sub(r"([\[\]])", r" \1 ", s),
    "spaces inside": lambda s: re.sub(r"X(\d+)X", r"X \1 X", s),
    "Khmer digits": lambda s: s.translate({48 + i: 0x17E0 + i for i in range(10)}),
    "Thai digits": lambda s: s.translate({48 + i: 0x0E50 + i for i in range(10)}),
    "full width": lambda s: "".join(chr(ord(c) + 0xFEE0) if c in "[]X0123456789" else c for c in s),
    "lenticular brackets": lambda s: s.replace("[", "【").replace("]", "】"),
    "round brackets": lambda s: s.replace("[", "(").replace("]", ")"),
    "Cyrillic letters": lambda s: s.replace("X", "Х"),
    "HTML escapes": lambda s: html.escape(s).replace("[", "&#91;").replace("]", "&#93;"),
}


@pytest.mark.parametrize("mangle", MANGLINGS.values(), ids=MANGLINGS)
def test_a_token_is_known_however_an_engine_writes_it(mangle: object) -> None:
    assert callable(mangle)
    answer = mangle("អាន[X1X]ច្បាប់ថ្មី[X2X][X3X]ថ្ងៃនេះ។")
    assert answered(SENTENCE, answer) == "អាន<1>ច្បាប់ថ្មី</1><2/>ថ្ងៃនេះ។"


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ("អាន[X1X]ច្បាប់ថ្មី[X2X]ថ្ងៃនេះ។", "<2/> (note) was lost"),
        ("អាន[X1X]ច្បាប់ថ្មី[X2X][X3X][X3X]ថ្ងៃនេះ។", "<2/> (note) came back more than once"),
        ("អាន[X1X]ច្បាប់ថ្មី[X2X][X3X][X4X]ថ្ងៃនេះ។", "a placeholder came back that was not sent"),
        ("អាន[X2X]ច្បាប់ថ្មី[X1X][X3X]ថ្ងៃនេះ។", "</1> closes what is not open there"),
        ("អានច្បាប់ថ្មី[X1X][X2X][X3X]ថ្ងៃនេះ។", "<1> holds nothing"),
        ("[X1X][X2X][X3X]", "nothing but placeholders came back"),
        ("អាន[X1X]ច្បាប់ថ្មី[X2X][X3X]ថ្ងៃនេះ [X។", "a piece of a placeholder is left in the text"),
        ("អានច្បាប់ថ្មីថ្ងៃនេះ។", "<1> (strong) was lost"),
    ],
)
def test_what_cannot_be_proved_is_refused_in_words(answer: str, why: str) -> None:
    with pytest.raises(TokensLost) as caught:
        restore(protect(SENTENCE), answer, KHMER)
    assert why in str(caught.value)


def test_token_1_is_not_found_inside_token_11() -> None:
    source = content(*(part for n in range(1, 13) for part in (f"word{'s' * n} ", note(n))), "end")
    shield = protect(source)
    assert "[X11X]" in shield.text
    answer = "".join(f"[X{n}X]ក" for n in (11, 1, 12, 2, 3, 4, 5, 6, 7, 8, 9, 10))
    assert to_markup(restore(shield, answer, KHMER)).startswith("<11/>ក<1/>ក<12/>ក<2/>ក")


@pytest.mark.parametrize("form", FORMS)
@given(
    numbers=st.lists(st.integers(1, 60), min_size=1, max_size=8, unique=True),
    words=st.text("កខគងច ឆជ។", min_size=1, max_size=12),
)
def test_every_form_finds_what_it_wrote(form: str, numbers: list[int], words: str) -> None:
    shape = next(f for name, f in FORMS.items() if name == form)
    text = words.join(["", *(shape.write(n) for n in numbers), ""])
    assert [int(m[1]) for m in shape.found.finditer(text)] == numbers


@given(
    st.lists(
        st.one_of(
            st.text("abcdefgh XQZ[]0123&<>.,", max_size=10).map(lambda t: ("text", t)),
            st.just(("note", "")),
            st.text("abc", min_size=1, max_size=5).map(lambda t: ("bold", t)),
        ),
        max_size=8,
    )
)
def test_an_engine_that_changes_nothing_gives_back_every_character(parts: list[tuple[str, str]]) -> None:
    items: list[Inline] = []
    for number, (kind, text) in enumerate(parts, start=1):
        if kind == "text":
            items.append(Text(text=text))
        elif kind == "note":
            items.append(note(number))
        else:
            items += bold(number, text)
    source = tidy(items)
    shield = protect(source)
    if not shield.has_letters:
        return
    back = restore(shield, shield.text, VIETNAMESE)
    assert [i for i in back if not isinstance(i, Text)] == [i for i in source if not isinstance(i, Text)]
    assert re.sub(r"\s", "", plain(back)) == re.sub(r"\s", "", plain(source))


# -- white space ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "answer", "wanted"),
    [
        (KHMER, "អាន [X1X] ច្បាប់ថ្មី [X2X] [X3X] ថ្ងៃនេះ។", "អាន<1>ច្បាប់ថ្មី</1><2/>ថ្ងៃនេះ។"),
        (THAI, "อ่าน [X1X]กฎหมาย ใหม่[X2X] [X3X] วันนี้", "อ่าน<1>กฎหมาย ใหม่</1><2/>วันนี้"),
        (JAPANESE, "今日、 [X1X] 新しい法律 [X2X] [X3X] を読む。", "今日、<1>新しい法律</1><2/>を読む。"),
        (VIETNAMESE, "Đọc [X1X] luật mới [X2X] [X3X] hôm nay .", "Đọc <1>luật mới</1><2/> hôm nay ."),
        (VIETNAMESE, "Đọc[X1X]luật mới[X2X][X3X]hôm nay.", "Đọc <1>luật mới</1><2/> hôm nay."),
        (VIETNAMESE, "Hôm nay đọc [X1X]luật mới[X2X] [X3X] .", "Hôm nay đọc <1>luật mới</1><2/>."),
    ],
)
def test_no_stray_space_stays_round_a_restored_tag(target: LanguageProfile, answer: str, wanted: str) -> None:
    assert answered(SENTENCE, answer, target) == wanted


@pytest.mark.parametrize(
    ("target", "answer", "wanted"),
    [
        (KHMER, "អនុសញ្ញា [X1X] ការពារ", "អនុសញ្ញា C189 ការពារ"),
        (JAPANESE, "条約 [X1X] は守る", "条約C189は守る"),
        (VIETNAMESE, "Công ước[X1X]bảo vệ", "Công ước C189 bảo vệ"),
        (VIETNAMESE, "Công ước ( [X1X] ) bảo vệ", "Công ước (C189) bảo vệ"),
    ],
)
def test_the_space_round_latin_letters_follows_the_script(target: LanguageProfile, answer: str, wanted: str) -> None:
    assert answered(content("Convention C189 protects"), answer, target) == wanted


# -- without tokens ---------------------------------------------------------------------------------


def test_a_bare_answer_is_a_target_only_where_nothing_could_be_lost() -> None:
    source = content("Convention C189 protects workers.", note(1))
    shield = protect(source, bare=True)
    assert shield.text == "Convention C189 protects workers."
    target, _ = restore_bare(shield, "អនុសញ្ញា C189 ការពារ។")
    assert target is not None
    assert to_markup(target) == "អនុសញ្ញា C189 ការពារ។<1/>"
    assert restore_bare(shield, "អនុសញ្ញា C1890 ការពារ។")[0] is None
    assert restore_bare(shield, "អនុសញ្ញា ការពារ។") == (None, "អនុសញ្ញា ការពារ។")
    assert restore_bare(protect(SENTENCE, bare=True), "អានច្បាប់")[0] is None


def test_digits_are_compared_whatever_script_they_are_in() -> None:
    assert digits("២០១៩ និង 7") == digits("7 and 2019") == ("0", "1", "2", "7", "9")


def test_a_name_to_keep_is_asked_for_in_a_bare_answer_too() -> None:
    hit = TermHit(term="org", surface="Verité", span=Span(start=0, end=6), keep=True)
    shield = protect(content("Verité met workers."), terms=(hit,), bare=True)
    assert restore_bare(shield, "Verité បានជួបពលករ។")[0] is not None
    assert restore_bare(shield, "វេរីតេ បានជួបពលករ។")[0] is None


def test_a_line_end_that_the_engine_added_is_a_space() -> None:
    assert plain(restore(protect(content("One. Two.")), "មួយ។\r\nពីរ។", KHMER)) == "មួយ។ ពីរ។"
