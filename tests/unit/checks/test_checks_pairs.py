from __future__ import annotations

import itertools
import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pubpipe import checks
from pubpipe.languages import TARGETS, LanguageProfile, profile
from pubpipe.model import Content, Placeholder, TagClose, TagOpen, Text, plain
from tests.tables import rows

BY_NAME = {p.english_name: p for p in TARGETS.values()}
CASES = [(BY_NAME[heading], row) for heading, row in rows("checks")]


def content(text: str) -> Content:
    return (Text(text=text),)


@pytest.mark.parametrize(
    ("language", "row"), CASES, ids=[f"{p.tag}: {r['english']} = {r['translation']}" for p, r in CASES]
)
def test_a_pair_is_judged_as_the_table_says(language: LanguageProfile, row: dict[str, str]) -> None:
    found = checks.run(content(row["english"]), content(row["translation"]), language)
    wanted = set() if row["finds"] == "-" else {c.strip() for c in row["finds"].split(",")}
    assert {f"{f.check} {f.severity}" for f in found} == {w for w in wanted if not w.endswith("none")}


def test_a_lost_footnote_and_a_badly_nested_bold_are_errors() -> None:
    source = (
        TagOpen(id=1, kind="strong"),
        Text(text="ab"),
        TagClose(id=1),
        Placeholder(id=2, kind="note", ref="n1"),
    )
    target = (TagClose(id=1), Text(text="ab"), TagOpen(id=1, kind="strong"))
    messages = [f.message for f in checks.run(source, target, profile("vi")) if f.check == "tags"]
    assert any("<2/> is missing" in m for m in messages)
    assert any("</1> closes what is not open" in m for m in messages)


def test_a_project_sets_severities_by_check_or_by_finding_and_can_switch_off() -> None:
    source, target = content("Employers must keep no passports."), content("Chủ giữ hộ chiếu.")

    def severities(**wanted: str) -> dict[str, str]:
        given_ = {k.replace("_", "."): v for k, v in wanted.items()}
        found = checks.run(source, target, profile("vi"), severities=given_)
        return {f.check: f.severity for f in found if f.check.startswith("negation")}

    assert severities() == {"negation": "warning", "negation.must": "warning"}
    assert severities(negation="block") == {"negation": "block", "negation.must": "block"}
    assert severities(negation="block", negation_must="info") == {"negation": "block", "negation.must": "info"}
    assert severities(negation="off") == {}


def test_a_finding_carries_the_segment_it_is_about() -> None:
    (found,) = checks.run(content("Ten words"), (), profile("vi"), segment="abc-1")
    assert found.segment == "abc-1"


def test_one_sentence_translated_in_two_ways_is_found_at_the_second() -> None:
    pairs = [
        ("a", content("Workers have rights."), content("Người lao động có quyền.")),
        ("b", content("Workers  have rights."), content("Người lao động có quyền.")),
        ("c", content("Workers have rights."), content("Công nhân có quyền.")),
        ("d", content("Employers have no rights at all."), content("Công nhân có quyền.")),
    ]
    found = checks.run_document(pairs, profile("vi"))
    assert [(f.segment, f.check, f.severity) for f in found] == [
        ("c", "consistency", "warning"),
        ("d", "consistency.target", "info"),
    ]
    assert found[0].suggestion == "Người lao động có quyền."
    assert checks.run_document(pairs, profile("vi"), severities={"consistency": "off"}) == ()


def test_a_loop_is_found_with_its_place_and_an_ordinary_list_is_not_a_loop() -> None:
    text = "ແຮງງານ " + "ມີສິດ " * 6
    found = checks.run(content("Workers have rights"), content(text), profile("lo"))
    loop = next(f for f in found if f.check == "repetition")
    assert loop.target is not None
    assert text[loop.target.start : loop.target.end].count("ມີສິດ") >= 4
    fine = checks.run(content("a, b and c"), content("ກ, ຂ, ຄ, ງ, ຈ, ສ"), profile("lo"))
    assert not [f for f in fine if f.check == "repetition"]


def test_the_english_that_was_left_in_vietnamese_is_found_behind_words_without_marks() -> None:
    english = "Everyone has the right to recognition everywhere as a person before the law."
    found = checks.run(
        content(english), content("Ai cung co quyen in the law everywhere as a person before the law."), profile("vi")
    )
    (left,) = [f for f in found if f.check == "script.english"]
    assert left.target is not None
    assert "as a person before the law" in left.message


def test_a_day_of_the_month_is_not_excused_by_a_word_that_sounds_like_it() -> None:
    found = checks.run(content("On 7 April it ended."), content("ဧပြီလတွင် ပြီးဆုံးသော ခုနှစ်။"), profile("my"))
    assert ("numbers", "error") in {(f.check, f.severity) for f in found}


HOSTILE = {
    "marks": "a" + "\u0327\u0301" * 250_000,
    "one word": "a" * 100_000,
    "brackets": "(" * 100_000,
    "dots": "." * 100_000,
    "at signs": "a@" * 50_000,
    "digits and dots": "1." * 50_000,
    "digits and spaces": "1 " * 50_000,
    "groups": "123 " * 25_000,
    "english": "the and of " * 9_000,
    "not": "not must " * 11_000,
    "burmese": "မ" * 30_000,
    "scales": "5万" * 30_000,
    "ideographs": "一二三" * 30_000,
    "eras": "令和7年" * 20_000,
    "parts": "1.5.3 " * 15_000,
    "hyphens": "a-" * 50_000,
}


@pytest.mark.parametrize(("name", "language"), zip(HOSTILE, itertools.cycle(TARGETS), strict=False))
def test_long_runs_of_anything_do_not_hang_a_check(name: str, language: str) -> None:
    text = HOSTILE[name]
    started = time.perf_counter()
    checks.run(content(text[:-1] + "b"), content(text), profile(language))
    checks.run(content(text), content("កខគ " + text[: len(text) // 2]), profile(language))
    assert time.perf_counter() - started < 60


@given(st.text(max_size=120), st.text(max_size=120))
def test_any_two_texts_are_checked_and_spans_lie_in_them(source: str, target: str) -> None:
    for language in TARGETS.values():
        for found in checks.run(content("Two words. " + source), content(target), language):
            assert found.message
            assert found.source is None or 0 <= found.source.start <= found.source.end <= len(source) + 11
            assert found.target is None or 0 <= found.target.start <= found.target.end <= len(target)


def example(tag: str) -> tuple[str, str]:
    """A sentence of the example publication with a number and two terms, and its translation."""
    path = Path(__file__).parents[3] / "examples" / "mekong-migration" / "translations" / f"{tag}.jsonl"
    units = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    (unit,) = [u for u in units if u["source"].startswith("This executive summary presents")]
    return unit["source"], unit["target"]


@pytest.mark.parametrize("tag", TARGETS)
def test_a_plain_sentence_of_the_example_has_no_finding(tag: str) -> None:
    english, target = example(tag)
    found = [f for f in checks.run(content(english), content(target), profile(tag)) if f.severity != "info"]
    assert found == []
    assert plain(content(english)) == english
