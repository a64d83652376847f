"""What an edit of the English is called: no edit is called safe that is not, and what changed is said in words."""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pubpipe.languages import canonical
from pubpipe.model import RISK, SAFE, Content, Placeholder, SourceChange, TagClose, TagOpen, Text
from pubpipe.review import Reading, classify, same_tags
from pubpipe.review.changes import word_diff
from tests.tables import rows

CASES = [(heading, case) for heading, case in rows("changes")]


def text(words: str) -> Content:
    return (Text(text=words),)


def reading(words: str, terms: str) -> Reading:
    found = []
    for term in filter(None, terms.split(" ‖ ")):
        found += [(m[0], term) for m in re.finditer(rf"\b{term}\b", words)]
    return Reading(terms=tuple(found), words=frozenset(terms.replace(" ‖ ", " ").split()))


def changed(case: dict[str, str]) -> SourceChange:
    terms = case.get("terms", "")
    before, after = case["before"], case["after"]
    return classify(text(before), text(after), reading(before, terms), reading(after, terms))


@pytest.mark.parametrize(("heading", "case"), CASES, ids=[f"{c['before']} > {c['after']}" for _, c in CASES])
def test_an_edit_is_called_what_it_is(heading: str, case: dict[str, str]) -> None:
    change = changed(case)
    if case["class"] == "doubt":
        assert not change.safe
    else:
        assert change.risk == case["class"]
    assert change.safe == (case["class"] in SAFE)


def test_no_edit_that_is_not_safe_is_called_safe_in_either_direction() -> None:
    wrong = []
    for _, case in CASES:
        back = {**case, "before": case["after"], "after": case["before"]}
        if case["class"] not in SAFE and (changed(case).safe or changed(back).safe):
            wrong.append(case)
    assert len(CASES) >= 200
    assert wrong == []


def test_an_edit_and_a_safe_one_together_are_not_safe() -> None:
    """Each risky edit beside each kind of harmless one, in one sentence."""
    harmless = [("the goverment", "the government"), ('"law"', "“law”"), ("so  it", "so it"), ("a office", "an office")]
    for _, case in CASES:
        if case["class"] in SAFE:
            continue
        for old, new in harmless:
            change = classify(text(f"{old} says: {case['before']}"), text(f"{new} says: {case['after']}"))
            assert not change.safe, (case, old)


SOME = """
    Workers employers pay fees must not may 300 baht in 2019 Thailand , . “ ” ' - – contracts without never only the a of
    to from form country county legal illegal paid unpaid passports week weak 12% first ILO
"""
WORDS = st.sampled_from(SOME.split())


@given(st.lists(WORDS, min_size=1, max_size=12), st.data())
@settings(max_examples=300)
def test_a_sentence_in_which_a_word_was_replaced_or_taken_out_is_never_carried(
    words: list[str], data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(words) - 1))
    other = data.draw(WORDS)
    edited = [*words[:place], *([other] if data.draw(st.booleans()) else []), *words[place + 1 :]]
    change = classify(text(" ".join(words)), text(" ".join(edited)))
    style = str.maketrans("“”–", '""-')
    alike = " ".join(words).translate(style) == " ".join(edited).translate(style)
    article = {words[place], other} == {"a", "an"}
    doubled = (
        words[place] in ("the", "a", "of")
        and words[place] in words[max(0, place - 1) : place] + words[place + 1 : place + 2]
    )
    assert not change.safe or alike or article or doubled


@given(st.text(max_size=80), st.text(max_size=80))
@settings(max_examples=200)
def test_any_two_texts_can_be_compared_and_the_comparison_rejoins_to_both(one: str, other: str) -> None:
    parts = list(word_diff(one, other))
    assert "".join(p.text for p in parts if p.op != "added") == one
    assert "".join(p.text for p in parts if p.op != "removed") == other
    change = classify(text(one), text(other))
    assert change.classes
    assert list(change.classes) == sorted(change.classes, key=RISK.index)
    assert change.words
    if change.classes == ("format",):
        said = [[c for c in canonical(t) if c.isalnum()] for t in (one, other)]
        assert said[0] == said[1]


