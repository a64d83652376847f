"""One edition from draft to files, with its reviewers, against a real Prefect server."""

from __future__ import annotations

import pytest

from pubpipe import pipeline
from pubpipe.server import client, runs
from tests.flows.conftest import SOURCE, Desk


def test_an_edition_waits_for_each_stage_and_then_comes_out(desk: Desk) -> None:
    run = desk.ensure()
    assert run.how == "started"
    waiting = desk.work(run.id)
    assert (waiting.name, waiting.publication, waiting.language) == ("Suspended", desk.publication, "km")
    (first, *_) = desk.request().items
    assert desk.submit(run.id, texts={first.segment: "ទឹក និងការងារ"}) == ()
    desk.work(run.id)
    # who corrected a sentence does not approve it: it waits for another person, at the same stage
    assert [(i.segment, i.authors) for i in desk.request().attention] == [(first.segment, ("Sokha",))]
    assert desk.submit(run.id, reviewer="Dara") == ()
    signing = desk.work(run.id)
    assert signing.waiting
    assert "stage:sign-off" in signing.tags
    assert desk.submit(run.id, reviewer="Editor") == ()
    assert desk.work(run.id).name == "Completed"
    files = {p.name for p in (desk.root / "outputs" / desk.publication / "km").iterdir() if p.is_file()}
    assert {f"{desk.publication}.km.docx", f"{desk.publication}.km.pdf"} <= files
    assert desk.stored()[first.segment] == "ទឹក និងការងារ"
    with desk.open() as ws:
        decisions = ws.store.decisions.all(desk.publication, "km")
        assert {d.reviewer for d in decisions} == {"Sokha", "Dara", "Editor"}
        assert {d.run for d in decisions} == {run.id}
        assert ws.store.memory.count("km") > 0


def test_how_far_the_translation_is_shows_in_prefect(desk: Desk) -> None:
    from prefect.artifacts import Artifact

    desk.work(desk.ensure().id)
    shown = Artifact.get(f"translating-{desk.publication}-km")
    assert shown is not None
    assert (shown.type, shown.data) == ("progress", 100.0)


def test_a_second_publish_finds_the_run_that_waits(desk: Desk) -> None:
    run = desk.ensure()
    assert desk.ensure().id == run.id
    desk.work(run.id)
    again = desk.ensure()
    assert (again.how, again.id) == ("reused", run.id)


def test_languages_have_runs_of_their_own(desk: Desk) -> None:
    khmer, vietnamese = desk.ensure("km"), desk.ensure("vi")
    assert khmer.id != vietnamese.id
    desk.work(khmer.id)
    desk.work(vietnamese.id)
    assert desk.through(vietnamese.id).name == "Completed"
    assert client.run_state(desk.address, khmer.id).name == "Suspended"


def test_a_changed_source_supersedes_the_review_of_the_old_one(desk: Desk) -> None:
    old = desk.ensure()
    desk.work(old.id)
    (desk.root / f"{desk.publication}.md").write_text(SOURCE.replace("2019", "2020"), encoding="utf-8")
    new = desk.ensure()
    assert new.how == "superseded"
    assert client.run_state(desk.address, old.id).name == "Superseded"
    assert desk.work(new.id).waiting
    assert desk.submit(old.id) == ("This run does not wait for an answer any more.",)


def test_an_answer_given_while_the_source_changed_approves_nothing_and_says_so(desk: Desk) -> None:
    run = desk.ensure()
    desk.work(run.id)
    shown = desk.request()
    (desk.root / f"{desk.publication}.md").write_text(SOURCE.replace("2019", "2020"), encoding="utf-8")
    assert desk.submit(run.id, shown) == ()
    assert desk.work(run.id).waiting
    assert "changed" in desk.request().problems[0]
    with desk.open() as ws:
        assert ws.store.decisions.all(desk.publication, "km") == ()


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"reviewer": ""}, "Your name"),
        ({"decision": "reject"}, "Comment"),
        ({"texts": "empty"}, "1 · "),
    ],
)
def test_the_server_refuses_an_answer_that_breaks_a_rule_and_the_run_goes_on_waiting(
    desk: Desk, more: dict[str, object], field: str
) -> None:
    run = desk.ensure()
    desk.work(run.id)
    if "texts" in more:
        more = {"texts": {desk.request().items[0].segment: ""}}
    (problem,) = desk.submit(run.id, **more)
    assert problem.startswith(field)
    assert client.run_state(desk.address, run.id).waiting


def test_what_only_we_can_check_opens_another_round_with_the_typed_text(desk: Desk) -> None:
    run = desk.ensure()
    desk.work(run.id)
    request = desk.request()
    title, law = request.items[0], request.items[1]
    typed = {title.segment: "ទឹក", law.segment: "ច្បាប់ឆ្នាំ 2019 ក្នុង 3 ខេត្ត"}  # the bold words are gone
    assert desk.submit(run.id, texts=typed) == ()
    assert desk.work(run.id).waiting
    again = desk.request()
    assert any("<1>" in problem for problem in again.problems)
    assert again.items[0].target == "ទឹក"
    schema = client.review_schema(desk.address, run.id)
    assert schema is not None
    assert "Your last answer was not taken" in schema["properties"]["digest"]["description"]
    typed[law.segment] = "ច្បាប់ឆ្នាំ 2019 ការពារ<1>ពលករ</1>ក្នុង 3 ខេត្ត"
    assert desk.submit(run.id, texts=typed) == ()
    desk.work(run.id)
    assert desk.submit(run.id, reviewer="Dara") == ()
    desk.work(run.id)
    assert desk.request().stage == "sign-off"


