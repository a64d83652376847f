"""Which answers are refused, and which odd-looking ones are right."""

from __future__ import annotations

import pytest

from pubpipe.engines.answers import complaint
from pubpipe.engines.protect import FORMS
from pubpipe.languages import TARGETS
from tests.mt_server import GOOGLE_ERROR, MYMEMORY_WARNING

BY_NAME = {p.english_name: p for p in TARGETS.values()}
SENT = "Workers keep [X1X]their passports[X2X]."


def verdict(sent: str, answer: str | None, language: str = "Khmer") -> str | None:
    found = complaint(sent, answer, FORMS["bracket"], BY_NAME[language])
    return None if found is None else found.kind


@pytest.mark.parametrize(
    "answer",
    [
        None,
        "",
        " \n",
        GOOGLE_ERROR,
        MYMEMORY_WARNING,
        "QUERY LENGTH LIMIT EXCEEDED. MAX ALLOWED QUERY : 500 CHARS",
        "Our systems have detected unusual traffic from your computer network.",
        "Please solve this CAPTCHA",
        "<html><body>ពលករ</body></html>",
        "ពលករ<br>ពលករ",
        "503 Service Temporarily Unavailable",
    ],
)
def test_an_error_page_is_the_services_fault(answer: str | None) -> None:
    assert verdict(SENT, answer) == "service"


@pytest.mark.parametrize(
    ("language", "answer"),
    [
        ("Khmer", SENT),
        ("Khmer", "workers keep [X1X]their passports[X2X]"),
        ("Khmer", "คนงานเก็บ[X1X]หนังสือเดินทาง[X2X]"),
        ("Lao", "คนงานเก็บ[X1X]หนังสือเดินทาง[X2X]"),
        ("Japanese", "Pekerja menyimpan [X1X]paspor[X2X] mereka"),
        ("Vietnamese", "Pekerja menyimpan [X1X]paspor mereka[X2X] dan mereka bekerja di sini"),
        ("Khmer", "ពលករ" * 300),
    ],
)
def test_an_echo_another_script_or_a_loop_is_a_bad_text(language: str, answer: str) -> None:
    assert verdict(SENT, answer, language) == "text"


@pytest.mark.parametrize(
    ("language", "sent", "answer"),
    [
        ("Khmer", SENT, "ពលកររក្សា[X1X]លិខិតឆ្លងដែន[X2X]។"),
        ("Japanese", "ILO", "ILO"),
        ("Thai", "International Labour Organization", "International Labour Organization"),
        ("Thai", "The ILO and IOM", "ILO และ IOM"),
        ("Burmese", "[X1X]", "[X1X]"),
        ("Japanese", "Verité Southeast Asia Foundation report", "Verité Southeast Asia Foundation報告書"),
        ("Vietnamese", "Read it now", "Xem ngay"),
        ("Khmer", "The CAPTCHA kept workers out", "CAPTCHA រារាំងពលករមិនឱ្យចូល"),
        ("Thai", "---", "---"),
    ],
)
def test_names_acronyms_and_words_about_errors_are_let_through(language: str, sent: str, answer: str) -> None:
    assert verdict(sent, answer, language) is None
