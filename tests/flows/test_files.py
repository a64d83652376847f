"""A review file is handed to the run that waits, like an answer from the terminal; what its form has no place for is
not lost.
"""

from __future__ import annotations

import threading
import time

import pytest

from pubpipe.cli import review as command
from pubpipe.model import ReviewAnswer, ReviewRequest
from pubpipe.server import client
from tests.flows.conftest import Desk


def recorded(desk: Desk, run_id: str, request: ReviewRequest, answer: ReviewAnswer, patch: pytest.MonkeyPatch) -> None:
    """Record the answer as `pubpipe review import` does, while a worker takes the run up again."""

    def worker() -> None:
        while client.run_state(desk.address, run_id).waiting:
            time.sleep(0.2)
        desk.work(run_id)

    patch.setenv("PREFECT_API_URL", f"{desk.address}/api")
    thread = threading.Thread(target=worker)
    thread.start()
    with desk.open() as ws:
        command.record(ws, desk.root, request, answer)
    thread.join()


def test_a_file_answers_the_run_that_waits(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    run = desk.ensure()
    desk.work(run.id)
    request = desk.request()
    first = request.attention[0]
    recorded(desk, run.id, request, desk.answer(request, texts={first.segment: "ទឹក និងការងារ"}), monkeypatch)
    assert [i.segment for i in desk.request().attention] == [first.segment]  # four eyes: another person approves it
    assert desk.submit(run.id, reviewer="Dara") == ()
    desk.work(run.id)
    assert desk.request().stage == "sign-off"
    assert desk.stored()[first.segment] == "ទឹក និងការងារ"


def test_corrections_at_sign_off_reach_the_record_though_the_form_has_no_place_for_them(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = desk.ensure()
    desk.work(run.id)
    assert desk.submit(run.id) == ()
    desk.work(run.id)
    request = desk.request()
    assert request.kind == "edition"
    item = next(i for i in request.items if "<" not in i.source)
    more = {"decision": "request_changes", "comment": "see the file", "segments": (item.number,)}
    answer = desk.answer(request, texts={item.segment: "ទឹក និងការងារ"}, reviewer="Editor", **more)
    recorded(desk, run.id, request, answer, monkeypatch)
    assert desk.stored()[item.segment] == "ទឹក និងការងារ"
    assert desk.request().stage == "language review"
