"""What stands around the text: dates, credits, addresses."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from pubpipe.languages import TARGETS, profile
from pubpipe.model import Credits, Placeholder, TagClose, TagOpen, Text
from pubpipe.renderers.dates import long_date
from pubpipe.renderers.matter import matter
from pubpipe.renderers.pages import own_number
from pubpipe.renderers.runs import by_link, clean, runs, safe_url
from tests.contracts.test_renderers import IMPRINT, TEMPLATE, edition


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("km", "9 មីនា 2026"),
        ("my", "2026 မတ် 9"),
        ("th", "9 มีนาคม 2569"),
        ("vi", "ngày 9 tháng 3 năm 2026"),
        ("lo", "9 ມີນາ 2026"),
        ("ja", "2026年3月9日"),
    ],
)
def test_a_date_is_written_as_the_language_writes_it(language: str, written: str) -> None:
    assert long_date(dt.date(2026, 3, 9), profile(language)) == written


@pytest.mark.parametrize("language", TARGETS)
def test_the_imprint_tells_what_people_corrected_and_which_approvals_were_carried_over(language: str) -> None:
    look = profile(language)

    def lines(**counts: object) -> dict[str, str]:
        made = Credits.model_validate({"engines": ("google",), "reviewers": (("sign-off", "Chan"),), **counts})
        named = edition(language).model_copy(update={"credits": made})
        words = {line.label: line.text for line in matter(named, TEMPLATE, look, IMPRINT).imprint}
        return {key: words.get(TEMPLATE.label(key, language), "") for key in ("translated_by", "reviewed_by")}

    def words(key: str, **values: int) -> str:
        numbers = {name: look.number(value) for name, value in values.items()}
        return clean(TEMPLATE.label(key, language, engines="google", **numbers))

    both = lines(machine=12, human=3, corrected=2, carried=4)
    corrected = words("by_engine_corrected", count=14, corrected=2)
    assert both["translated_by"] == f"{corrected}; {words('by_people', count=1)}"
    assert {int(n) for n in re.findall("[0-9]+", corrected)} == {14, 2}
    assert both["reviewed_by"].endswith(f"; {words('carried_over', count=4)}")
    as_they_were = lines(machine=12, human=3)
    assert as_they_were["translated_by"] == f"{words('by_engine', count=12)}; {words('by_people', count=3)}"
    assert ";" not in as_they_were["reviewed_by"]


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://example.org/a b?q=é", "https://example.org/a%20b?q=%C3%A9"),
        ("https://example.org/%20", "https://example.org/%20"),
        ("mailto:a@example.org", "mailto:a@example.org"),
        ("JavaScript:alert(1)", None),
        ("file:///etc/hosts", None),
        ("#section", None),
        ("https://[bad", None),
        ("", None),
        (None, None),
    ],
)
def test_only_addresses_that_may_be_printed_become_links(url: str | None, safe: str | None) -> None:
    assert safe_url(url) == safe


@pytest.mark.parametrize(
    ("caption", "label", "already"),
    [
        ("Hình 1. Chi phí", "Hình {number}", True),
        ("រូបភាពទី ១៖ ថ្លៃ", "រូបទី {number}", True),
        ("表1 費用", "表{number}", True),
        ("ຮູບ 1. ຄ່າ", "ຮູບທີ {number}", True),
        ("Hình 2. Chi phí", "Hình {number}", False),
        ("Điều 1: Quyền", "Hình {number}", False),
        ("Chi phí 1,200 đô la", "Chi {number}", False),
        ("1,200 người", "Hình {number}", False),
        ("", "Hình {number}", False),
    ],
)
def test_a_caption_that_brings_its_own_number_is_known(caption: str, label: str, already: bool) -> None:
    assert (own_number(caption, label, 1) is not None) is already


def test_control_characters_and_old_break_marks_are_dropped() -> None:
    assert clean("a\x00b\u200bc\u2060d\ufeff\te\r\nf\x9f\ud800") == "abcd e f"


def test_badly_nested_tags_cost_their_format_never_text() -> None:
    content = (
        TagClose(id=9),
        Text(text="a"),
        TagOpen(id=1, kind="strong"),
        Text(text="b"),
        TagOpen(id=2, kind="link", href="https://example.org"),
        TagClose(id=1),
        Text(text="c"),
        Placeholder(id=3, kind="break"),
    )
    made = runs(content)
    assert [r.text for r in made] == ["a", "b", "c", ""]
    assert [sorted(r.marks) for r in made] == [[], ["strong"], [], []]


def test_a_link_with_a_bold_word_in_it_is_one_link() -> None:
    content = (
        TagOpen(id=1, kind="link", href="https://example.org"),
        Text(text="a"),
        TagOpen(id=2, kind="strong"),
        Text(text="b"),
        TagClose(id=2),
        TagClose(id=1),
        Text(text="c"),
    )
    assert [href for href, _ in by_link(runs(content))] == ["https://example.org", None]
