"""Any number of stages with their people, and editions that come out when they are ready, not when all are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from pubpipe import pipeline
from pubpipe.errors import RenderError
from pubpipe.model import ReviewAnswer
from pubpipe.pipeline import Workspace

SETTINGS = """
[project]
languages = ["km", "lo"]

[engines]
chain = ["pseudo"]

[[review.stages]]
name = "language review"
people = { km = ["Sokha", "Vanna"], lo = ["Bounmy"] }
deadline = "2 weeks"

[[review.stages]]
name = "subject review"
approvals = 2
people = { km = ["Mony", "Rith", "Sokha"] }

[[review.stages]]
name = "style"
people = { km = ["Vanna", "Mony"] }

[[review.stages]]
name = "sign-off"
decides = "edition"
people = { km = ["Chief"], lo = ["Chief"] }
deadline = "36 hours"
"""


class Clock:
    at = dt.datetime(2026, 5, 4, 2, 0, tzinfo=dt.UTC)

    def __call__(self) -> dt.datetime:
        return self.at


@pytest.fixture
def ws(tmp_path: Path) -> Iterator[Workspace]:
    (tmp_path / "pubpipe.toml").write_text(SETTINGS, encoding="utf-8")
    (tmp_path / "water.md").write_text("# Water\n\nNobody pays a fee.\n", encoding="utf-8")
    with pipeline.open_workspace(tmp_path, environ={}, now=Clock()) as opened:
        pipeline.register(opened, tmp_path / "water.md")
        for language in ("km", "lo"):
            pipeline.prepare(opened, "water", language)
        yield opened


def answer(
    ws: Workspace, reviewer: str, decision: str = "approve", language: str = "km", **texts: str
) -> tuple[str, ...]:
    request = pipeline.next_review(ws, "water", language)
    assert request is not None
    given = ReviewAnswer.model_validate(
        {
            "publication": "water", "language": language, "stage": request.stage, "digest": request.digest,
            "decision": decision, "reviewer": reviewer, "at": ws.now(),
            "comment": "" if decision == "approve" else "please look again",
            "texts": {i.segment: texts[f"s{i.number}"] for i in request.items if f"s{i.number}" in texts},
        }
    )  # fmt: skip
    return pipeline.take_answer(ws, request, given)


def stage(ws: Workspace, language: str = "km") -> str | None:
    request = pipeline.next_review(ws, "water", language)
    return request.stage if request else None


def test_four_stages_are_gone_through_in_order_by_their_own_people(ws: Workspace) -> None:
    assert "Those who may: Sokha, Vanna." in answer(ws, "Mony")[0]
    assert answer(ws, "Sokha", s1="ទឹក") == ()
    assert "in the wording of Sokha" in answer(ws, "Sokha")[0]
    assert answer(ws, "Vanna") == ()
    assert stage(ws) == "subject review"
    assert answer(ws, "Mony") == ()
    assert stage(ws) == "subject review"  # two approvals
    assert answer(ws, "Sokha") == ()  # approves the rest here; the sentence that she corrected waits for Rith
    assert stage(ws) == "subject review"
    assert answer(ws, "Rith") == ()
    assert stage(ws) == "style"
    assert answer(ws, "Vanna") == ()
    assert stage(ws) == "sign-off"
    assert answer(ws, "Chief") == ()
    assert stage(ws) is None


def test_each_stage_opens_with_a_deadline_of_its_own(ws: Workspace) -> None:
    def due() -> dt.datetime | None:
        request = pipeline.next_review(ws, "water", "km")
        return request.due if request else None

    start = Clock.at
    assert due() == start + dt.timedelta(weeks=2)
    answer(ws, "Sokha")
    assert due() is None  # subject review has none
    for reviewer in ("Mony", "Rith", "Vanna"):
        answer(ws, reviewer)
    assert due() == start + dt.timedelta(hours=36)
    answer(ws, "Chief", "request_changes")
    assert stage(ws) == "language review"
    assert due() == start + dt.timedelta(weeks=2)
    with pipeline.open_workspace(ws.root, environ={}, now=Clock()) as again:  # after a restart
        opening = again.store.openings.current("water", "km")
        assert opening is not None
        assert (opening.number, opening.opened) == (5, start)


def test_another_source_text_opens_the_review_and_its_deadline_anew(ws: Workspace) -> None:
    ws.now.at = Clock.at + dt.timedelta(days=5)  # type: ignore[attr-defined]
    (ws.root / "water.md").write_text("# Water\n\nNobody pays two fees.\n", encoding="utf-8")
    pipeline.prepare(ws, "water", "km")
    opening = ws.store.openings.current("water", "km")
    assert opening is not None
    assert (opening.number, opening.opened) == (2, ws.now())
    untouched = ws.store.openings.current("water", "lo")
    assert untouched is not None
    assert untouched.number == 1


def test_words_that_outlive_a_revision_of_the_english_keep_their_writer(ws: Workspace) -> None:
    source = ws.root / "water.md"
    source.write_text("# Water\n\nNobody **pays** a fee.\n", encoding="utf-8")
    pipeline.prepare(ws, "water", "km")
    assert answer(ws, "Sokha", s2="គ្មាននរណា<1>បង់</1>ថ្លៃ។") == ()
    assert answer(ws, "Vanna") == ()
    source.write_text("# Water\n\nNobody pays a fee.\n", encoding="utf-8")
    pipeline.prepare(ws, "water", "km")
    request = pipeline.next_review(ws, "water", "km")
    assert request is not None
    (asked,) = request.attention
    assert (asked.target, asked.authors) == ("គ្មាននរណាបង់ថ្លៃ។", ("Sokha",))
    assert "in the wording of Sokha" in answer(ws, "Sokha")[0]
    assert answer(ws, "Vanna") == ()


def test_a_deadline_does_not_change_what_an_answer_is_bound_to(ws: Workspace) -> None:
    before = pipeline.next_review(ws, "water", "km")
    assert before is not None
    other = SETTINGS.replace("2 weeks", "3 weeks").replace('name = "style"', 'name = "style"\nself_approval = true')
    (ws.root / "pubpipe.toml").write_text(other, encoding="utf-8")
    with pipeline.open_workspace(ws.root, environ={}, now=Clock()) as again:
        after = pipeline.next_review(again, "water", "km")
        assert after is not None
        assert (after.digest, after.due != before.due) == (before.digest, True)


def test_files_that_cannot_be_made_are_told_once_and_stay_an_error(ws: Workspace) -> None:
    hook = '[[notify.webhooks]]\nname = "w"\nurl = "https://example.org/hook"\n'
    (ws.root / "pubpipe.toml").write_text(SETTINGS + hook, encoding="utf-8")
    with pipeline.open_workspace(ws.root, environ={}, now=Clock()) as again:
        assert answer(again, "Sokha", s2="គ្មាននរណាបង់ថ្លៃ \U00013000") == ()  # a sign that no font of ours has
        for reviewer in ("Vanna", "Mony", "Rith", "Vanna"):
            assert answer(again, reviewer) == ()
        assert answer(again, "Chief") == ()
        for _ in range(2):
            with pytest.raises(RenderError):
                pipeline.render(again, "water", "km")
        (stopped,) = [n for n in again.store.outbox.new() if n.event == "blocked"]
        assert stopped.data["reason"] == "its files could not be made, or failed their inspection"


@pytest.mark.slow
def test_khmer_comes_out_while_lao_waits(ws: Workspace) -> None:
    for reviewer in ("Sokha", "Mony", "Rith", "Vanna", "Chief"):
        assert answer(ws, reviewer) == ()
    for language in ("km", "lo"):
        pipeline.run_edition(ws, "water", language)
    km, lo = pipeline.status(ws)
    assert (km.state, lo.state, lo.stage) == ("published", "in review", "language review")
    files = {p.relative_to(ws.output / "water").as_posix() for p in (ws.output / "water").rglob("*.pdf")}
    assert files == {"km/water.km.pdf"}
    assert '"km"' in (ws.output / "water" / "manifest.json").read_text(encoding="utf-8")
    assert '"lo"' not in (ws.output / "water" / "manifest.json").read_text(encoding="utf-8")
