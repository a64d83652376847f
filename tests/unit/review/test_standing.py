"""What decisions are worth: they bind to exact bytes, go stale by themselves and are never stretched."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pubpipe import identity
from pubpipe.errors import NotApproved
from pubpipe.model import Decision, Finding, Text
from pubpipe.review import Stage, credits, draft_edition, reopening
from tests.unit.review.edition import LANGUAGE, NOW, PUBLICATION, TWO_STAGES, Edition, edition, segments_of, text, three

LANGUAGE_REVIEW = "language review"


def state(one: Edition, number: int = 1, stage: str = LANGUAGE_REVIEW) -> str:
    return one.standing.segments[stage][one.segments[number - 1].id].state


def reason(one: Edition, number: int = 1, stage: str = LANGUAGE_REVIEW) -> str:
    return one.standing.segments[stage][one.segments[number - 1].id].reason


def approved() -> Edition:
    return three().answered("Sokha").answered("Dara")


def test_two_stages_of_approval_make_an_approved_edition() -> None:
    one = three()
    assert (one.standing.state, one.standing.stage) == ("waiting", LANGUAGE_REVIEW)
    one = one.answered("Sokha")
    assert (one.standing.state, one.standing.stage) == ("waiting", "sign-off")
    one = one.answered("Dara")
    assert (one.standing.state, one.standing.stage, one.standing.reasons) == ("approved", None, ())
    made = one.assembled()
    assert made.edition_hash == one.standing.edition_hash
    assert made.approved_at == NOW
    assert made.credits.reviewers == ((LANGUAGE_REVIEW, "Sokha"), ("sign-off", "Dara"))
    assert (made.credits.machine, made.credits.engines, made.credits.notice) == (2, ("google",), "a demonstration")


def test_nothing_is_approved_without_decisions_stages_or_text() -> None:
    for one in (three(), three().answered(), replace(approved(), stages=()), edition()):
        assert one.standing.state == "waiting"
        assert one.standing.reasons
        with pytest.raises(NotApproved) as caught:
            one.assembled()
        assert caught.value.reasons


def test_a_changed_wording_voids_approval_and_sign_off() -> None:
    one = approved().rewritten(3, "ត្រូវគិតថ្លៃ។")
    assert (state(one, 3), reason(one, 3)) == ("stale", "wording changed since Sokha approved it")
    assert state(one, 1) == "approved"
    assert "changed" in one.standing.reasons[-1]
    with pytest.raises(NotApproved):
        one.assembled()


def test_a_changed_term_makes_the_segments_that_hold_it_stale() -> None:
    one = approved()
    one = replace(one, terms={one.segments[0].id: identity.terms_hash([{"term": "register"}])})
    assert reason(one) == "a glossary term changed since Sokha approved it"
    assert one.standing.stage == LANGUAGE_REVIEW
    # approved again, the same text needs no second signature: it is the edition that was signed
    assert one.answered("Sokha").standing.state == "approved"


def test_a_changed_source_has_no_approval() -> None:
    one = approved()
    changed = edition(
        ("Workers must not register.", "ពលករត្រូវចុះបញ្ជី។"), *[(s.content, one.targets[s.id]) for s in one.segments[1:]]
    )
    assert state(replace(changed, record=one.record), 1) == "waiting"
    assert state(replace(changed, record=one.record), 3) == "approved"


def test_decisions_on_another_edition_count_for_nothing() -> None:
    for change in ({"language": "lo"}, {"publication": "other"}, {"stage": "other"}):
        decisions = [
            Decision.model_validate({**d.model_dump(exclude={"sequence", "previous", "hash"}), **change})
            for d in approved().record
        ]
        assert state(three().recorded(*decisions)) == "waiting"


def test_two_approvals_need_two_people() -> None:
    stages = (Stage(name=LANGUAGE_REVIEW, kind="segments", approvals=2),)
    one = replace(three(), stages=stages).answered("Sokha")
    assert reason(one) == "1 of 2 approvals"
    assert one.answered(" SOKHA ").standing.state == "waiting"
    assert one.answered("Dara").standing.state == "approved"


def test_a_person_may_change_their_mind() -> None:
    one = three().answered("Sokha", "reject")
    assert one.standing.state == "rejected"
    item = one.segments[0]
    again = Decision(
        publication=PUBLICATION, language=LANGUAGE, stage=LANGUAGE_REVIEW, verdict="approve", reviewer="Sokha", at=NOW,
        segment=item.id, source_hash=item.source_hash, target_hash=identity.content_hash(one.targets[item.id] or ()),
        terms_hash=identity.terms_hash([]),
    )  # fmt: skip
    assert state(one.recorded(again)) == "approved"
    assert state(one.recorded(again.model_copy(update={"reviewer": "Dara"}))) == "rejected"


def test_a_rejected_edition_stays_rejected_until_it_is_reopened_or_changed() -> None:
    one = three().answered("Sokha").answered("Dara", "reject", comment="wrong tone")
    assert one.standing.state == "rejected"
    assert one.standing.stage is None
    assert "rejected by Dara: wrong tone" in one.standing.reasons[-1]
    with pytest.raises(NotApproved):
        one.assembled()
    assert one.rewritten(1, "ថ្មី").standing.state == "waiting"
    reopened = one.recorded(reopening(PUBLICATION, LANGUAGE, "sign-off", "Dara", "talked it over", NOW))
    assert (reopened.standing.state, reopened.standing.stage) == ("waiting", "sign-off")
    assert reopened.answered("Dara").standing.state == "approved"


def test_sending_back_at_sign_off_reopens_the_first_stage_for_the_named_segments() -> None:
    one = three().answered("Sokha").answered("Dara", "request_changes", segments=(3,), comment="tone")
    assert (state(one, 1), state(one, 3)) == ("approved", "sent back")
    assert reason(one, 3) == "sent back by Dara (sign-off): tone"
    assert one.standing.stage == LANGUAGE_REVIEW
    assert [i.number for i in one.request.attention] == [3]
    again = one.answered("Sokha")
    assert again.standing.stage == "sign-off"
    assert again.answered("Dara").standing.state == "approved"


def test_sending_back_at_sign_off_without_numbers_reopens_everything() -> None:
    one = three().answered("Sokha").answered("Dara", "request_changes")
    assert [state(one, n) for n in (1, 2, 3)] == ["sent back"] * 3


def test_a_signature_given_before_something_was_sent_back_does_not_count_afterwards() -> None:
    stages = (TWO_STAGES[0], Stage(name="sign-off", kind="edition", approvals=2))
    one = replace(three(), stages=stages).answered("Sokha").answered("Dara")
    one = one.answered("Chan", "request_changes", segments=(1,)).answered("Sokha").answered("Chan")
    assert one.standing.state == "waiting"
    assert one.answered("Dara").standing.state == "approved"


def test_equal_texts_share_their_decisions_and_are_asked_once() -> None:
    one = edition(("Yes.", "បាទ"), ("No.", "ទេ"), ("Yes.", "បាទ"), ("Yes.", "ចាស"))
    assert [i.number for i in one.request.attention] == [1, 2, 4]
    done = one.answered("Sokha")
    assert [state(done, n) for n in (1, 2, 3, 4)] == ["approved"] * 4
    assert state(done.rewritten(3, "ចាស"), 3) == "approved"
    assert state(done.rewritten(3, "ទេ"), 3) != "approved"


def test_text_approved_elsewhere_in_the_same_context_may_pass_but_not_against_an_objection() -> None:
    one = three()
    one = replace(one, passed=frozenset({one.segments[0].id}))
    assert reason(one) == "approved text in the same context (memory)"
    assert [i.number for i in one.request.attention] == [3]
    assert one.answered("Sokha").standing.stage == "sign-off"
    sent_back = one.answered("Sokha").answered("Dara", "request_changes", segments=(1,))
    assert state(sent_back, 1) == "sent back"


def block(segment: str | None) -> Finding:
    return Finding(
        check="reader.textbox", severity="block", message="a text box was not carried: 'Hotline'", segment=segment
    )


def test_a_blocking_finding_stops_the_edition_until_a_named_person_waives_it() -> None:
    one = replace(three(), findings=(block(None),)).answered("Sokha")
    assert "waive it" in " ".join(one.problems("Dara"))
    with pytest.raises(NotApproved):
        replace(approved(), findings=(block(None),)).assembled()
    done = one.answered("Dara", waive=("reader.textbox: a text box was not carried: 'Hotline'",))
    assert done.standing.state == "approved"
    assert done.assembled().findings == (block(None),)
    assert [d.reviewer for d in done.record if d.verdict == "waive"] == ["Dara"]


def test_a_finding_that_appears_after_approval_is_asked_for_at_the_last_stage() -> None:
    one = replace(approved(), findings=(block(None),))
    assert (one.standing.state, one.standing.stage) == ("waiting", "sign-off")
    assert one.request.blocking == ("reader.textbox: a text box was not carried: 'Hotline'",)


def test_a_waiver_is_for_the_very_text_that_was_shown() -> None:
    one = three()
    one = replace(one, findings=(block(one.segments[0].id),))
    assert one.problems("Sokha")
    waived = one.answered("Sokha", waive=("reader.textbox: a text box was not carried: 'Hotline'",))
    assert waived.standing.blocking == ()
    assert waived.rewritten(1, "ថ្មី").standing.blocking != ()


def test_an_edited_decision_row_is_refused() -> None:
    one = approved()
    forged = one.record[0].model_copy(update={"reviewer": "Mallory"})
    with pytest.raises(NotApproved) as caught:
        replace(one, record=(forged, *one.record[1:])).assembled()
    assert "entry 1 of the decision record was changed after it was made" in caught.value.reasons


def test_a_document_that_says_something_else_than_what_was_approved_is_refused() -> None:
    from pubpipe.review import assemble

    one, other = approved(), approved().rewritten(1, "អ្វីផ្សេង")
    made = credits(one.segments, one.drafts, one.record, one.stages)
    with pytest.raises(NotApproved) as caught:
        assemble(one.standing, other.localized, made, one.record, ())
    assert caught.value.reasons == ("the document says something else than what was approved in u0001",)


def test_what_people_corrected_is_counted_apart_from_what_they_approved_as_it_was() -> None:
    one = edition(("One.", "១"), ("Two.", "២"), ("Three.", "៣"), ("Four.", "៤"))
    began = dict(one.drafts)
    engine, memory, nothing, untouched = (s.id for s in one.segments)
    began[engine] = began[engine].model_copy(update={"origin": "engine", "detail": "google"})
    began[memory] = began[memory].model_copy(update={"origin": "exact", "detail": ""})
    began[untouched] = began[untouched].model_copy(update={"origin": "engine", "detail": "azure"})
    del began[nothing]
    wrote = {"origin": "human", "detail": "Sokha"}
    drafts = {id_: d.model_copy(update=wrote) for id_, d in one.drafts.items()} | {untouched: began[untouched]}
    made = credits(one.segments, drafts, one.record, one.stages, began=began)
    assert (made.machine, made.human, made.corrected, made.memory) == (1, 3, 1, 0)
    assert made.engines == ("azure", "google")


def test_a_standing_that_claims_more_than_the_record_is_judged_again() -> None:
    from pubpipe.review import assemble

    one = three()
    forged = replace(one.standing, state="approved", reasons=(), stage=None)
    with pytest.raises(NotApproved):
        assemble(forged, one.localized, credits(one.segments, one.drafts, (), one.stages), one.record, ())


def test_sign_off_is_for_what_stands_around_the_text_too() -> None:
    from pubpipe.review import assemble

    one = approved()
    changed = one.localized.model_copy(
        update={"document": one.localized.document.model_copy(update={"authors": ("Somebody",)})}
    )
    with pytest.raises(NotApproved, match="not approved"):
        assemble(one.standing, changed, credits(one.segments, one.drafts, one.record, one.stages), one.record, ())


def test_a_draft_edition_says_why_it_is_not_approved() -> None:
    one = edition(("Yes.", None))
    made = draft_edition(one.standing, one.localized, credits(one.segments, one.drafts, (), one.stages))
    assert any("not translated yet" in line for line in made.open)


def test_approved_editions_are_made_in_one_place_only() -> None:
    root = Path(__file__).parents[3] / "src" / "pubpipe"
    makers = [
        p.relative_to(root).as_posix()
        for p in sorted(root.rglob("*.py"))
        if "ApprovedEdition(" in p.read_text(encoding="utf-8").replace("class ApprovedEdition(Value)", "")
        or "ApprovedEdition.model_" in p.read_text(encoding="utf-8")
    ]
    assert makers == ["review/editions.py"]


WORDS = st.sampled_from(["ក", "ខ", "គ", "ឃ"])
PAIRS = st.lists(st.tuples(st.sampled_from(["One.", "Two.", "Three.", "Four."]), WORDS), min_size=1, max_size=5)


@given(PAIRS, st.data())
@settings(max_examples=60, deadline=None)
def test_after_approval_any_change_of_either_side_is_stale(pairs: list[tuple[str, str]], data: st.DataObject) -> None:
    one = edition(*pairs).answered("Sokha").answered("Dara")
    assert one.standing.state == "approved"
    place = data.draw(st.integers(0, len(pairs) - 1))
    source, target = pairs[place]
    side = data.draw(st.booleans())
    changed = list(pairs)
    changed[place] = (source, target + "!") if side else ("Not " + source, target)
    again = replace(edition(*changed), record=one.record)
    assert again.standing.state == "waiting"
    assert state(again, place + 1) != "approved"
    with pytest.raises(NotApproved):
        again.assembled()


@given(PAIRS, st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_the_order_of_decisions_on_different_texts_does_not_matter(
    pairs: list[tuple[str, str]], rng: random.Random
) -> None:
    one = edition(*pairs).answered("Sokha")
    shuffled = list(one.record)
    rng.shuffle(shuffled)
    other = replace(one, record=tuple(shuffled))
    assert other.standing.segments == one.standing.segments
    assert (other.standing.state, other.standing.stage) == (one.standing.state, one.standing.stage)


DECISIONS = st.lists(
    st.tuples(
        st.sampled_from(["approve", "request_changes", "reject", "reopen", "waive"]),
        st.sampled_from([LANGUAGE_REVIEW, "sign-off"]),
        st.sampled_from(["Sokha", "Dara"]),
        st.integers(0, 2),
        st.sampled_from(["target", "stale", "edition"]),
    ),
    max_size=14,
)


@given(DECISIONS)
@settings(max_examples=200, deadline=None)
def test_whatever_is_decided_an_approved_edition_has_every_signature(
    given_: list[tuple[str, str, str, int, str]],
) -> None:
    one = three()
    decisions = []
    for verdict, stage, reviewer, place, about in given_:
        segment = one.segments[place]
        values: dict[str, object] = {
            "publication": PUBLICATION,
            "language": LANGUAGE,
            "stage": stage,
            "verdict": verdict,
            "reviewer": reviewer,
            "at": NOW,
        }
        if about == "edition":
            values["edition_hash"] = one.standing.edition_hash
        else:
            target = one.targets[segment.id] if about == "target" else (Text(text="old"),)
            values |= {
                "segment": segment.id,
                "source_hash": segment.source_hash,
                "target_hash": identity.content_hash(target or ()),
                "terms_hash": identity.terms_hash([]),
            }
        decisions.append(Decision.model_validate(values))
    one = one.recorded(*decisions)
    if one.standing.state == "approved":
        for segment in one.segments:
            target_hash = identity.content_hash(one.targets[segment.id] or ())
            assert any(
                d.verdict == "approve" and d.stage == LANGUAGE_REVIEW and d.target_hash == target_hash
                for d in decisions
            )
        assert any(
            d.verdict == "approve" and d.stage == "sign-off" and d.edition_hash == one.standing.edition_hash
            for d in decisions
        )
        one.assembled()
    else:
        with pytest.raises(NotApproved):
            one.assembled()


def test_segments_of_gives_repeated_texts_their_own_ids() -> None:
    assert len({s.id for s in segments_of(["a", "a", text("a")])}) == 3
