"""Four eyes: nobody approves a stage on text that they last edited, unless the project says so."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pubpipe import identity
from pubpipe.model import Finding
from pubpipe.review import Stage, only_for_others
from tests.unit.review.edition import TRUSTING, TWO_STAGES, Edition, edition, text, three

OWN = "and nobody approves a stage on text that they last edited"


def corrected(by: str = "Sokha") -> Edition:
    """After somebody corrected the first sentence and approved the round."""
    one = three()
    return one.answered(by, texts={one.segments[0].id: "ពាក្យថ្មី។"})


def test_what_a_reviewer_corrects_waits_for_another_and_the_rest_is_approved() -> None:
    one = three()
    assert one.left(texts={one.segments[0].id: "ពាក្យថ្មី។"}) == (1,)
    one = corrected()
    states = one.standing.segments["language review"]
    assert [states[s.id].state for s in one.segments] == ["waiting", "approved", "approved"]
    assert one.targets[one.segments[0].id] == text("ពាក្យថ្មី។")
    (asked,) = one.request.attention
    assert (asked.number, asked.reason) == (1, "worded by Sokha: another person approves it")
    assert one.answered("Dara").standing.stage == "sign-off"


def test_the_refusal_says_why_and_at_which_segments() -> None:
    (said,) = corrected().problems("Sokha")
    assert said.startswith(f"Segment 1 is in the wording of Sokha, {OWN}")
    assert "self_approval = true under [review] in pubpipe.toml" in said


@pytest.mark.parametrize("spelling", ["sokha", " SOKHA ", "Sokha "])
def test_another_spelling_of_a_name_is_not_another_person(spelling: str) -> None:
    assert OWN in corrected().problems(spelling)[0]


def test_a_round_with_other_sentences_too_is_taken_without_the_own_ones() -> None:
    one = edition(("One.", "១"), ("Two.", "២"), ("Three.", "៣"))
    first, second, _ = one.segments
    one = one.answered("Sokha", "request_changes", texts={first.id: "មួយ", second.id: "ពីរ"}, segments=(1, 2))
    assert [i.number for i in one.request.attention] == [1, 2, 3]
    assert one.left("Sokha") == (1, 2)
    after = one.answered("Sokha")
    assert {d.segment for d in after.record if d.verdict == "approve"} == {one.segments[2].id}
    assert only_for_others(after.request, "Sokha") == (1, 2)
    assert only_for_others(after.request, "Dara") == ()


def test_own_wording_does_not_fill_the_rounds_of_a_long_text() -> None:
    stages = (Stage(name="language review", kind="segments", form_size=2),)
    one = edition(*[(f"Sentence {n}.", f"ប្រយោគ{n}") for n in range(6)], stages=stages)
    rounds = 0
    while not only_for_others(one.request, "Sokha"):
        one = one.answered("Sokha", texts={i.segment: i.target + "ថ្មី" for i in one.request.attention})
        rounds += 1
    assert rounds == 3
    while one.standing.state == "waiting":
        one = one.answered("Dara")
    assert one.standing.state == "approved"


def test_the_later_of_two_writers_is_the_one_who_may_not_approve() -> None:
    one = corrected("Sokha")
    one = one.answered("Dara", texts={one.segments[0].id: "ពាក្យទីពីរ។"})
    assert OWN in one.problems("Dara")[0]
    assert one.answered("Sokha").standing.stage == "sign-off"


def test_everybody_who_had_a_hand_in_a_tracked_change_counts() -> None:
    one = three()
    authors = {one.segments[0].id: ("Dara Kim", "Vanna")}
    one = one.answered("Sokha", texts={one.segments[0].id: "ពាក្យថ្មី។"}, authors=authors)
    for hand in ("Sokha", "Dara Kim", "vanna"):
        assert OWN in one.problems(hand)[0]
    assert one.answered("Bopha").standing.stage == "sign-off"


def test_nobody_signs_off_an_edition_with_their_own_wording_in_it() -> None:
    one = corrected("Sokha").answered("Dara")
    (said,) = one.problems("Sokha")
    assert said.startswith(f"Segment 1 is in the wording of Sokha, {OWN}")
    assert one.problems("Sokha", "request_changes", segments=(1,)) == ()
    assert one.answered("Dara").standing.state == "approved"


def test_a_review_is_known_to_wait_for_somebody_else_once_only_own_wording_is_left() -> None:
    assert three().had_their_say == ()
    one = corrected("Sokha")
    assert one.had_their_say == ("Sokha",)
    again = one.answered("Dara", texts={one.segments[0].id: "ពាក្យទីពីរ។"})
    assert again.had_their_say == ("Dara",)
    rewritten_twice = one.answered("Dara", authors={one.segments[0].id: ("SOKHA",)}, texts={one.segments[0].id: "ក"})
    assert rewritten_twice.had_their_say == ("Dara", "SOKHA")
    assert one.answered("Dara").had_their_say == ("Sokha",)  # at the sign-off: her words are in it
    assert replace(one, stages=TRUSTING).had_their_say == ()
    assert one.answered("Dara").answered("Bopha").had_their_say == ()
    stopped = replace(one, findings=(Finding(check="numbers", severity="block", message="2 became 3"),))
    assert stopped.had_their_say == ()  # she may take responsibility for it


def test_who_has_approved_what_needs_two_is_known_to_have_had_their_say() -> None:
    stages = (
        Stage(name="language review", kind="segments", approvals=2, form_size=1),
        Stage(name="sign-off", kind="edition", approvals=2),
    )
    one = replace(three(), stages=stages).answered("Sokha")
    assert one.had_their_say == ("Sokha",)
    one = one.answered("Dara")
    assert one.had_their_say == ()  # the last sentence has no approval yet
    one = one.answered("Dara").answered("sokha").answered("Sokha")
    assert one.standing.stage == "sign-off"
    assert one.had_their_say == ("Sokha",)


def test_a_project_may_say_otherwise_for_all_stages_or_for_one() -> None:
    one = replace(three(), stages=TRUSTING)
    typed = {one.segments[0].id: "ពាក្យថ្មី។"}
    assert one.left(texts=typed) == ()
    assert one.answered("Sokha", texts=typed).answered("Sokha").standing.state == "approved"
    only_the_first = replace(three(), stages=(TRUSTING[0], TWO_STAGES[1])).answered("Sokha", texts=typed)
    assert only_the_first.standing.stage == "sign-off"
    assert OWN in only_the_first.problems("Sokha")[0]


def test_two_approvals_of_a_correction_are_those_of_two_others() -> None:
    stages = (Stage(name="language review", kind="segments", approvals=2),)
    one = replace(three(), stages=stages)
    one = one.answered("Sokha", texts={one.segments[0].id: "ពាក្យថ្មី។"}).answered("Dara")
    states = one.standing.segments["language review"]
    assert states[one.segments[0].id].reason == "1 of 2 approvals"
    assert states[one.segments[2].id].state == "approved"
    assert OWN in one.problems("Sokha")[0]
    assert one.answered("Bopha").standing.state == "approved"


def test_equal_sentences_have_the_same_authors() -> None:
    one = edition(("Yes.", "បាទ"), ("Yes.", "បាទ"), ("No.", "ទេ"))
    one = one.answered("Sokha", texts={one.segments[0].id: "ចាស"})
    assert {i.number for i in one.request.attention} == {1}
    assert OWN in one.problems("Sokha")[0]


def test_a_reviewer_who_could_never_be_followed_by_another_is_told() -> None:
    stages = (Stage(name="language review", kind="segments", people={"km": ("Sokha",)}),)
    one = replace(three(), stages=stages)
    one = one.answered("Sokha", texts={one.segments[0].id: "ពាក្យថ្មី។"})
    assert 'pubpipe.toml names nobody else for "language review"' in one.request.items[0].reason


def test_a_number_that_somebody_rewrote_is_asked_for_like_a_text() -> None:
    one = three()
    one = one.answered("Sokha", texts={one.segments[1].id: "២០១៩"})
    assert [i.number for i in one.request.attention] == [2]
    assert one.answered("Dara").standing.stage == "sign-off"


def test_a_finding_may_be_waived_in_a_round_of_own_wording() -> None:
    one = corrected()
    finding = Finding(check="zawgyi", severity="block", message="this is Zawgyi", segment=one.segments[0].id)
    one = replace(one, findings=(finding,))
    assert one.problems("Sokha", waive=("zawgyi: this is Zawgyi",)) == ()
    after = one.answered("Sokha", waive=("zawgyi: this is Zawgyi",))
    assert after.record[-1].verdict == "waive"
    assert after.standing.segments["language review"][one.segments[0].id].state == "waiting"


def test_what_was_approved_before_the_rule_stays_approved() -> None:
    one = replace(three(), stages=TRUSTING)
    one = one.answered("Sokha", texts={one.segments[0].id: "ពាក្យថ្មី។"}).answered("Sokha")
    assert one.standing.state == "approved"
    assert replace(one, stages=TWO_STAGES).standing.state == "approved"
    assert replace(one, stages=TWO_STAGES).assembled().edition_hash == one.standing.edition_hash


Step = st.tuples(
    st.sampled_from(["Sokha", "Dara", "Bopha"]),
    st.sampled_from(["approve", "request_changes"]),
    st.dictionaries(st.integers(0, 2), st.sampled_from(["១", "២", "៣"]), max_size=2),
)


@given(st.lists(Step, max_size=8))
@settings(max_examples=150, deadline=None)
def test_no_sequence_of_answers_makes_a_writer_the_approver_of_their_own_words(
    steps: list[tuple[str, str, dict[int, str]]],
) -> None:
    stages = (TWO_STAGES[0], Stage(name="subject review", kind="segments"), TWO_STAGES[1])
    one = replace(edition(("One.", "ក"), ("Two.", "ខ"), ("Three.", "គ")), stages=stages)
    for reviewer, decision, texts in steps:
        if one.standing.state != "waiting":
            break
        typed = {one.segments[n].id: words for n, words in texts.items()}
        if one.problems(reviewer, decision, texts=typed):
            continue
        before = len(one.record)
        one = one.answered(reviewer, decision, texts=typed)
        for made in one.record[before:]:
            if made.verdict != "approve":
                continue
            about = [made.segment] if made.segment else [s.id for s in one.segments]
            for segment in about:
                assert reviewer not in one.authors.get(segment, ())
            if made.segment:
                target = one.targets[made.segment]
                assert made.target_hash == identity.content_hash(target or ())