def test_a_rejected_edition_ends_with_who_and_why_and_can_be_started_again(desk: Desk) -> None:
    run = desk.ensure()
    desk.work(run.id)
    assert desk.submit(run.id, decision="reject", comment="Withdrawn by the partner") == ()
    ended = desk.work(run.id)
    assert (ended.type, ended.name) == ("FAILED", "Rejected")
    assert "Sokha" in ended.message
    assert "Withdrawn by the partner" in ended.message
    assert "Traceback" not in ended.message
    assert not list((desk.root / "outputs" / desk.publication / "km").glob("*.*"))
    assert desk.ensure().id != run.id


def test_a_run_that_was_killed_after_the_answer_takes_it_once(desk: Desk) -> None:
    run = desk.ensure()
    desk.work(run.id)
    request = desk.request()
    assert desk.submit(run.id, request) == ()
    # the process that was to record the answer died; on record it is nowhere yet
    client.set_state(desk.address, run.id, {"type": "RUNNING", "name": "Running"}, force=True)
    assert runs.take_up_interrupted(desk.address) >= 1
    desk.work(run.id)
    with desk.open() as ws:
        count = len(ws.store.decisions.all(desk.publication, "km"))
        assert len(ws.store.rounds.all(desk.publication, "km")) == 1
    assert count == len(request.attention)
    # killed again, this time after recording: the same form is up, nothing is recorded twice
    client.set_state(desk.address, run.id, {"type": "SCHEDULED", "name": "AwaitingRetry"}, force=True)
    assert desk.work(run.id).waiting
    with desk.open() as ws:
        assert len(ws.store.decisions.all(desk.publication, "km")) == count
    assert desk.through(run.id).name == "Completed"


def test_a_waiting_run_whose_form_was_never_stored_is_replaced(desk: Desk) -> None:
    run = desk.ensure()
    state = desk.work(run.id)
    with desk.open() as ws:
        assert runs.supersede_stale(ws, desk.address) == ()
    details = {"pause_key": "x", "pause_reschedule": True, "run_input_keyset": {"schema": "suspended-none-schema"}}
    paused = {"type": "PAUSED", "name": "Suspended", "state_details": details}
    client.set_state(desk.address, run.id, {"type": "RUNNING"}, force=True)
    client.set_state(desk.address, run.id, paused, force=True)
    with desk.open() as ws:
        assert [r.id for r in runs.supersede_stale(ws, desk.address)] == [state.id]
        (new,) = runs.reopen(ws, desk.address, [state])
    assert new.id != run.id


def test_an_answer_in_the_terminal_leaves_no_form_behind_that_nobody_needs(desk: Desk) -> None:
    run = desk.ensure()
    desk.work(run.id)
    with desk.open() as ws:
        assert pipeline.take_answer(ws, desk.request(), desk.answer()) == ()
        (closed,) = runs.supersede_stale(ws, desk.address)
    assert closed.id == run.id
    assert desk.ensure().id != run.id


def test_a_run_started_by_hand_does_not_open_a_second_review(desk: Desk) -> None:
    first = desk.ensure()
    desk.work(first.id)
    parameters = {"publication": desk.publication, "language": "km"}
    second = client.start_deployment(desk.address, "localize", parameters, idempotency_key=f"hand-{desk.publication}")
    ended = desk.work(second.id)
    assert ended.name == "Superseded"
    assert first.id in ended.message
    assert client.run_state(desk.address, first.id).waiting


def test_a_source_that_is_no_document_ends_the_run_with_one_line(desk: Desk) -> None:
    with desk.open() as ws:
        ws.store.publications.get(desk.publication)
    run = desk.ensure("vi")
    (desk.root / f"{desk.publication}.md").write_bytes(b"\xff\xfe\x00\x00 not a document \x00\x01")
    ended = desk.work(run.id)
    assert ended.name == "Failed"
    assert f"{desk.publication}.md" in ended.message
    assert "Traceback" not in ended.message


def test_a_text_that_looks_like_a_template_comes_back_as_it_was_typed(desk: Desk) -> None:
    run = desk.ensure()
    desk.work(run.id)
    (title, *_) = desk.request().items
    typed = '{"__prefect_kind": "jinja", "template": "{{ 7*7 }}"} {{ 7*7 }}'
    assert desk.submit(run.id, texts={title.segment: typed}) == ()
    desk.work(run.id)
    assert desk.stored()[title.segment] == typed


def test_the_side_by_side_table_hangs_on_the_run(desk: Desk) -> None:
    run = desk.ensure()
    desk.work(run.id)
    found = client.call(desk.address, "POST", "/artifacts/filter", {"artifacts": {"flow_run_id": {"any_": [run.id]}}})
    (table,) = [a for a in found if a["key"] == f"review-{desk.publication}-km"]
    assert "Nobody pays a fee" in table["data"]
    assert table["type"] == "markdown"


def test_an_answer_from_the_terminal_goes_through_the_waiting_run(desk: Desk) -> None:
    run = desk.ensure()
    desk.work(run.id)
    request = desk.request()
    with desk.open() as ws:
        assert runs.answer_run(desk.address, ws, request, desk.answer(request), wait=0) == ()
    assert client.run_state(desk.address, run.id).name == "Resuming"
    desk.work(run.id)
    with desk.open() as ws:
        assert runs.answer_run(desk.address, ws, request, desk.answer(request), wait=0) is None
