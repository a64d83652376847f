"""Where a wording came from is still known after people changed it, the English was revised, or a backup was restored."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from pubpipe.model import ReviewAnswer, plain
from pubpipe.pipeline import Workspace, next_review, open_workspace, prepare, register, take_answer
from pubpipe.pipeline.edition import EditionView, view
from pubpipe.pipeline.report import report

SETTINGS = """
[project]
languages = ["km"]
[engines]
chain = ["pseudo"]
[review]
self_approval = true
"""
FIRST = """# Rights at work

Every worker may keep a passport. He said "it is the law" - and it is.

Employers must not hold back wages.
"""
AT = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)


def opened(root: Path) -> Workspace:
    root.mkdir(exist_ok=True)
    (root / "pubpipe.toml").write_text(SETTINGS, encoding="utf-8")
    return open_workspace(root, environ={}, now=lambda: AT)


@pytest.fixture
def ws(tmp_path: Path) -> Iterator[Workspace]:
    with opened(tmp_path / "ws") as made:
        yield made


def publish(ws: Workspace, text: str) -> EditionView:
    (ws.root / "rights.md").write_text(text, encoding="utf-8")
    register(ws, ws.root / "rights.md")
    ws.stamps.clear()
    return prepare(ws, "rights", "km")


def approve(ws: Workspace, **texts: str) -> None:
    """Both stages, with these texts for the segments whose English contains the key."""
    while (request := next_review(ws, "rights", "km")) is not None:
        typed = {i.segment: text for key, text in texts.items() for i in request.attention if key in i.source}
        values = {"publication": "rights", "language": "km", "stage": request.stage, "digest": request.digest}
        answer = {**values, "decision": "approve", "reviewer": "Sokha", "at": AT, "texts": typed}
        assert take_answer(ws, request, ReviewAnswer.model_validate(answer)) == ()
        texts = {}


def restored(ws: Workspace, root: Path, text: str) -> Workspace:
    """Another workspace, with what a backup of the first one holds and the same source."""
    stream = io.StringIO()
    ws.store.export_jsonl(stream)
    other = opened(root)
    stream.seek(0)
    other.store.import_jsonl(stream)
    publish(other, text)
    return other


def test_the_memory_says_which_engine_a_person_corrected(ws: Workspace) -> None:
    publish(ws, FIRST)
    approve(ws, wages="និយោជកមិនត្រូវកាត់ប្រាក់ឈ្នួលឡើយ។")
    origins = {plain(u.source): u.origin for u in ws.store.memory.all("km")}
    assert origins["Employers must not hold back wages."] == "pseudo, corrected by Sokha"
    assert origins["Every worker may keep a passport."] == "pseudo"


@pytest.mark.parametrize("revised", [FIRST, FIRST.replace('"it is the law" -', "“it is the law” –")])
def test_a_restored_workspace_tells_the_same_of_how_the_text_was_made(
    ws: Workspace, tmp_path: Path, revised: str
) -> None:
    publish(ws, FIRST)
    approve(ws, wages="និយោជកមិនត្រូវកាត់ប្រាក់ឈ្នួលឡើយ។", law="គាត់បាននិយាយថា នេះជាច្បាប់ ហើយវាពិតមែន។")
    publish(ws, revised)
    approve(ws)
    before, told = view(ws, "rights", "km"), report(ws, "rights", at=AT)
    assert before.standing.state == "approved"
    assert before.credits.carried == (revised != FIRST)
    origins = {(f.origin, f.name): f.segments for f in told.origins}
    assert origins == {("machine", "pseudo"): 2, ("machine corrected", "pseudo"): 2}
    with restored(ws, tmp_path / "other", revised) as other:
        after, again = view(other, "rights", "km"), report(other, "rights", at=AT)
        assert after.standing.state == "approved"
        assert after.credits == before.credits
        assert (again.origins, again.conditions) == (told.origins, told.conditions)
        assert again.languages[0].efforts == told.languages[0].efforts
        (people, _) = (s.people for s in again.languages[0].stages)
        assert [(p.name, p.segments) for p in people] == [("Sokha", 4)]
        assert again.languages[0].stages[0].carried == (revised != FIRST)
