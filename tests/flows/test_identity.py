"""Answers that came around the login, against a Prefect server without our layer: what an attacker on the API has."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any
from uuid import UUID

import pytest

from pubpipe import pipeline
from pubpipe.server import client, form, people, policy, runs, signature
from tests.flows.conftest import Desk
from tests.unit.server.house import EDITOR, PASSWORD, SOKHA, SOMCHAI

KHMER = "ទឹក និងការងារ"


@pytest.fixture
def guarded(desk: Desk) -> Desk:
    """A workspace with accounts."""
    state = desk.root / ".pubpipe"
    state.mkdir(exist_ok=True)
    accounts = people.People(people=(SOKHA, SOMCHAI, EDITOR))
    (state / people.FILE).write_text(accounts.model_dump_json(), encoding="utf-8")
    return desk


def sealed(desk: Desk, run_id: str, reviewer: str = "Sokha Chan", **more: Any) -> dict[str, str]:
    """The values as our layer hands them to Prefect for a person who is logged in."""
    request = desk.request()
    values = form.answer_values(request, desk.answer(request, **more))
    key = people.secret(desk.root / ".pubpipe")
    return signature.signed(key, run_id, values, reviewer, dt.datetime.now(dt.UTC))


def turned_away(desk: Desk, run_id: str, words: str) -> None:
    """The run waits again, its form says why, the attempt is on record, and nothing was decided or kept."""
    assert desk.work(run_id).waiting
    (problem,) = desk.request().problems
    assert words in problem
    schema = client.review_schema(desk.address, run_id)
    assert schema is not None
    assert "Your last answer was not taken" in schema["properties"]["digest"]["description"]
    with desk.open() as ws:
        assert ws.store.decisions.all(desk.publication, "km") == ()
        assert ws.store.edits.all(desk.publication, "km") == ()
        *_, last = ws.store.rounds.all(desk.publication, "km")
        assert last.problems == (problem,)


def test_an_answer_with_a_seal_approves_under_the_name_of_the_login(guarded: Desk) -> None:
    run = guarded.ensure()
    guarded.work(run.id)
    schema = client.review_schema(guarded.address, run.id)
    assert schema is not None
    assert "reviewer" not in schema["properties"]
    assert "taken from your login" in schema["properties"]["digest"]["description"]
    assert client.resume(guarded.address, run.id, sealed(guarded, run.id)) == ()
    assert "stage:sign-off" in guarded.work(run.id).tags
    assert client.resume(guarded.address, run.id, sealed(guarded, run.id, "Ed Itor")) == ()
    assert guarded.work(run.id).name == "Completed"
    with guarded.open() as ws:
        decisions = ws.store.decisions.all(guarded.publication, "km")
        assert {d.reviewer for d in decisions} == {"Sokha Chan", "Ed Itor"}


@pytest.mark.parametrize("seal", [None, "", "forged", "2026-03-09T10:00:00+00:00 " + "0" * 64])
def test_a_resume_that_came_around_the_login_does_not_approve(guarded: Desk, seal: str | None) -> None:
    run = guarded.ensure()
    guarded.work(run.id)
    first = guarded.request().items[0].segment
    values = form.answer_values(guarded.request(), guarded.answer(reviewer="Sokha Chan", texts={first: KHMER}))
    assert client.resume(guarded.address, run.id, values | ({} if seal is None else {signature.FIELD: seal})) == ()
    turned_away(guarded, run.id, "around the login")
    assert guarded.stored()[first] != KHMER
    assert client.resume(guarded.address, run.id, sealed(guarded, run.id)) == ()  # and the right person still can
    assert "stage:sign-off" in guarded.work(run.id).tags


def test_an_answer_that_was_changed_in_the_database_does_not_approve(guarded: Desk) -> None:
    run = guarded.ensure()
    guarded.work(run.id)
    said = sealed(guarded, run.id, decision="request_changes", comment="No")
    assert client.resume(guarded.address, run.id, said) == ()
    replace_answer(guarded, run.id, 1, said | {"decision": "approve"})
    turned_away(guarded, run.id, "a seal that does not fit")


def test_an_answer_of_an_earlier_round_cannot_be_played_again(guarded: Desk) -> None:
    run = guarded.ensure()
    guarded.work(run.id)
    old = sealed(guarded, run.id)
    forged = form.answer_values(guarded.request(), guarded.answer())
    assert client.resume(guarded.address, run.id, forged) == ()
    turned_away(guarded, run.id, "around the login")
    (problem,) = client.resume(guarded.address, run.id, old)  # the digest in it is the earlier round's
    assert "was expected" in problem
    assert client.resume(guarded.address, run.id, forged | {"digest": guarded.request().digest}) == ()
    replace_answer(guarded, run.id, 2, old)
    assert guarded.work(run.id).waiting
    assert "changed since" in guarded.request().problems[0]
    with guarded.open() as ws:
        assert ws.store.decisions.all(guarded.publication, "km") == ()


def test_an_answer_to_one_run_cannot_be_played_to_another(guarded: Desk) -> None:
    first = guarded.ensure()
    guarded.work(first.id)
    stolen = sealed(guarded, first.id)
    client.set_state(guarded.address, first.id, {"type": "CANCELLED", "name": "Cancelled"}, force=True)
    second = guarded.ensure()
    assert second.id != first.id
    guarded.work(second.id)
    assert client.resume(guarded.address, second.id, stolen) == ()  # the same text, so Prefect takes it
    turned_away(guarded, second.id, "a seal that does not fit")


def test_a_person_without_the_right_is_refused_also_by_the_flow(guarded: Desk) -> None:
    run = guarded.ensure()
    guarded.work(run.id)
    assert client.resume(guarded.address, run.id, sealed(guarded, run.id, "Somchai")) == ()
    turned_away(guarded, run.id, "Somchai may not decide")


def test_the_answer_of_a_person_who_was_revoked_before_it_was_taken_does_not_count(guarded: Desk) -> None:
    run = guarded.ensure()
    guarded.work(run.id)
    assert client.resume(guarded.address, run.id, sealed(guarded, run.id)) == ()
    people.revoke(guarded.root / ".pubpipe", "Sokha Chan", now=dt.datetime.now(dt.UTC))
    turned_away(guarded, run.id, "was revoked")


def test_a_form_that_waited_before_the_first_account_was_made_still_takes_a_login(desk: Desk) -> None:
    run = desk.ensure()
    desk.work(run.id)
    state = desk.root / ".pubpipe"
    (state / people.FILE).write_text(people.People(people=(SOKHA,)).model_dump_json(), encoding="utf-8")
    assert client.resume(desk.address, run.id, sealed(desk, run.id)) == ()
    assert "stage:sign-off" in desk.work(run.id).tags


@pytest.mark.parametrize("state", ["COMPLETED", "RUNNING", "SCHEDULED"])
def test_a_state_that_was_set_by_hand_approves_nothing(guarded: Desk, state: str) -> None:
    run = guarded.ensure()
    guarded.work(run.id)
    client.set_state(guarded.address, run.id, {"type": state}, force=True)
    if state != "COMPLETED":
        guarded.work(run.id)
    with guarded.open() as ws:
        assert ws.store.decisions.all(guarded.publication, "km") == ()
        assert pipeline.up_to_date(ws, guarded.publication, "km") is None
    assert not list((guarded.root / "outputs" / guarded.publication / "km").glob("*.pdf"))


def test_the_terminal_seals_what_it_hands_to_a_run(guarded: Desk) -> None:
    run = guarded.ensure()
    guarded.work(run.id)
    request = guarded.request()
    with guarded.open() as ws:
        name = runs.vouch(ws.state, "sokha chan", lambda _: PASSWORD, language="km", stage=request.stage, now=ws.now())
        answer = guarded.answer(request, reviewer=name)
        assert runs.answer_run(guarded.address, ws, request, answer, wait=0) == ()
    assert "stage:sign-off" in guarded.work(run.id).tags


def test_each_door_that_is_open_to_people_leads_somewhere_and_changes_nothing() -> None:
    """Prefect's own list of routes: a new version that renames or adds some is seen here."""
    from prefect.server.api.server import create_app

    known = {"countable": "day", "key": "x-schema"}  # everything else may be a UUID
    real = {
        (method.upper(), "/api" + re.sub(r"\{(\w+)\}", lambda name: known.get(name[1], str(UUID(int=0))), path))
        for path, methods in create_app().openapi()["paths"].items()
        for method in methods
    }
    opened = {(m, p) for m, p in real if policy.allowed(SOKHA, "http", m, p)}
    assert {m for m, _ in opened} == {"GET", "POST"}
    changing = re.compile("create|delete|set_|bulk|schedule$|heartbeat|pause|resume|increment|decrement|validate$|/$")
    suspicious = {p for m, p in opened if m == "POST" and changing.search(p)}
    assert suspicious == {"/api/ui/schemas/validate"}
    for method, patterns in (("GET", policy._READ), ("POST", policy._ASK)):
        for pattern in patterns:
            assert any(m == method and re.fullmatch(f"/api/(?:{pattern})", p) for m, p in real), pattern


def replace_answer(desk: Desk, run_id: str, number: int, values: dict[str, str]) -> None:
    """What somebody does who can write to Prefect's database: another answer in the place of the one that is there."""
    import json

    key = f"suspended-review-{number}-response"
    client.call(desk.address, "DELETE", f"/flow_runs/{run_id}/input/{key}")
    body = {"key": key, "value": json.dumps(values)}
    client.call(desk.address, "POST", f"/flow_runs/{run_id}/input", body)
