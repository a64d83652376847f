"""What the memory may fill in, and what it may only suggest."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pubpipe import identity
from pubpipe.identity import Hash
from pubpipe.memory import Match, key, look_up
from pubpipe.model import (
    Candidates,
    Content,
    MemoryStatus,
    MemoryUnit,
    Segment,
    TagClose,
    TagOpen,
    Text,
    plain,
    to_markup,
)

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
HERE = identity.digest("here")


def text(words: str) -> Content:
    return (Text(text=words),)


def segment(content: Content, context: Hash = HERE) -> Segment:
    source = identity.content_hash(content)
    return Segment(
        id=f"{source[:12]}-1",
        number=1,
        unit="u0001",
        role="paragraph",
        content=content,
        source_hash=source,
        context_hash=context,
    )


def unit(
    source: Content,
    target: Content,
    status: MemoryStatus = "approved",
    context: Hash | None = HERE,
    days: int = 0,
) -> MemoryUnit:
    return MemoryUnit(
        key=key(source),
        language="km",
        source=source,
        target=target,
        context_hash=context,
        status=status,
        publication="report",
        reviewer="Sokha",
        at=NOW + dt.timedelta(days=days),
    )


def look(one: Segment, units: Sequence[MemoryUnit], threshold: int = 75) -> Match | None:
    def candidates(_text: str) -> Candidates:
        return Candidates(
            [(u.key, plain(u.source)) for u in units],
            lambda keys: [u for u in units if u.key in keys],
        )

    exact = [u for u in units if u.key == key(one.content)]
    return look_up([one], exact, candidates, "km", threshold=threshold).get(one.id)


def found(one: Segment, units: Sequence[MemoryUnit]) -> Match:
    match = look(one, units)
    assert match is not None
    return match


def test_the_same_text_between_the_same_neighbours_is_in_context() -> None:
    match = found(segment(text("The law.")), [unit(text("The law."), text("ច្បាប់"))])
    assert (match.kind, match.target, match.score) == ("context", text("ច្បាប់"), 100)
    assert match.provenance == "memory: approved by Sokha, report, 2026-01-01"


def test_other_neighbours_make_it_only_exact() -> None:
    assert (
        found(segment(text("The law."), identity.digest("there")), [unit(text("The law."), text("ក"))]).kind == "exact"
    )


@pytest.mark.parametrize("status", ["reviewed", "draft", "machine"])
def test_text_that_was_not_approved_is_never_in_context(status: MemoryStatus) -> None:
    assert found(segment(text("The law.")), [unit(text("The law."), text("ក"), status)]).kind == "exact"


def test_approved_goes_before_newer_and_newer_before_older() -> None:
    units = [
        unit(text("The law."), text("ក"), "reviewed", None, days=9),
        unit(text("The law."), text("ខ"), "approved", None, days=1),
        unit(text("The law."), text("គ"), "approved", None, days=2),
        unit(text("The law."), text("ឃ"), "machine", None, days=99),
    ]
    assert found(segment(text("The law.")), units).target == text("គ")


def test_white_space_and_invisible_characters_do_not_matter() -> None:
    assert (
        found(segment(text("The law\u200b of  2019.")), [unit(text("The law of 2019."), text("ក"))]).kind == "context"
    )


def test_a_text_in_other_capitals_is_only_a_suggestion() -> None:
    match = found(segment(text("Help us now.")), [unit(text("Help US now."), text("ក"))])
    assert match.kind == "fuzzy"
    assert match.target is None


def bold(before: str, word: str, after: str, number: int = 1, kind: str = "strong") -> Content:
    opened = TagOpen.model_validate({"id": number, "kind": kind, "href": "a" if kind == "link" else None})
    return (Text(text=before), opened, Text(text=word), TagClose(id=number), Text(text=after))


def test_target_tags_become_those_of_the_segment() -> None:
    remembered = unit(bold("The ", "law", ".", 1, "link"), bold("", "ច្បាប់", "។", 1, "link"))
    here = bold("The ", "law", ".", 7, "link")
    here = tuple(i.model_copy(update={"href": "new"}) if isinstance(i, TagOpen) else i for i in here)
    match = found(segment(here), [remembered])
    assert match.target is not None
    assert to_markup(match.target) == "<7>ច្បាប់</7>។"
    assert next(i for i in match.target if isinstance(i, TagOpen)).href == "new"


@pytest.mark.parametrize(
    "here",
    [text("The law."), bold("", "The", " law."), bold("The ", "law", ".", kind="emphasis")],
)
def test_other_tags_make_a_suggestion_at_most(here: Content) -> None:
    match = found(segment(here), [unit(bold("The ", "law", "."), bold("", "ច្បាប់", "។"))])
    assert match.kind == "fuzzy"
    assert (match.score, match.target) == (99, None)


def test_a_unit_whose_target_lost_a_tag_is_not_filled_in() -> None:
    assert found(segment(bold("The ", "law", ".")), [unit(bold("The ", "law", "."), text("ច្បាប់។"))]).kind == "fuzzy"


@pytest.mark.parametrize(
    "source",
    [
        "The survey of 112 migrant workers is based on law of 2021.",
        "The survey of 112 migrant workers is not based on law of 2019.",
        "The survey of 98 migrant workers is based on law of 2020.",
    ],
)
def test_a_fuzzy_match_has_no_translation_of_its_own_whatever_its_score(source: str) -> None:
    old = unit(text("The survey of 112 migrant workers is based on law of 2019."), text("ក"))
    match = found(segment(text(source)), [old])
    assert (match.kind, match.target, match.unit) == ("fuzzy", None, old)
    assert match.score >= 90


def test_below_the_threshold_there_is_no_match() -> None:
    assert look(segment(text("Something else entirely.")), [unit(text("The law of the land."), text("ក"))]) is None


def test_the_best_score_goes_before_the_better_status() -> None:
    units = [
        unit(text("Workers in Thailand register every year here."), text("ក"), "approved"),
        unit(text("Workers in Thailand register each year now."), text("ខ"), "machine"),
    ]
    match = found(segment(text("Workers in Thailand register each year now!")), units)
    assert match.unit.target == text("ខ")


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=60), st.text(max_size=60))
def test_only_the_same_words_are_ever_filled_in(source: str, stored: str) -> None:
    match = look(segment(text(source)), [unit(text(stored), text("ក"))], threshold=1)
    if match is not None and match.kind != "fuzzy":
        assert key(text(source)) == key(text(stored))
        assert match.target is not None
    elif match is not None:
        assert match.score <= 99
        assert match.target is None
