"""What is published or put on record says nothing of people that is not so."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pubpipe import pipeline
from pubpipe.errors import NotApproved
from pubpipe.model import ReviewAnswer, to_markup
from pubpipe.pipeline import Workspace
from pubpipe.pipeline.edition import view
from pubpipe.pipeline.tracing import trace

SETTINGS = """
[project]
languages = ["km"]
formats = ["docx"]

[engines]
chain = ["pseudo"]

[review]
form_size = 1
"""
AT = dt.datetime(2026, 5, 4, 2, 0, tzinfo=dt.UTC)


def opened(root: Path, settings: str = SETTINGS) -> Workspace:
    (root / "pubpipe.toml").write_text(settings, encoding="utf-8")
    return pipeline.open_workspace(root, environ={}, now=lambda: AT)


@pytest.fixture
def ws(tmp_path: Path) -> Iterator[Workspace]:
    (tmp_path / "water.md").write_text("# Water\n\nNobody pays a fee.\n", encoding="utf-8")
    with opened(tmp_path) as made:
        pipeline.register(made, tmp_path / "water.md")
        pipeline.prepare(made, "water", "km")
        yield made


def answer(ws: Workspace, reviewer: str, decision: str = "approve", **more: object) -> tuple[str, ...]:
    request = pipeline.next_review(ws, "water", "km")
    assert request is not None
    values: dict[str, Any] = {"publication": "water", "language": "km", "stage": request.stage}
    values |= {"digest": request.digest, "decision": decision, "reviewer": reviewer, "comment": "", "at": AT, **more}
    return pipeline.take_answer(ws, request, ReviewAnswer.model_validate(values))


def test_nobody_is_named_whose_approval_was_voided_or_is_of_another_text(ws: Workspace) -> None:
    assert [answer(ws, who) for who in ("Sokha", "Sokha")] == [(), ()]
    assert answer(ws, "Chief", "request_changes", comment="Look again.") == ()
    assert [answer(ws, who) for who in ("Vanna", "Vanna", "Chief")] == [(), (), ()]
    stages = [s.name for s in view(ws, "water", "km").stages]
    named = [(stages[0], "Vanna"), (stages[1], "Chief")]
    assert list(view(ws, "water", "km").credits.reviewers) == named
    (file,) = pipeline.render(ws, "water", "km")
    manifest = json.loads((ws.output / "water" / "km" / "manifest.json").read_text(encoding="utf-8"))
    assert [(a["stage"], a["reviewer"]) for a in manifest["approvals"]] == named
    data = (ws.output / file.path).read_bytes()
    ws.store.renditions.record(file.model_copy(update={"approvals": ()}))  # as an earlier version noted it
    earlier = trace(ws, data)
    assert earlier is not None
    assert [(stage, who) for stage, who, _ in earlier.approvals] == named
    ws.store.renditions.record(file)
    (ws.root / "water.md").write_text("# Water\n\nNobody pays two fees.\n", encoding="utf-8")
    pipeline.prepare(ws, "water", "km")
    assert answer(ws, "Rith") == ()
    found = trace(ws, data)
    assert found is not None
    assert found.outdated
    assert [(stage, who) for stage, who, _ in found.approvals] == named


def test_files_are_made_under_the_findings_of_the_text_as_it_is_now(ws: Workspace) -> None:
    for who in ("Sokha", "Sokha", "Chief"):
        assert answer(ws, who) == ()
    (ws.root / "water.md").write_text(
        "# Water\n\nNobody pays a fee.\n\n<iframe src='fees'></iframe>\n", encoding="utf-8"
    )
    with pytest.raises(NotApproved) as caught:
        pipeline.render(ws, "water", "km")
    assert "raw HTML <iframe> is not carried" in caught.value.reasons[0]


def test_the_memory_names_for_each_sentence_who_approved_it(ws: Workspace) -> None:
    assert [answer(ws, who) for who in ("Sokha", "Vanna")] == [(), ()]
    kept = {unit.source[0].text: unit.reviewer for unit in ws.store.memory.all("km")}  # type: ignore[union-attr]
    assert kept == {"Water": "Sokha", "Nobody pays a fee.": "Vanna"}


def test_what_a_refused_answer_leaves_behind_can_be_printed(ws: Workspace) -> None:
    request = pipeline.next_review(ws, "water", "km")
    assert request is not None
    (asked,) = request.attention
    assert "cannot be printed" in answer(ws, "Sokha", texts={asked.segment: "ទឹក\u0001"})[0]
    following = pipeline.next_review(ws, "water", "km")
    assert following is not None
    assert "\u0001" not in following.items[0].target


def test_a_text_of_the_memory_that_somebody_objected_to_since_passes_nowhere(ws: Workspace) -> None:
    trusting = SETTINGS + "pass_context_matches = true\n"
    for who in ("Sokha", "Sokha", "Chief"):
        assert answer(ws, who) == ()
    source = (ws.root / "water.md").read_text(encoding="utf-8")
    (ws.root / "other.md").write_text(source, encoding="utf-8")

    def passed() -> list[int]:
        with opened(ws.root, trusting) as again:
            pipeline.register(again, ws.root / "other.md")
            present = pipeline.prepare(again, "other", "km")
            return [s.number for s in present.segments if s.id in present.passed]

    assert passed() == [1, 2]
    (ws.root / "water.md").write_text(f"{source}\nNor a deposit.\n", encoding="utf-8")
    pipeline.prepare(ws, "water", "km")
    assert answer(ws, "Sokha") == ()
    assert answer(ws, "Chief", "request_changes", comment="A wrong word.", segments=(1,)) == ()
    assert passed() == [2]


def test_an_earlier_approval_is_none_of_words_that_its_giver_has_put_back_since(ws: Workspace) -> None:
    later = iter(range(1, 9))

    def next_answer(who: str, **texts: str) -> tuple[str, ...]:
        request = pipeline.next_review(ws, "water", "km")
        assert request is not None
        typed = {i.segment: texts[f"s{i.number}"] for i in request.items if f"s{i.number}" in texts}
        return answer(ws, who, texts=typed, at=AT + dt.timedelta(minutes=next(later)))

    first = view(ws, "water", "km")
    drafted = to_markup(first.targets[first.segments[0].id] or ())
    assert next_answer("Sokha") == ()
    assert next_answer("Vanna", s1="ទឹកស្អាត") == ()  # approves the second and corrects the first
    assert next_answer("Sokha", s1=drafted) == ()
    present = view(ws, "water", "km")
    assert present.authors[present.segments[0].id] == ("Sokha",)
    state = present.standing.segments[present.stages[0].name][present.segments[0].id]
    assert (state.state, state.by) == ("stale", ())
    assert "in the wording of Sokha" in next_answer("Sokha")[0]
    assert next_answer("Vanna") == ()
    assert view(ws, "water", "km").standing.stage == "sign-off"
