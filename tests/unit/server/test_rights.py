"""Accounts, the people of pubpipe.toml and their delegates: one answer at every door."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from pubpipe import pipeline
from pubpipe.errors import ReviewError
from pubpipe.model import ReviewAnswer
from pubpipe.server import rights, runs, signature
from pubpipe.server.people import Account
from tests.unit.server.house import NOW, PASSWORD, RUN, House, account

SETTINGS = """
[project]
languages = ["km"]

[[review.stages]]
name = "language review"
people = { km = ["Sokha Chan"] }
delegates = { "Sokha Chan" = { name = "Dara Kim", from = 2026-03-01, until = 2026-03-31 } }

[[review.stages]]
name = "sign-off"
decides = "edition"
"""
SOKHA = account("Sokha Chan", languages="km", stages="language review")
VANNA = account("Vanna", languages="km", stages="language review")
DARA = account("Dara Kim", languages="th", stages="language review")
EVERYBODY = (SOKHA, VANNA, DARA)


@pytest.fixture
def house(tmp_path: Path) -> House:
    (tmp_path / "pubpipe.toml").write_text(SETTINGS, encoding="utf-8")
    return House(tmp_path, *EVERYBODY)


def refused(house: House, who: Account, at: dt.datetime = NOW) -> str:
    return rights.refusal(house.state, who, "water", "km", "language review", at)


def test_an_account_with_the_right_that_pubpipe_toml_does_not_name_is_refused_at_every_door(house: House) -> None:
    said = "Vanna may not decide here. Those who may: Sokha Chan."
    assert refused(house, SOKHA) == ""
    assert refused(house, VANNA) == said
    answer = house.answer(VANNA)
    assert (answer.status, house.prefect.resumed) == (403, None)
    assert said in answer.text
    with pytest.raises(ReviewError, match="Vanna may not decide here"):
        runs.vouch(house.state, "Vanna", lambda _: PASSWORD, language="km", stage="language review", now=NOW)
    assert house.gate.door is not None
    sealed = signature.signed(house.gate.door.secret, RUN, {"decision": "approve"}, "Vanna", NOW)
    assert signature.judge(house.state, RUN, sealed, language="km", stage="language review").problem == said


def test_a_delegate_passes_every_door_in_the_days_that_are_given_and_none_after(house: House) -> None:
    assert house.answer(DARA).status == 200
    assert house.prefect.resumed is not None
    assert house.prefect.resumed["reviewer"] == "Dara Kim"
    vouched = runs.vouch(house.state, "dara kim", lambda _: PASSWORD, language="km", stage="language review", now=NOW)
    assert vouched == "Dara Kim"
    assert rights.reads(house.state, DARA, "km")
    assert not rights.reads(house.state, DARA, "lo")
    late = NOW + dt.timedelta(days=30)
    house.time = late
    answer = house.answer(DARA)
    assert answer.status == 403
    assert "Dara Kim stands in for Sokha Chan until 2026-03-31." in answer.text


def test_an_answer_counts_by_the_day_on_which_it_was_sealed(house: House) -> None:
    assert house.gate.door is not None
    sealed = signature.signed(house.gate.door.secret, RUN, {"decision": "approve"}, "Dara Kim", NOW)
    house.time = NOW + dt.timedelta(days=60)  # the server was off
    assert signature.judge(house.state, RUN, sealed, language="km", stage="language review").problem == ""


def test_a_delegate_of_a_revoked_account_decides_nothing(house: House) -> None:
    house.write(SOKHA.model_copy(update={"revoked": NOW}), VANNA, DARA)
    assert (
        refused(house, DARA) == "Dara Kim may not decide at “language review” in km; may decide: language review in th."
    )
    assert not rights.reads(house.state, DARA, "km")


def test_what_cannot_be_told_is_refused(house: House) -> None:
    (house.state.parent / "pubpipe.toml").write_text("[review\n", encoding="utf-8")
    assert refused(house, SOKHA).startswith("Whether you may decide here cannot be told now: ")
    assert house.answer(SOKHA).status == 403


def test_a_stage_that_is_gone_from_pubpipe_toml_is_decided_by_nobody(house: House) -> None:
    assert (
        rights.refusal(house.state, SOKHA, "water", "km", "gone", NOW) == "pubpipe.toml has no stage “gone” any more."
    )


def test_the_record_names_both_also_where_only_accounts_say_who_may_decide(tmp_path: Path) -> None:
    stage = '[[review.stages]]\nname = "language review"\ndelegates = { "Sokha Chan" = { name = "Dara Kim", until = 2030-01-01 } }\n'
    settings = f'[project]\nlanguages = ["km"]\n[engines]\nchain = ["pseudo"]\n{stage}'
    (tmp_path / "pubpipe.toml").write_text(settings, encoding="utf-8")
    (tmp_path / "water.md").write_text("# Water\n", encoding="utf-8")
    House(tmp_path, *EVERYBODY)
    with pipeline.open_workspace(tmp_path, environ={}, now=lambda: NOW) as ws:
        pipeline.register(ws, tmp_path / "water.md")
        pipeline.prepare(ws, "water", "km")
        request = pipeline.next_review(ws, "water", "km")
        assert request is not None
        answer = ReviewAnswer(
            publication="water", language="km", stage=request.stage, digest=request.digest, decision="approve",
            reviewer="Dara Kim", at=NOW,
        )  # fmt: skip
        stranger = answer.model_copy(update={"reviewer": "Stranger"})
        assert "has no account here" in pipeline.take_answer(ws, request, stranger, find=rights.find_in(ws))[0]
        request = pipeline.next_review(ws, "water", "km")
        assert request is not None
        answer = answer.model_copy(update={"digest": request.digest})
        assert pipeline.take_answer(ws, request, answer, find=rights.find_in(ws)) == ()
        assert [d.by for d in ws.store.decisions.all("water", "km")] == ["Dara Kim for Sokha Chan"]