@given(st.integers(0, 10_000), st.integers(0, 10_000))
@settings(max_examples=50)
def test_a_value_that_moved_is_a_number_whatever_the_words_say(one: int, other: int) -> None:
    change = classify(text("Same."), text("Same. "), Reading((("x", str(one)),)), Reading((("y", str(other)),)))
    assert change.safe == (one == other)


def test_words_in_use_are_no_slips() -> None:
    one, other = text("the subagnt pays"), text("the subagent pays")
    old, new = text("the pasport office"), text("the passport office")
    assert classify(old, new).classes == ("typo",)
    assert not classify(old, new, Reading(words=frozenset({"pasport"}))).safe
    assert not classify(one, other, Reading(words=frozenset({"subagnt"}))).safe


def test_a_long_text_that_was_written_anew_is_one_difference() -> None:
    rng = random.Random(1)
    one = " ".join(rng.choice("abcdefgh") * 3 for _ in range(3000))
    assert classify(text(one), text(one + " more")).words == ("the text was written anew",)


def test_what_is_said_of_an_edit() -> None:
    change = classify(
        text("Employers must not keep 3 passports in Thailand."), text("Employers may keep 4 passports in Myanmar now.")
    )
    assert change.classes == ("negation", "modal", "number", "name", "meaning")
    assert change.words == (
        "‘not’ removed",
        "‘must’ → ‘may’",
        "number 3 → 4",
        "name ‘Thailand’ → ‘Myanmar’",
        "‘now’ added",
    )
    assert [(p.op, p.text) for p in change.diff][:4] == [
        ("same", "Employers "), ("removed", "must not"), ("added", "may"), ("same", " keep "),
    ]  # fmt: skip


# --- tags


def tagged(kind: str, before: str, inside: str, after: str, href: str | None = None) -> Content:
    return tuple(
        t for t in (
            Text(text=before), TagOpen.model_validate({"id": 1, "kind": kind, "href": href}), Text(text=inside),
            TagClose(id=1), Text(text=after),
        ) if not isinstance(t, Text) or t.text
    )  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "classes", "words"),
    [
        (tagged("strong", "do ", "not", " pay"), text("do not pay"), ("format",), "bold removed"),
        (text("do not pay"), tagged("emphasis", "do ", "not", " pay"), ("format",), "italics added"),
        (
            tagged("strong", "do ", "not", " pay"),
            tagged("strong", "", "do", " not pay"),
            ("format",),
            "bold at another place",
        ),
        (tagged("superscript", "10", "2", " m"), text("102 m"), ("meaning",), "raised text removed"),
        (text("pay fees"), tagged("strike", "pay ", "fees", ""), ("meaning",), "striking out added"),
        (
            tagged("link", "see ", "here", "", "https://a.example"),
            tagged("link", "see ", "here", "", "https://b.example"),
            ("meaning",),
            "a link leads elsewhere",
        ),
        (
            (Text(text="Pay."), Placeholder(id=1, kind="note", ref="n1")),
            (Text(text="Pay."), Placeholder(id=1, kind="note", ref="n2")),
            ("meaning",),
            "a footnote mark is another one",
        ),
        (
            (Text(text="Pay."), Placeholder(id=1, kind="note", ref="n1")),
            text("Pay."),
            ("meaning",),
            "a footnote mark removed",
        ),
    ],
)
def test_tags_are_format_only_where_they_change_the_look_alone(
    old: Content, new: Content, classes: tuple[str, ...], words: str
) -> None:
    change = classify(old, new)
    assert (change.classes, change.words) == (classes, (words,))
    assert not same_tags(old, new)


def test_the_same_tags_around_the_same_words_fit() -> None:
    old = tagged("strong", 'He said "', "no", '".')
    assert same_tags(old, tagged("strong", "He  said “", "no", "”."))
    assert not same_tags(old, tagged("strong", "He said: “", "no", "”."))
    assert not same_tags(tagged("strong", "un", "paid", ""), tagged("strong", "unp", "aid", ""))
