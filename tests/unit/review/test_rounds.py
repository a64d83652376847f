"""A round of review: what is shown, which answers are taken, and what an answer becomes."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pubpipe import identity
from pubpipe.errors import ReviewError
from pubpipe.model import Content, Finding, Placeholder, TagClose, TagOpen, Text
from pubpipe.review import Stage, decisions_for
from tests.unit.review.edition import TRUSTING, TWO_STAGES, Edition, edition, text, three


class Answered(NamedTuple):
    stage: str
    problems: tuple[str, ...]


def test_a_request_is_the_same_for_the_same_state_and_another_for_any_other() -> None:
    one = three()
    assert one.request == one.request
    digests = {
        one.request.digest,
        one.rewritten(1, "ថ្មី").request.digest,
        replace(one, rounds=(Answered("language review", ()),)).request.digest,
        replace(
            one, findings=(Finding(check="n", severity="info", message="m", segment=one.segments[0].id),)
        ).request.digest,
        replace(one, findings=(Finding(check="n", severity="info", message="m"),)).request.digest,
        replace(one, terms={one.segments[0].id: identity.terms_hash([{"a": 1}])}).request.digest,
    }
    assert len(digests) == 6


def test_copies_are_shown_and_approved_without_being_asked_for() -> None:
    one = three()
    assert [(i.number, i.attention) for i in one.request.items] == [(1, True), (2, False), (3, True)]
    assert one.answered().standing.stage == "sign-off"


def test_a_long_text_is_asked_for_in_rounds() -> None:
    stages = (Stage(name="language review", kind="segments", form_size=4), TWO_STAGES[1])
    one = edition(*[(f"Sentence {n}.", f"ប្រយោគ{n}") for n in range(10)], stages=stages)
    asked = []
    while one.standing.stage == "language review":
        asked.append(([i.number for i in one.request.attention], one.request.remaining))
        one = one.answered()
    assert asked == [([1, 2, 3, 4], 6), ([5, 6, 7, 8], 2), ([9, 10], 0)]


def test_an_edition_stage_asks_for_no_texts() -> None:
    shown = three().answered().request
    assert (shown.kind, shown.attention, shown.edition_hash) == ("edition", (), three().standing.edition_hash)


def test_problems_of_the_last_answer_and_comments_are_shown() -> None:
    one = three().answered("Dara", "request_changes", comment="see the style guide")
    one = replace(one, rounds=(Answered("language review", ("Please give your name.",)),))
    assert one.request.problems == ("Please give your name.",)
    assert one.request.comments == ("Dara (language review, request changes): see the style guide",)
    assert one.request.round == 2


def test_nothing_is_asked_of_an_approved_edition() -> None:
    with pytest.raises(ReviewError, match="approved"):
        _ = three().answered().answered().request


def test_a_revised_sentence_is_shown_beside_what_was_approved() -> None:
    old = edition(("First.", "ទីមួយ"), ("Workers paid 100 baht in 2019.", "ចាស់"), ("Last.", "ចុង"))
    done = old.answered("Sokha")
    new = edition(
        ("First.", "ទីមួយ"), ("Workers paid 120 baht in 2021.", "ថ្មី"), ("Last.", "ចុង"), ("Brand new text here.", "ថ្មីទៀត")
    )
    new = replace(new, record=done.record, previous=old.segments, history=old.drafts)
    items = new.request.items
    assert (items[1].previous_source, items[1].previous_target) == ("Workers paid 100 baht in 2019.", "ចាស់")
    assert items[1].reason == "the source was revised since it was approved: number 100 → 120, number 2019 → 2021"
    assert [i.number for i in new.request.attention] == [2, 4]
    assert (items[3].previous_source, items[3].reason) == (None, "new")


def test_what_was_never_approved_is_not_shown_as_approved() -> None:
    old = edition(("Workers paid 100 baht.", "ចាស់"))
    new = replace(edition(("Workers paid 120 baht.", "ថ្មី")), previous=old.segments, history=old.drafts)
    assert new.request.items[0].previous_source is None


# --- answers


def test_an_edit_becomes_the_text_that_is_approved() -> None:
    one = replace(three(), stages=TRUSTING)
    edits, decisions = decisions_for(one.request, one.answer(texts={one.segments[0].id: "  ពាក្យថ្មី។ "}), one.segments)
    assert [(e.target, e.editor) for e in edits] == [(text("ពាក្យថ្មី។"), "Sokha")]
    bound = {d.segment: d.target_hash for d in decisions}
    assert bound[one.segments[0].id] == identity.content_hash(text("ពាក្យថ្មី។"))
    assert bound[one.segments[2].id] == identity.content_hash(one.targets[one.segments[2].id] or ())
    assert one.edited(*edits).recorded(*decisions).standing.stage == "sign-off"


def test_text_that_was_not_changed_is_no_edit() -> None:
    one = three()
    same = {i.segment: i.target + "\r\n" for i in one.request.attention}
    edits, _ = decisions_for(one.request, one.answer(texts=same), one.segments)
    assert edits == ()


def test_requesting_changes_keeps_the_edits_and_approves_nothing() -> None:
    one = three().answered(decision="request_changes", texts={three().segments[0].id: "ពាក្យថ្មី"})
    assert one.targets[one.segments[0].id] == text("ពាក្យថ្មី")
    assert {d.verdict for d in one.record} == {"request_changes"}
    assert one.standing.stage == "language review"
    assert [i.number for i in one.request.attention] == [1, 3]
    assert one.answered("Dara").standing.stage == "sign-off"


def test_a_line_break_typed_into_a_form_is_white_space() -> None:
    one = three()
    edits, _ = decisions_for(one.request, one.answer(texts={one.segments[0].id: "ក\r\n  ខ"}), one.segments)
    assert edits[0].target == text("កខ")  # Khmer puts no spaces between words


def tagged() -> Edition:
    source: Content = (
        Text(text="Read "),
        TagOpen(id=1, kind="strong"),
        Text(text="this"),
        TagClose(id=1),
        Placeholder(id=2, kind="note", ref="n1"),
    )
    target: Content = (
        TagOpen(id=1, kind="strong"),
        Text(text="អាន"),
        TagClose(id=1),
        Placeholder(id=2, kind="note", ref="n1"),
    )
    return edition((source, target), ("Yes.", "បាទ"))


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("អាន<2/>", "Segment 1: <1> is missing."),
        ("<1>អាន</1>", "Segment 1: <2/> is missing."),
        ("<1>អាន<2/>", "Segment 1: </1> is missing."),
        ("<1>អាន</1><2/><2/>", "Segment 1: <2/> stands 2 times instead of 1."),
        ("<1>អាន</1><2/><3/>", "Segment 1: <3/> does not stand in the source."),
        ("</1>អាន<1><2/>", "Segment 1: </1> closes what is not open there."),
        ("<1>អា\x07ន</1><2/>", "Segment 1: the character U+0007 cannot be printed. Please type it again."),
        ("   ", "Segment 1: there is no translation. Please write one, or request changes."),
    ],
)
def test_a_text_that_cannot_be_taken_is_named_by_its_number(typed: str, said: str) -> None:
    one = tagged()
    assert said in one.problems(texts={one.segments[0].id: typed})


def test_a_text_with_broken_tags_is_not_approved_by_asking_again() -> None:
    source = tagged().segments[0].content
    broken: Content = (TagOpen(id=1, kind="strong"), Text(text="អាន"), Placeholder(id=2, kind="note", ref="n1"))
    one = edition((source, broken), ("Yes.", "បាទ"))
    assert one.problems() == ("Segment 1: </1> is missing.",)
    assert one.problems(decision="request_changes", comment="The bold word.") == ()
    assert one.problems(texts={one.segments[0].id: "<1>អាន</1><2/>"}) == ()


def test_a_text_with_its_tags_moved_is_taken() -> None:
    one = tagged()
    assert one.problems(texts={one.segments[0].id: "<2/>សូម<1>អាន</1>"}) == ()


def test_an_answer_needs_a_name_a_permitted_person_and_a_reason() -> None:
    one = replace(three(), stages=(Stage(name="language review", kind="segments", people={"km": ("Sokha", "Dara")}),))
    assert one.problems("  ") == ("Please give your name: an approval needs a person.",)
    assert one.problems("Mallory") == ("Mallory may not decide here. Those who may: Sokha, Dara.",)
    assert one.problems("sokha ") == ()
    assert one.problems("Dara", "reject", comment=" ") == (
        "Please say in the comment what is wrong, so that somebody can mend it.",
    )


def test_an_answer_to_a_text_that_moved_is_refused() -> None:
    one = three()
    stale = one.answer()
    moved = one.rewritten(1, "ថ្មី")
    from pubpipe.review import answer_problems

    assert "has changed since" in answer_problems(moved.request, stale, moved.segments)[0]
    with pytest.raises(ReviewError):
        decisions_for(moved.request, stale, moved.segments)


def test_a_request_that_was_tampered_with_is_refused() -> None:
    from pubpipe.review import answer_problems

    one = three()
    items = (one.request.items[0].model_copy(update={"target_hash": identity.digest("evil")}), *one.request.items[1:])
    tampered = one.request.model_copy(update={"items": items})
    assert answer_problems(tampered, one.answer(), one.segments)


def test_an_answer_for_another_edition_or_stage_is_refused() -> None:
    from pubpipe.review import answer_problems

    one = three()
    for change in ({"publication": "other"}, {"language": "lo"}, {"stage": "sign-off"}):
        assert (
            "This answer is for"
            in answer_problems(one.request, one.answer().model_copy(update=change), one.segments)[0]
        )


def test_unknown_segments_numbers_and_findings_are_named() -> None:
    said = " ".join(three().problems(texts={"nope-1": "x"}, segments=(99,), waive=("nope: nope",)))
    assert "'nope-1'" in said
    assert "99" in said
    assert "'nope: nope'" in said


def test_sign_off_does_not_change_texts_while_approving() -> None:
    one = three().answered()
    assert "approves the text as it is" in one.problems(texts={one.segments[0].id: "ថ្មី"})[0]
    sent = one.answered("Dara", "request_changes", texts={one.segments[0].id: "ថ្មី"}, segments=(1,))
    assert sent.targets[sent.segments[0].id] == text("ថ្មី")
    assert sent.standing.stage == "language review"


def test_an_open_segment_must_be_written_before_it_is_approved() -> None:
    one = edition(("Yes.", None), ("No.", "ទេ"))
    assert one.request.items[0].state == "open"
    assert "there is no translation" in one.problems()[0]
    done = one.answered(texts={one.segments[0].id: "បាទ"})
    assert done.standing.stage == "language review"
    assert done.answered("Dara").standing.stage == "sign-off"


def test_an_error_is_shown_and_does_not_stop_an_approval() -> None:
    one = three()
    one = replace(
        one, findings=(Finding(check="numbers", severity="error", message="12 is missing", segment=one.segments[0].id),)
    )
    assert one.request.items[0].findings == one.findings
    assert one.problems() == ()


def test_mending_the_text_answers_a_blocking_finding() -> None:
    one = three()
    one = replace(
        one, findings=(Finding(check="zawgyi", severity="block", message="this is Zawgyi", segment=one.segments[0].id),)
    )
    assert one.problems()
    assert one.problems(texts={one.segments[0].id: "ថ្មី"}) == ()
    assert one.problems(waive=("zawgyi: this is Zawgyi",)) == ()


def test_a_waiver_is_for_the_sentences_that_its_round_asks_for() -> None:
    one = edition(("One.", "មួយ"), ("Two.", "ពីរ"), stages=(Stage(name="review", kind="segments", form_size=1),))
    found = [Finding(check="zawgyi", severity="block", message="Zawgyi", segment=s.id) for s in one.segments]
    one = replace(one, findings=tuple(found)).answered(waive=("zawgyi: Zawgyi",))
    assert one.standing.blocking == (found[1],)
    assert "waive it in your name: zawgyi: Zawgyi" in one.problems()[0]
    assert one.answered("Dara", waive=("zawgyi: Zawgyi",)).standing.state == "approved"


@given(
    st.dictionaries(st.integers(0, 2), st.text(max_size=12), max_size=3),
    st.sampled_from(["approve", "request_changes", "reject"]),
)
@settings(max_examples=150, deadline=None)
def test_every_answer_is_either_refused_in_words_or_recorded_on_what_was_typed(
    texts: dict[int, str], decision: str
) -> None:
    one = three()
    typed = {one.segments[n].id: words for n, words in texts.items()}
    if one.problems(decision=decision, texts=typed):
        with pytest.raises(ReviewError):
            one.answered(decision=decision, texts=typed)
        return
    left = one.left(decision=decision, texts=typed)
    after = one.answered(decision=decision, texts=typed)
    present = {(s.source_hash, identity.content_hash(after.targets[s.id] or ())) for s in after.segments}
    assert {(d.source_hash, d.target_hash) for d in after.record} <= present
    approved = "language review" if left else "sign-off"
    assert after.standing.stage == {"approve": approved, "request_changes": "language review", "reject": None}[decision]
    if decision == "approve":
        assert {i.number for i in after.request.attention} == set(left)
