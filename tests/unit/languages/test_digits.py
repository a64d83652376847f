"""Digits as a project chooses them: in texts, in what the program writes, in what a check says."""

from __future__ import annotations

import datetime as dt
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pubpipe import checks
from pubpipe.languages import TARGETS, LanguageProfile, profile
from pubpipe.languages.digits import content_in_digits, contradicting, in_digits
from pubpipe.model import Placeholder, TagClose, TagOpen, Text, plain
from pubpipe.renderers.dates import long_date

WITH_DIGITS = [tag for tag, own in TARGETS.items() if own.native_digits]


def chosen(tag: str, digits: str | None) -> LanguageProfile:
    return profile(tag).model_copy(update={"digits": digits})


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("ឆ្នាំ 2026 មាន 1,204.5 នាក់", "ឆ្នាំ ២០២៦ មាន ១,២០៤.៥ នាក់"),
        ("COVID-19 និង C189 នៅ A4", "COVID-19 និង C189 នៅ A4"),
        ("https://example.org/a1?b=2 មាន 3", "https://example.org/a1?b=2 មាន ៣"),
        ("a1@example.org, 4", "a1@example.org, ៤"),
        ("ទូរស័ព្ទ +855 23 123 456 ម៉ោង 8:30–9:00", "ទូរស័ព្ទ +855 23 123 456 ម៉ោង ៨:៣០–៩:០០"),
        ("US$ 1,200 (54%)", "US$ ១,២០០ (៥៤%)"),
        ("ISBN 978-3-16-148410-0", "ISBN 978-3-16-148410-0"),
        ("ច្បាប់លេខ 2011/19", "ច្បាប់លេខ ២០១១/១៩"),
    ],
)
def test_numbers_are_written_in_the_digits_chosen_and_names_keep_theirs(text: str, written: str) -> None:
    assert in_digits(text, chosen("km", "native")) == written


@pytest.mark.parametrize("tag", WITH_DIGITS)
@given(st.text(alphabet="0123456789 .,%-/abc៛", max_size=40))
def test_going_to_latin_digits_restores_what_was_latin(tag: str, text: str) -> None:
    assert in_digits(in_digits(text, chosen(tag, "native")), chosen(tag, "latin")) == text


@pytest.mark.parametrize("tag", WITH_DIGITS)
@given(st.text(max_size=60))
def test_a_text_in_the_digits_chosen_contradicts_nothing(tag: str, text: str) -> None:
    for digits in ("native", "latin"):
        own = chosen(tag, digits)
        assert contradicting(in_digits(text, own), own) == ()


@pytest.mark.parametrize("tag", list(TARGETS))
def test_without_a_choice_nothing_changes_and_nothing_is_said(tag: str) -> None:
    own = profile(tag)
    text = f"2026 {own.native_digits or ''}"
    assert in_digits(text, own) == text
    assert contradicting(text, own) == ()
    assert own.number(12) == "12"


@pytest.mark.parametrize("tag", list(TARGETS))
def test_numbers_of_the_program_are_in_the_digits_chosen(tag: str) -> None:
    own = chosen(tag, "native")
    written = own.number(2026)
    assert [unicodedata.digit(c) for c in written] == [2, 0, 2, 6]
    assert written.isascii() == (own.native_digits is None)
    date = long_date(dt.date(2026, 3, 9), own)
    assert any(c in "0123456789" for c in date) == (own.native_digits is None)


def test_code_and_placeholders_keep_their_digits() -> None:
    content = (
        Text(text="12"),
        TagOpen(id=1, kind="code"),
        Text(text="12"),
        TagClose(id=1),
        Placeholder(id=2, kind="note", ref="n12"),
        TagOpen(id=3, kind="link", href="https://example.org/12"),
        Text(text="12"),
        TagClose(id=3),
    )
    made = content_in_digits(content, chosen("th", "native"))
    assert plain(made) == "๑๒12๑๒"
    assert [i for i in made if not isinstance(i, Text)] == [i for i in content if not isinstance(i, Text)]


@pytest.mark.parametrize(
    ("digits", "target", "found"),
    [
        ("latin", "១៤ ខេត្ត", True),
        ("latin", "14 ខេត្ត", False),
        ("native", "14 ខេត្ត", True),
        ("native", "១៤ ខេត្ត", False),
        (None, "១៤ ខេត្ត", False),
        (None, "14 ខេត្ត", False),
    ],
)
def test_a_number_in_other_digits_is_found_and_its_value_never_is(digits: str, target: str, found: bool) -> None:
    findings = checks.run((Text(text="14 provinces"),), (Text(text=target),), chosen("km", digits))
    assert [f.severity for f in findings if f.check == "digits"] == ["warning"] * found
    assert not [f for f in findings if f.check.startswith("numbers")]
    assert all(f.suggestion and f.suggestion != target for f in findings if f.check == "digits")
