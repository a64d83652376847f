"""The pages that lead to the publications are inspected like the publications themselves."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from pubpipe.errors import RenderError
from pubpipe.model import ReviewAnswer
from pubpipe.pipeline import Workspace, next_review, open_workspace, prepare, register
from pubpipe.pipeline.publishing import up_to_date
from pubpipe.pipeline.reviewing import take_answer
from pubpipe.pipeline.steps import run_edition

SETTINGS = """
[project]
name = "Our papers NAME"
languages = ["km"]
formats = ["html"]
[engines]
chain = ["pseudo"]
[review]
self_approval = true
"""
AT = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)


def opened(root: Path, name: str) -> Workspace:
    (root / "pubpipe.toml").write_text(SETTINGS.replace("NAME", name), encoding="utf-8")
    return open_workspace(root, environ={}, now=lambda: AT)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A workspace with one publication that is approved and not yet published."""
    (tmp_path / "rights.md").write_text("# Rights at work\n\nEvery worker may keep a passport.\n", encoding="utf-8")
    with opened(tmp_path, "") as ws:
        register(ws, tmp_path / "rights.md")
        prepare(ws, "rights", "km")
        while (request := next_review(ws, "rights", "km")) is not None:
            answer = {"publication": "rights", "language": "km", "stage": request.stage, "digest": request.digest}
            answer |= {"decision": "approve", "reviewer": "Sokha", "at": AT}
            assert take_answer(ws, request, ReviewAnswer.model_validate(answer)) == ()
    return tmp_path


def test_an_index_that_fails_its_inspection_is_not_written_and_made_as_soon_as_it_can_be(root: Path) -> None:
    with opened(root, "🪬") as ws:
        with pytest.raises(RenderError) as caught:
            run_edition(ws, "rights", "km")
        assert "the web page index.html failed its inspection and was not written: U+1FAAC" in caught.value.message
        assert (root / "outputs/rights/km/rights.km.html").is_file()
        assert (root / "outputs/rights/index.html").is_file()
        assert not (root / "outputs/index.html").exists()
        assert up_to_date(ws, "rights", "km") is None
    with opened(root, "of 2026") as ws:
        run_edition(ws, "rights", "km")
        assert up_to_date(ws, "rights", "km") is not None
    assert "Our papers of 2026" in (root / "outputs/index.html").read_text(encoding="utf-8")


def test_a_page_that_was_deleted_by_hand_is_not_in_the_list_of_all(root: Path) -> None:
    gone = root / "outputs/gone/km"
    gone.mkdir(parents=True)
    (root / "outputs/gone/index.html").write_text("", encoding="utf-8")
    entry = {"language": "km", "source": {"title": "Gone"}, "files": [{"format": "html", "path": "gone.km.html"}]}
    (gone / "manifest.json").write_text(json.dumps(entry), encoding="utf-8")
    with opened(root, "") as ws:
        run_edition(ws, "rights", "km")
    listed = (root / "outputs/index.html").read_text(encoding="utf-8")
    assert "rights/index.html" in listed
    assert "Gone" not in listed
