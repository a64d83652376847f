from __future__ import annotations

import gzip
import json
import os
import time
import unicodedata
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pubpipe.languages.normal import canonical, fold, fold_with_map, unfold_span, zawgyi
from tests.tables import rows

CASES = [row for _, row in rows("normal")]
SCRIPTS = (
    "ក្រ្តាើុំៈ៌៉៊េី\u17a3\u17dd"
    "ကျြွှိုံ့်းဿ\u1039သဥဉ၀ဝ"
    "กำํ่้าเแีู"
    "ກຳໍ່້າເແີູໜໝຫນ"
    "hòaoàủyuỷđð\u0301\u0323\u0302"
    "ハﾊﾞﾟＮ２〜～"
    "\u200b\u200d\u00ad\ufeff “”‘’-–១၁๑໑1aA.\u1100\u1161\u11a8"
)
TEXTS = st.one_of(st.text(max_size=60), st.text(alphabet=SCRIPTS, max_size=40))
UNICODE = "ဤအကျဉ်းချုပ်အစီရင်ခံစာသည် လေ့လာမှု၏ အဓိကတွေ့ရှိချက်များကို တင်ပြထားသည်"
ZAWGYI = "အလုပ္သမားမ်ားသည္ အခြင့္အေရးရွိသည္"


@pytest.mark.parametrize("row", CASES, ids=[r["source"] + f" {i}" for i, r in enumerate(CASES)])
def test_two_spellings_are_as_the_table_says(row: dict[str, str]) -> None:
    one, other = row["one"], row["other"]
    if canonical(one) == canonical(other):
        found = "same as published"
    elif fold(one) == fold(other):
        found = "same when compared"
    else:
        found = "different"
    assert found == row["are"]


@given(TEXTS)
def test_both_forms_are_idempotent_and_the_second_is_a_function_of_the_first(text: str) -> None:
    published, compared = canonical(text), fold(text)
    assert canonical(published) == published
    assert fold(compared) == compared
    assert fold(published) == compared


@given(TEXTS)
def test_the_published_form_is_nfc_and_keeps_spaces_and_invisible_breaks(text: str) -> None:
    published = canonical(text)
    assert unicodedata.is_normalized("NFC", published)
    kept = "\u200b \u00a0\n\u00ad"
    assert [c for c in published if c in kept] == [c for c in text if c in kept]


@given(TEXTS)
def test_the_map_leads_from_each_folded_character_to_its_place(text: str) -> None:
    compared, places = fold_with_map(text)
    assert compared == fold(text)
    assert len(places) == len(compared) + 1
    assert list(places) == sorted(places)
    assert all(0 <= p <= len(text) for p in places)


@given(TEXTS, st.data())
def test_a_span_led_back_folds_to_what_was_found(text: str, data: st.DataObject) -> None:
    words = [w for w in fold(text).split(" ") if w]
    if not words:
        return
    word = data.draw(st.sampled_from(words))
    compared, places = fold_with_map(text)
    start = compared.index(word)
    first, last = unfold_span(text, places, start, start + len(word))
    assert word in fold(text[first:last]) or fold(text[first:last]) in word


def test_only_known_repairs_change_the_letters_of_a_text() -> None:
    changed = {"\u0e4d", "\u0e32", "\u0e33", "\u0e40", "\u0e41"}
    text = "ทํางานเเล้ว จํานวน"
    before, after = Counter(unicodedata.normalize("NFC", text)), Counter(canonical(text))
    assert set((before - after) + (after - before)) <= changed


def test_a_megabyte_of_combining_marks_takes_linear_time() -> None:
    started = time.perf_counter()
    for marks in ("\u0327\u0301" * 300_000, "ក" + "\u17d2\u179a\u17b6" * 100_000, "က" + "\u102f\u1036" * 100_000):
        assert fold(canonical(marks))
        fold_with_map(marks)
    assert time.perf_counter() - started < 60


def test_ordered_runs_of_marks_are_what_unicode_says() -> None:
    text = "a" + "\u0301\u0327\u0323" * 40
    assert canonical(text) == unicodedata.normalize("NFC", text)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        (UNICODE, "no"),
        (ZAWGYI, "yes"),
        (ZAWGYI[6:18], "yes"),
        ("က", "unknown"),
        ("ကက", "unknown"),
        ("ဘာသာစကား", "unknown"),
        ("no Burmese here", "no"),
        ("", "no"),
        ("၂၀၂၅", "no"),
        ("សិទ្ធិ", "no"),
    ],
)
def test_zawgyi_is_told_from_unicode_and_the_short_is_not_called_fine(text: str, answer: str) -> None:
    assert zawgyi(text) == answer


REAL = os.environ.get("PUBPIPE_REAL_DATA")


@pytest.mark.skipif(REAL is None, reason="PUBPIPE_REAL_DATA names no folder of real texts")
def test_real_texts_keep_their_letters_and_fold_to_one_form() -> None:
    assert REAL is not None
    for path in sorted((Path(REAL) / "parallel").glob("*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for number, line in enumerate(lines):
                if number % 5:
                    continue
                text = json.loads(line)["target"][:2000]
                published, compared = canonical(text), fold(text)
                assert canonical(published) == published
                assert fold(compared) == fold(published) == compared
                assert fold_with_map(text)[0] == compared
                assert zawgyi(text) != "yes"
                lost = Counter(unicodedata.normalize("NFC", text)) - Counter(published)
                assert set(lost) <= set("\u0e4d\u0e32\u0ecd\u0eb2\u0e40\u0ec0\u17c1\u17b8\u17b6\u17a3")
