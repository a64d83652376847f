"""Who may decide: named people, accounts and delegates, by one rule."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

import pytest

from pubpipe.review import Delegation, Right, Stage, answer_problems, decisions_for, right
from tests.unit.review.edition import Edition, three

NOON = dt.datetime(2026, 12, 10, 12, tzinfo=dt.timezone(dt.timedelta(hours=7)))
NAMED = {"km": ("Sokha Chan", "Vanna")}


def stage(*delegations: Delegation, people: dict[str, tuple[str, ...]] = NAMED) -> Stage:
    return Stage(name="language review", kind="segments", people=people, delegations=delegations)


@dataclass(frozen=True)
class Account:
    name: str
    languages: tuple[str, ...] = ("km",)
    active: bool = True
    role: str = "reviewer"

    def refusal(self, language: str, stage: str) -> str:
        if not self.active:
            return f"The account of {self.name} was revoked."
        if self.role == "service":
            return "only people decide"
        return "" if language in self.languages else f"{self.name} may not decide in {language}."


def accounts(*found: Account) -> dict[str, Account]:
    return {a.name.casefold(): a for a in found}


def test_those_who_are_named_may_and_others_are_told_who_may() -> None:
    assert right(stage(), "km", "sokha chan ", at=NOON) == Right()
    assert (
        right(stage(), "km", "Mallory", at=NOON).why == "Mallory may not decide here. Those who may: Sokha Chan, Vanna."
    )
    assert right(stage(), "lo", "Anybody", at=NOON).granted
    assert right(stage(), "km", " ", at=NOON).why.startswith("Please give your name")


def test_accounts_and_named_people_have_to_agree() -> None:
    find = accounts(Account("Sokha Chan"), Account("Vanna", languages=("th",)), Account("Dara")).get

    def why(name: str) -> str:
        return right(stage(), "km", name, at=NOON, find=lambda n: find(n.casefold())).why

    assert why("Sokha Chan") == ""
    assert why("Vanna") == "Vanna may not decide in km."
    assert why("Dara").startswith("Dara may not decide here.")
    assert "has no account here" in why("Mallory")


@pytest.mark.parametrize(
    ("since", "until", "granted"),
    [
        (None, dt.date(2026, 12, 10), True),
        (dt.date(2026, 12, 10), None, True),
        (dt.date(2026, 12, 11), None, False),
        (None, dt.date(2026, 12, 9), False),
    ],
)
def test_a_delegate_decides_in_the_days_that_are_given(
    since: dt.date | None, until: dt.date | None, granted: bool
) -> None:
    found = right(
        stage(Delegation(absent="Sokha Chan", delegate="Dara", since=since, until=until)), "km", "dara", at=NOON
    )
    assert (found.granted, found.behalf) == (granted, "Sokha Chan" if granted else "")
    if not granted:
        assert "Dara stands in for Sokha Chan" in found.why


def test_without_days_a_delegate_decides_from_the_deadline_on() -> None:
    one = stage(Delegation(absent="Sokha Chan", delegate="Dara"))
    due = NOON + dt.timedelta(hours=1)
    early = right(one, "km", "Dara", at=NOON, due=due)
    assert early.why.endswith("Dara stands in for Sokha Chan from the deadline on (2026-12-10 13:00).")
    assert right(one, "km", "Dara", at=due, due=due).behalf == "Sokha Chan"
    assert "this stage has none" in right(one, "km", "Dara", at=NOON).why


def test_the_day_is_that_of_the_project_and_not_of_greenwich() -> None:
    evening = dt.datetime(2026, 12, 10, 23, 30, tzinfo=dt.UTC)  # the eleventh in Phnom Penh
    one = stage(Delegation(absent="Sokha Chan", delegate="Dara", since=dt.date(2026, 12, 11)))
    assert right(one, "km", "Dara", at=evening.astimezone(NOON.tzinfo)).granted


def test_a_delegate_has_no_more_than_the_absent_person() -> None:
    one = stage(Delegation(absent="Stranger", delegate="Dara", until=dt.date(2027, 1, 1)))
    assert not right(one, "km", "Dara", at=NOON).granted
    two = stage(Delegation(absent="Sokha Chan", delegate="Dara", until=dt.date(2027, 1, 1)))
    gone = accounts(Account("Sokha Chan", active=False), Account("Dara", languages=())).get
    assert not right(two, "km", "Dara", at=NOON, find=lambda n: gone(n.casefold())).granted
    here = accounts(Account("Sokha Chan"), Account("Dara", languages=())).get
    assert right(two, "km", "Dara", at=NOON, find=lambda n: here(n.casefold())).behalf == "Sokha Chan"


@pytest.mark.parametrize("account", [Account("Dara", active=False), Account("Dara", role="service"), None])
def test_an_account_that_is_nobodys_stands_in_for_nobody(account: Account | None) -> None:
    one = stage(Delegation(absent="Sokha Chan", delegate="Dara", until=dt.date(2027, 1, 1)))
    find = accounts(Account("Sokha Chan"), *([account] if account else [])).get
    assert not right(one, "km", "Dara", at=NOON, find=lambda n: find(n.casefold())).granted


def test_who_may_anyway_decides_in_their_own_name() -> None:
    one = stage(Delegation(absent="Sokha Chan", delegate="Vanna", until=dt.date(2027, 1, 1)))
    assert right(one, "km", "Vanna", at=NOON) == Right()


# --- the record


def decided(one: Edition, reviewer: str, behalf: str, decision: str = "approve", **more: object) -> Edition:
    given = Right(behalf=behalf)
    answer = one.answer(reviewer, decision, **more)
    assert answer_problems(one.request, answer, one.segments, given) == ()
    edits, decisions = decisions_for(one.request, answer, one.segments, given)
    return one.edited(*edits).recorded(*decisions)


def test_the_record_says_who_decided_for_whom() -> None:
    one = decided(three(), "Dara", "Sokha Chan")
    assert {(d.reviewer, d.behalf, d.by) for d in one.record} == {("Dara", "Sokha Chan", "Dara for Sokha Chan")}
    assert one.standing.segments["language review"][one.segments[0].id].reason == "approved by Dara for Sokha Chan"
    done = one.answered("Chief")
    assert done.assembled().credits.reviewers[0] == ("language review", "Dara for Sokha Chan")


def test_a_decision_in_ones_own_right_is_written_as_it_always_was() -> None:
    (first, *_) = three().answered("Sokha").record
    assert "behalf" not in first.model_dump(mode="json")
    assert "behalf" not in first.model_dump_json()


def test_a_person_and_their_delegate_are_one_voice() -> None:
    one = replace(three(), stages=(Stage(name="language review", kind="segments", approvals=2),))
    one = decided(one.answered("Sokha Chan"), "Dara", "Sokha Chan")
    assert one.standing.segments["language review"][one.segments[0].id].reason == "1 of 2 approvals"
    assert one.answered("Vanna").standing.state == "approved"


def test_who_stands_in_for_two_does_not_approve_twice() -> None:
    one = replace(three(), stages=(Stage(name="language review", kind="segments", approvals=2),))
    one = decided(decided(one, "Dara", "Sokha Chan"), "Dara", "Vanna")
    assert one.standing.segments["language review"][one.segments[0].id].reason == "1 of 2 approvals"


def test_a_delegate_does_not_approve_their_own_wording_either() -> None:
    one = three()
    one = one.answered("Dara", "request_changes", texts={one.segments[0].id: "ពាក្យថ្មី។"}, segments=(1,))
    one = decided(one, "Dara", "Sokha Chan")
    assert one.standing.segments["language review"][one.segments[0].id].state != "approved"
