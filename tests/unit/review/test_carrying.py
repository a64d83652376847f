"""An approval of the English as it was: when it counts for the English as it is, and everything that makes it fall."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pubpipe import identity
from pubpipe.errors import NotApproved
from pubpipe.model import ChangeClass, Content, Decision, TagClose, TagOpen, Text
from pubpipe.review import NOTHING_READ, Reading, Revision, Stage, classify
from pubpipe.review.standing import Case, judge
from tests.unit.review.edition import LANGUAGE, NOW, PUBLICATION, TRUSTING, Edition, edition, text

OLD, NEW = 'They must not pay "fees".', "They must not pay “fees”."
KHMER = "មិនត្រូវបង់ថ្លៃ។"
FORMAT: frozenset[ChangeClass] = frozenset(("format",))
REVIEW, SUBJECT = TRUSTING[0], Stage(name="subject review", kind="segments", self_approval=True)


def revised(
    old: str | Content = OLD,
    new: str | Content = NEW,
    target: str | Content = KHMER,
    *,
    stages: tuple[Stage, ...] = TRUSTING,
    answers: int = 2,
    shown: str | Content | None = None,
    carry_over: frozenset[ChangeClass] = FORMAT,
    readings: tuple[Reading, Reading] = (NOTHING_READ, NOTHING_READ),
) -> Edition:
    """An edition whose one sentence was approved in the English `old` and now reads `new`."""
    before = edition((old, target), stages=stages)
    for reviewer in ("Sokha", "Dara", "Chan")[:answers]:
        before = before.answered(reviewer)
    after = edition(
        (new, target if shown is None else shown), stages=stages, record=before.record, carry_over=carry_over
    )
    source = before.segments[0].content
    return replace(after, revised={after.segments[0].id: Revision(source, *readings)})


def state(one: Edition, stage: Stage = REVIEW) -> tuple[str, bool]:
    found = one.standing.segments[stage.name][one.segments[0].id]
    return found.state, found.carried


def test_an_approval_counts_over_an_edit_of_the_format_and_says_whose_it_is() -> None:
    one = revised()
    found = one.standing.segments[REVIEW.name][one.segments[0].id]
    assert (found.state, found.by, found.carried) == ("approved", ("Sokha",), True)
    assert found.reason == "approved before by Sokha; only formatting changed in the English"
    assert one.standing.carried == {one.segments[0].id: found.reason}


def test_sign_off_is_never_carried() -> None:
    one = revised()
    assert (one.standing.state, one.standing.stage) == ("waiting", "sign-off")
    done = one.answered("Dara")
    assert done.standing.state == "approved"
    assert done.assembled().edition_hash == done.standing.edition_hash


@pytest.mark.parametrize(
    ("new", "class_"),
    [
        ('They must pay "fees".', "negation"),
        ('They may not pay "fees".', "modal"),
        ('They must not pay 3 "fees".', "number"),
        ('They must not pay ILO "fees".', "name"),
        ('They must not pay "costs".', "meaning"),
    ],
)
def test_no_setting_carries_an_approval_over_anything_else(new: str, class_: ChangeClass) -> None:
    everything: frozenset[ChangeClass] = frozenset(("format", "typo", class_))
    one = revised(new=new, carry_over=everything)
    assert state(one) == ("waiting", False)
    case = one.standing.case
    forged = Case(**{**case.__dict__, "carry_over": everything})
    assert judge(forged).segments[REVIEW.name][one.segments[0].id].state == "waiting"


def test_a_number_or_term_that_moved_is_seen_through_what_other_rooms_read() -> None:
    assert state(revised()) == ("approved", True)
    assert state(revised(readings=(Reading((("x", "1"),)), Reading((("x", "2"),))))) == ("waiting", False)
    assert state(revised(readings=(Reading(terms=(("fees", "a"),)), Reading(terms=(("fees", "b"),))))) == (
        "waiting",
        False,
    )


def test_a_typo_is_carried_only_where_it_is_allowed() -> None:
    old, new = "The goverment pays.", "The government pays."
    assert state(revised(old, new)) == ("waiting", False)
    assert state(revised(old, new, carry_over=frozenset(("typo",)))) == ("approved", True)
    both = revised(old + ' "x"', new + " “x”", carry_over=frozenset(("typo",)))
    assert state(both) == ("waiting", False)
    assert state(replace(both, carry_over=frozenset(("typo", "format")))) == ("approved", True)


def test_another_translation_is_not_the_one_that_was_approved() -> None:
    assert state(revised(shown="ត្រូវបង់ថ្លៃ។")) == ("waiting", False)


def test_a_changed_term_entry_voids_what_was_carried() -> None:
    one = revised()
    one = replace(one, terms={one.segments[0].id: identity.terms_hash([{"term": "fee"}])})
    assert state(one) == ("waiting", False)


def test_every_stage_that_looks_at_segments_must_have_approved() -> None:
    stages = (REVIEW, SUBJECT, TRUSTING[1])
    assert state(revised(stages=stages, answers=1)) == ("waiting", False)
    assert state(revised(stages=stages, answers=2)) == ("approved", True)
    assert state(revised(stages=stages, answers=2), SUBJECT) == ("approved", True)
    two = (REVIEW.model_copy(update={"approvals": 2}), TRUSTING[1])
    assert state(revised(stages=two, answers=1)) == ("waiting", False)
    assert state(revised(stages=two, answers=2)) == ("approved", True)


def test_what_was_sent_back_or_rejected_is_not_carried() -> None:
    stages = (REVIEW, TRUSTING[1])
    before = edition((OLD, KHMER), stages=stages).answered("Sokha").answered("Dara", "request_changes", segments=(1,))
    after = edition((NEW, KHMER), stages=stages, record=before.record, carry_over=FORMAT)
    after = replace(
        after, revised={after.segments[0].id: Revision(before.segments[0].content, NOTHING_READ, NOTHING_READ)}
    )
    assert state(after) == ("waiting", False)


@pytest.mark.parametrize("decision", ["request_changes", "reject"])
def test_what_is_said_of_the_present_text_comes_before_what_was_said_of_the_earlier_one(decision: str) -> None:
    one = revised().answered("Dara", decision, segments=(1,) if decision == "request_changes" else ())
    if decision == "request_changes":
        assert state(one) == ("sent back", False)
    assert one.standing.state != "approved"
    with pytest.raises(NotApproved):
        one.assembled()


def bold(before: str, inside: str, after: str) -> Content:
    items = (Text(text=before), TagOpen(id=1, kind="strong"), Text(text=inside), TagClose(id=1), Text(text=after))
    return tuple(i for i in items if not isinstance(i, Text) or i.text)


def test_tags_must_be_the_same_around_the_same_words() -> None:
    old, target = bold("They must ", "not", ' "pay".'), bold("", "មិន", "ត្រូវបង់។")
    assert state(revised(old, bold("They must ", "not", " “pay”."), target)) == ("approved", True)
    assert state(revised(old, bold("They ", "must", ' not "pay".'), target)) == ("waiting", False)
    assert state(revised(old, text('They must not "pay".'), target)) == ("waiting", False)
    link = tuple(
        i.model_copy(update={"kind": "link", "href": "https://a.example"}) if isinstance(i, TagOpen) else i for i in old
    )
    other = tuple(i.model_copy(update={"href": "https://b.example"}) if isinstance(i, TagOpen) else i for i in link)
    assert state(revised(link, other, target)) == ("waiting", False)


def test_an_approval_of_another_edition_is_nobodys() -> None:
    one = revised()
    elsewhere = [
        Decision.model_validate({**d.model_dump(exclude={"sequence", "previous", "hash"}), "language": "lo"})
        for d in one.record
    ]
    assert state(replace(one, record=()).recorded(*elsewhere)) == ("waiting", False)


def test_who_approved_the_earlier_text_is_among_the_credits() -> None:
    from pubpipe.review import credits

    one = revised().answered("Chan")
    drafts = {id_: d.model_copy(update={"approved_source": text(OLD)}) for id_, d in one.drafts.items()}
    made = credits(one.segments, drafts, one.record, one.stages, carried=frozenset(one.standing.carried))
    assert made.reviewers == ((REVIEW.name, "Sokha"), ("sign-off", "Chan"))
    assert made.carried == 1


SENTENCES = [
    OLD, NEW, "They must not pay 'fees'.", 'They must not pay  "fees".', 'They must pay "fees".', 'They may not pay "fees".',
    'They must not pay "fees"', 'They must not pay 3 "fees".', 'They must not pay "fee".',
]  # fmt: skip


@given(
    st.sampled_from(SENTENCES), st.sampled_from(SENTENCES), st.sampled_from([KHMER, "ផ្សេង"]), st.integers(0, 2),
    st.sets(st.sampled_from(["format", "typo", "number", "negation", "meaning"])), st.booleans(),
)  # fmt: skip
@settings(max_examples=150)
def test_no_sentence_is_published_that_nobody_approved_but_for_its_format(
    old: str, new: str, shown: str, answers: int, allowed: set[ChangeClass], same_terms: bool
) -> None:
    one = revised(old, new, shown=shown, answers=answers, carry_over=frozenset(allowed))
    if not same_terms:
        one = replace(one, terms={one.segments[0].id: identity.terms_hash([{"term": "x"}])})
    found, carried = state(one)
    if found != "approved":
        return
    assert shown == KHMER
    assert answers > 0
    assert same_terms
    if old == new:
        assert not carried
    else:
        assert carried
        change = classify(text(old), text(new))
        assert set(change.classes) <= allowed & {"format", "typo"}


def test_a_decision_that_is_only_claimed_carries_nothing() -> None:
    one = revised(answers=0)
    claimed = Decision(
        publication=PUBLICATION, language=LANGUAGE, stage=REVIEW.name, verdict="approve", reviewer="Sokha", at=NOW,
        segment="0-1", source_hash=identity.content_hash(text("Something else.")),
        target_hash=identity.content_hash(text(KHMER)), terms_hash=identity.terms_hash([]),
    )  # fmt: skip
    assert state(one.recorded(claimed)) == ("waiting", False)
