from __future__ import annotations

import pytest

from pubpipe.checks import CheckContext, numbers
from pubpipe.languages import TARGETS, LanguageProfile
from pubpipe.model import Text
from tests.tables import rows

BY_NAME = {p.english_name: p for p in TARGETS.values()}
CASES = [(BY_NAME[heading], row) for heading, row in rows("numbers")]


def findings(english: str, translation: str, profile: LanguageProfile):
    return list(numbers.check(CheckContext((Text(text=english),), (Text(text=translation),), profile)))


@pytest.mark.parametrize(
    ("profile", "row"), CASES, ids=[f"{p.tag}: {r['english']} = {r['translation']}" for p, r in CASES]
)
def test_a_number_pair_is_judged_as_the_table_says(profile: LanguageProfile, row: dict[str, str]) -> None:
    found = findings(row["english"], row["translation"], profile)
    worst = "ok" if not found else "error" if any(f.severity == "error" for f in found) else "warning"
    assert worst == row["expect"], [f.message for f in found]


def test_every_language_has_at_least_forty_cases_with_a_source() -> None:
    for profile in TARGETS.values():
        own = [row for p, row in CASES if p == profile]
        assert len(own) >= 40
        assert all(row["source"] for row in own)


def test_a_changed_number_shows_both_places_and_the_right_value() -> None:
    profile = BY_NAME["Vietnamese"]
    (found,) = findings("There are 1,204 workers.", "Có 1.240 lao động.", profile)
    assert found.source is not None
    assert found.target is not None
    assert (found.source.start, found.source.end) == (10, 15)
    assert (found.target.start, found.target.end) == (3, 8)
    assert found.suggestion == "1,204"
    assert "1,204" in found.message
    assert "1.240" in found.message


def test_a_value_that_stands_less_often_is_only_a_warning() -> None:
    found = findings("5 of the 5 camps", "5 trại", BY_NAME["Vietnamese"])
    assert [(f.check, f.severity) for f in found] == [("numbers.fewer", "warning")]


def test_a_number_of_a_million_digits_is_compared_without_delay() -> None:
    digits = "7" * 1_000_000
    assert findings(f"Account {digits}", f"Tài khoản {digits}", BY_NAME["Vietnamese"]) == []


def test_a_hundred_thousand_numbers_are_compared_in_linear_time() -> None:
    text = " ".join(f"{n};" for n in range(100_000))
    assert findings(text, text, BY_NAME["Japanese"]) == []
